import { utf8, wipe } from './bytes.js';
import type { MasterKey } from './master-key.js';
import { hmacSha256 } from './primitives.js';
import { labels } from './registry.js';

/** The first byte of what is hashed with the search key: 0x02 is for words (docs/search.md, Signatures). */
const purpose = Uint8Array.of(0x03);
const fingerprintBytes = 12;

/**
 * Tells one search from another, so that a cursor fits no other: `HMAC-SHA-256(search key, 0x03 ‖ UTF-8 search)[0..12)`.
 * Nobody can try queries against it who has not the user's key.
 */
export function searchFingerprint(master: MasterKey, search: string): Uint8Array {
  const key = master.derive(labels.search);
  try {
    return hmacSha256(key, purpose, utf8(search)).slice(0, fingerprintBytes);
  } finally {
    wipe(key);
  }
}
