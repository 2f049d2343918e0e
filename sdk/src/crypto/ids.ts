import { bytesToUuid, concatBytes, u64 } from './bytes.js';
import { randomBytes } from './primitives.js';

/**
 * A new UUIDv7 in lower case (RFC 9562, section 5.7): clients choose the ids that they bind into ciphertext.
 * @param now milliseconds since 1970, of the id's first 48 bits
 */
export function createId(now: number = Date.now()): string {
  const bytes = concatBytes(u64(now).subarray(2), randomBytes(10));
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytesToUuid(bytes);
}
