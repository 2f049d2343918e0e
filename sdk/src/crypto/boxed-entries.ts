import { wipe } from './bytes.js';
import { openContent, sealContent } from './content.js';
import { boxContentKey, createContentKey, openBoxedContentKey } from './content-keys.js';
import { decodeEntryContent, encodeEntryContent, type EntryContent } from './entries.js';
import { ObjectType, type Tier } from './registry.js';

/** Which entry to come it is, and whose. */
export interface BoxedEntryPlace {
  readonly tier: Tier;
  readonly userId: string;
  readonly entryId: string;
}

/** An entry for somebody who is away: its content as version 1 (kind 1), and the content key in a box (kind 3). */
export interface BoxedEntry {
  readonly sealed: Uint8Array;
  readonly boxedKey: Uint8Array;
}

const contextOf = ({ userId, entryId }: BoxedEntryPlace) => ({
  userId,
  objectType: ObjectType.entry,
  objectId: entryId,
});

/**
 * Seals an entry to a user who is away (docs/crypto.md, Inbox). It needs no key of theirs but the public one.
 * @param input `recipientPublicKey`: X25519, 32 bytes, from a verified key log
 * @throws EnvelopeRefused `public-key`, `uuid`
 */
export function boxEntry(
  input: BoxedEntryPlace & { readonly recipientPublicKey: Uint8Array; readonly content: EntryContent },
): BoxedEntry {
  const { tier, recipientPublicKey } = input;
  const contentKey = createContentKey();
  const context = contextOf(input);
  const plaintext = encodeEntryContent(input.content);
  try {
    return {
      sealed: sealContent({ tier, contentKey, context: { ...context, version: 1 }, plaintext }),
      boxedKey: boxContentKey({ tier, recipientPublicKey, context, contentKey }),
    };
  } finally {
    wipe(plaintext, contentKey.key);
  }
}

/**
 * What `boxEntry` sealed. Whoever knows the public key can have made it: nothing of it is to be trusted.
 * @throws EnvelopeRefused as `openBoxedContentKey` and `openContent`, and `entry-content`
 */
export function openBoxedEntry(
  input: BoxedEntryPlace &
    BoxedEntry & { readonly recipient: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array } },
): EntryContent {
  const { tier, recipient, sealed, boxedKey: boxed } = input;
  const context = contextOf(input);
  const contentKey = openBoxedContentKey({ tier, recipient, context, boxed });
  try {
    const plaintext = openContent({ tier, contentKey, context: { ...context, version: 1 }, sealed });
    const content = decodeEntryContent(plaintext);
    wipe(plaintext);
    return content;
  } finally {
    wipe(contentKey.key);
  }
}
