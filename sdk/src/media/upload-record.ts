import { toBase64url } from '../crypto/bytes.js';
import { sha256 } from '../crypto/primitives.js';
import { UploadRefused } from '../problems.js';

/**
 * What is needed to go on with an upload in parts that was interrupted: plain JSON. It holds no key and nothing of the file.
 * Keep the newest one.
 */
export interface UploadRecord {
  readonly v: 1;
  readonly id: string;
  /** Of the content key, base64url: the key itself is asked for again. */
  readonly key_id: string;
  /** With it the same bytes are sealed again to the same ciphertext. */
  readonly stream_header: string;
  /** The size of the file. */
  readonly plain_bytes: number;
  readonly part_bytes: number;
  /** SHA-256 of each sealed part that may have been sent, base64url, from the first on. */
  readonly parts: readonly string[];
}

/** Keeps a record, durably, before it resolves. */
export type KeepRecord = (record: UploadRecord) => void | Promise<void>;

/**
 * The record with one more part, kept before anything of the part is sent. A part that was noted before has to be the same:
 * another plaintext must never be sealed under this key and stream header.
 * @param number of the part, from 1 on
 * @throws UploadRefused `source-changed`
 */
export async function noted(
  record: UploadRecord,
  number: number,
  part: Uint8Array,
  keep: KeepRecord | undefined,
): Promise<UploadRecord> {
  const checksum = toBase64url(sha256(part));
  const before = record.parts[number - 1];
  if (before !== undefined && before !== checksum) throw new UploadRefused('source-changed');
  if (before !== undefined) return record;
  const more = { ...record, parts: [...record.parts, checksum] };
  await keep?.(more);
  return more;
}
