import { type MediaPlace, sealedMediaBytes, sealMedia } from '../crypto/media-stream.js';
import type { SizedSource } from './source.js';

/**
 * A file, sealed, in parts of `partBytes` each but the last. Each part is a buffer of its own, so that one can be on its
 * way while the next is made.
 * @param source as `sized` gives it: with the size that it says
 */
export async function* sealedParts(
  place: MediaPlace,
  source: SizedSource,
  { streamHeader, partBytes }: { readonly streamHeader: Uint8Array; readonly partBytes: number },
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let left = sealedMediaBytes(source.size);
  let part = new Uint8Array(Math.min(partBytes, left));
  let length = 0;
  for await (const portion of sealMedia(place, source.stream(), streamHeader)) {
    for (let rest = portion; rest.length > 0;) {
      const taken = rest.subarray(0, part.length - length);
      part.set(taken, length);
      length += taken.length;
      rest = rest.subarray(taken.length);
      if (length < part.length) continue;
      yield part;
      left -= length;
      part = new Uint8Array(Math.min(partBytes, left));
      length = 0;
    }
  }
}
