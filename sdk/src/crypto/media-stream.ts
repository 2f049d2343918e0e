import { concatBytes, wipe } from './bytes.js';
import { type ByteSource, portionsOf } from './byte-source.js';
import type { ContentKey } from './content-keys.js';
import { assertContextFits, encodeContext } from './context.js';
import { encodeBoundHeader, headerBytes, parseExpectedHeader } from './envelope.js';
import { refuseUnless } from './errors.js';
import { randomBytes } from './primitives.js';
import { Kind, ObjectType, type Tier } from './registry.js';
import { chunkOverheadBytes, ChunkTag, SecretStream, streamHeaderBytes } from './secret-stream.js';

/** Plaintext bytes of every chunk but the last, which has at most as many. */
export const mediaChunkBytes = 65_536;
const sealedChunkBytes = mediaChunkBytes + chunkOverheadBytes;

/** Which file it is, and the key that it is under. */
export interface MediaPlace {
  readonly tier: Tier;
  readonly contentKey: ContentKey;
  readonly userId: string;
  readonly mediaId: string;
}

/** The exact size of a sealed file with `plainBytes` bytes. @throws RangeError for what is no size of a file */
export function sealedMediaBytes(plainBytes: number): number {
  if (!Number.isSafeInteger(plainBytes) || plainBytes < 0) throw new RangeError('not the size of a file');
  const chunks = Math.max(1, Math.ceil(plainBytes / mediaChunkBytes));
  return headerBytes + plainBytes + chunks * chunkOverheadBytes;
}

/** How many bytes a file has that is sealed in `sealedBytes`. @throws EnvelopeRefused `length` where that cannot be */
export function openedMediaBytes(sealedBytes: number): number {
  const body = sealedBytes - headerBytes;
  const chunksBefore = Math.ceil(body / sealedChunkBytes) - 1;
  const last = body - chunksBefore * sealedChunkBytes;
  refuseUnless(Number.isSafeInteger(body) && chunksBefore >= 0 && last >= chunkOverheadBytes, 'length');
  return body - (chunksBefore + 1) * chunkOverheadBytes;
}

/** The random header of a new stream. */
export function createStreamHeader(): Uint8Array {
  return randomBytes(streamHeaderBytes);
}

/**
 * Seals a file (kind 4), portion by portion as they come: the envelope's header, then chunks (docs/crypto.md, Media stream).
 * @param place of a new content key, which seals this one file
 * @param source the bytes of the file, in portions of any size
 * @param streamHeader 24 random bytes, unless the same file is sealed once more: **never** the same for other bytes
 * @throws EnvelopeRefused `uuid`
 */
export async function* sealMedia(
  place: MediaPlace,
  source: ByteSource,
  streamHeader: Uint8Array = createStreamHeader(),
): AsyncGenerator<Uint8Array, void, undefined> {
  const associated = associatedData(place);
  const stream = new SecretStream(place.contentKey.key, streamHeader);
  const chunks = new Chunks(mediaChunkBytes);
  try {
    yield concatBytes(associated.subarray(0, 24), streamHeader);
    for await (const portion of portionsOf(source)) {
      for (const chunk of chunks.of(portion)) yield stream.seal(chunk, associated, ChunkTag.message);
    }
    yield stream.seal(chunks.rest(), associated, ChunkTag.final);
  } finally {
    stream.end();
    chunks.wipe();
  }
}

/**
 * Opens what `sealMedia` sealed, chunk by chunk as they come. Each is authentic and in its place, but **that the file is
 * whole is only known at the end**: what was taken before a refusal is not to be used.
 * @throws EnvelopeRefused as `parseExpectedHeader`, and `length`, `authentication`, `chunk-tag`; `uuid`
 */
export async function* openMedia(place: MediaPlace, sealed: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  const associated = associatedData(place);
  const header = new Chunks(headerBytes);
  const chunks = new Chunks(sealedChunkBytes);
  let stream: SecretStream | undefined;
  try {
    for await (const portion of portionsOf(sealed)) {
      const behind = header.fill(portion);
      if (behind.length === 0) continue;
      stream ??= streamOf(place, header.rest());
      for (const chunk of chunks.of(behind)) yield stream.open(chunk, associated, ChunkTag.message);
    }
    stream ??= streamOf(place, header.rest());
    yield stream.open(chunks.rest(), associated, ChunkTag.final);
  } finally {
    stream?.end();
  }
}

/** Cuts bytes that come in any portions into chunks of one size, and holds the last one back: whole or not. */
class Chunks {
  readonly #held: Uint8Array;
  #length = 0;

  constructor(size: number) {
    this.#held = new Uint8Array(size);
  }

  /** The chunks behind which something comes. Each is to be used before the next is taken. */
  *of(portion: Uint8Array): Generator<Uint8Array, void, undefined> {
    for (let left = this.fill(portion); left.length > 0; left = this.fill(left)) {
      this.#length = 0;
      yield this.#held;
    }
  }

  /** Takes as much as there is room for, and answers the rest. */
  fill(portion: Uint8Array): Uint8Array {
    const taken = portion.subarray(0, this.#held.length - this.#length);
    this.#held.set(taken, this.#length);
    this.#length += taken.length;
    return portion.subarray(taken.length);
  }

  /** What is held. */
  rest(): Uint8Array {
    return this.#held.subarray(0, this.#length);
  }

  wipe(): void {
    wipe(this.#held);
  }
}

function streamOf({ tier, contentKey }: MediaPlace, header: Uint8Array): SecretStream {
  const { nonce } = parseExpectedHeader(header, Kind.mediaStream, tier, contentKey.id);
  return new SecretStream(contentKey.key, nonce);
}

function associatedData({ tier, contentKey, userId, mediaId }: MediaPlace): Uint8Array {
  const context = { userId, objectType: ObjectType.media, objectId: mediaId, version: 1 };
  assertContextFits(Kind.mediaStream, context);
  return concatBytes(encodeBoundHeader(Kind.mediaStream, tier, contentKey.id), encodeContext(context));
}
