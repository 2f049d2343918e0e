import { createHash } from 'node:crypto';

/** The checksum that a store keeps of an object: of its bytes, or, for one made of parts, of the parts' checksums. */
export interface ObjectChecksum {
  readonly sha256: Buffer;
  /** How many parts it was made of; 0 where the checksum is of the bytes themselves. */
  readonly parts: number;
}

export interface StoredObject {
  readonly byteSize: number;
  readonly contentType: string;
  /** undefined where the store keeps none: `ObjectStore.measure` reads the object instead. */
  readonly checksum: ObjectChecksum | undefined;
}

/** What a store says of the checksum: base64, and for several parts `-<how many>` behind it. */
export function readChecksum(text: string | undefined): ObjectChecksum | undefined {
  const [, digest = '', parts = '0'] = /^([\w+/]{43}=)(?:-(\d{1,5}))?$/.exec(text ?? '') ?? [];
  return digest === '' ? undefined : { sha256: Buffer.from(digest, 'base64'), parts: Number(parts) };
}

/**
 * The checksum that a store keeps of an object made of parts with these checksums, in their order: SHA-256 of the SHA-256s
 * ("Checking object integrity", Amazon S3 user guide).
 */
export function checksumOfParts(parts: readonly Uint8Array[]): ObjectChecksum {
  const hash = createHash('sha256');
  for (const sha256 of parts) hash.update(sha256);
  return { sha256: hash.digest(), parts: parts.length };
}
