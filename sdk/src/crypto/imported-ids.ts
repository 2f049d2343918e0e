import { bytesToUuid, concatBytes, u64, utf8, uuidToBytes, wipe } from './bytes.js';
import type { MasterKey } from './master-key.js';
import { hmacSha256 } from './primitives.js';
import { labels } from './registry.js';

/** Whose import it is. */
export interface Importer {
  readonly userId: string;
  /** Of an e2e account; a uce client has none. */
  readonly master: MasterKey | undefined;
}

/**
 * An id of the form of UUIDv7 (RFC 9562, section 5.7) for what an import calls by `name`: HMAC-SHA-256(import key, name) in
 * place of random bits. The import key of a uce account is its id, which keeps users apart and nothing secret.
 * @param at milliseconds since 1970 for the time in the id; without it the time is of the HMAC too
 */
export function importedId({ userId, master }: Importer, name: string, at?: number): string {
  const key = master ? master.derive(labels.import) : uuidToBytes(userId);
  const hash = hmacSha256(key, utf8(name));
  wipe(key);
  const time = at === undefined ? hash.subarray(10, 16) : u64(Math.max(0, Math.floor(at))).subarray(2);
  const bytes = concatBytes(time, hash.subarray(0, 10));
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytesToUuid(bytes);
}
