import { utf8, uuidToBytes, wipe } from './bytes.js';
import { openContent, sealContent } from './content.js';
import { createContentKey, unwrapContentKey, wrapContentKey } from './content-keys.js';
import { EnvelopeRefused } from './errors.js';
import type { MasterKey } from './master-key.js';
import { hmacSha256 } from './primitives.js';
import { labels, ObjectType, type Tier } from './registry.js';

const TOKEN_BYTES = 16;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The form of a tag's name that is compared: NFKC, trimmed, lower case. */
export const tagForm = (name: string): string => name.normalize('NFKC').trim().toLowerCase();

/**
 * What stands for a tag where its name must not: HMAC-SHA-256(tag key, name in its compared form)[0..16). The same name has
 * the same token for one user, and another for every other.
 */
export function tagToken(master: MasterKey, name: string): Uint8Array {
  const key = master.derive(labels.tag);
  const token = hmacSha256(key, utf8(tagForm(name))).slice(0, TOKEN_BYTES);
  wipe(key);
  return token;
}

/** A tag, and the key that its name is under. */
export interface TagPlace {
  readonly tier: Tier;
  readonly master: MasterKey;
  readonly userId: string;
  readonly tagId: string;
}

/** A sealed name (kind 1), and its content key wrapped (kind 2). */
export interface SealedTagName {
  readonly sealed: Uint8Array;
  readonly wrappedKey: Uint8Array;
}

const contextOf = ({ userId, tagId }: TagPlace) => ({
  userId,
  objectType: ObjectType.tag,
  objectId: tagId,
  version: 1,
});

/** Seals the name of a tag as it was written, under a content key of its own. */
export function sealTagName(place: TagPlace, name: string): SealedTagName {
  const { tier, master } = place;
  uuidToBytes(place.tagId);
  const contentKey = createContentKey();
  const [context, plaintext] = [contextOf(place), utf8(name)];
  const sealed = sealContent({ tier, contentKey, context, plaintext });
  const wrappedKey = wrapContentKey({ tier, master, context, contentKey });
  wipe(contentKey.key, plaintext);
  return { sealed, wrappedKey };
}

/** The name that `sealTagName` sealed. @throws EnvelopeRefused as `openContent`, and `entry-content` for ill-formed UTF-8 */
export function openTagName(place: TagPlace, { sealed, wrappedKey }: SealedTagName): string {
  const { tier, master } = place;
  const context = contextOf(place);
  const contentKey = unwrapContentKey({ tier, master, context, wrapped: wrappedKey });
  try {
    const plaintext = openContent({ tier, contentKey, context, sealed });
    return decoder.decode(plaintext);
  } catch (error) {
    if (error instanceof TypeError) throw new EnvelopeRefused('entry-content');
    throw error;
  } finally {
    wipe(contentKey.key);
  }
}

/** Names of tags, trimmed, each once: those that have the same form are one, as it comes first. */
export function distinctTags(names: readonly string[]): string[] {
  const byForm = new Map<string, string>();
  for (const name of names) if (!byForm.has(tagForm(name))) byForm.set(tagForm(name), name.normalize('NFKC').trim());
  return [...byForm.values()];
}
