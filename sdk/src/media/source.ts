import { type ByteSource, portionsOf } from '../crypto/byte-source.js';
import { UploadRefused } from '../problems.js';

/**
 * A file to be uploaded. A `Blob` or `File` is one, also what Node's `openAsBlob(path)` gives; or anything that knows its
 * size and can be read from its beginning, once for each call of `stream`.
 */
export interface SizedSource {
  readonly size: number;
  stream(): ByteSource;
}

export type MediaSource = SizedSource | Uint8Array;

/** A source whose bytes are as many as it says. */
export function sized(source: MediaSource): SizedSource {
  const { size, stream } =
    source instanceof Uint8Array
      ? { size: source.length, stream: () => [source] }
      : { size: source.size, stream: () => source.stream() };
  return { size, stream: () => counted(stream(), size) };
}

/** @throws UploadRefused `source-changed` as soon as there are more, or at the end fewer */
async function* counted(source: ByteSource, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  let left = size;
  for await (const portion of portionsOf(source)) {
    left -= portion.length;
    if (left < 0) throw new UploadRefused('source-changed');
    yield portion;
  }
  if (left > 0) throw new UploadRefused('source-changed');
}
