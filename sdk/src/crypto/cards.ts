import { wipe } from './bytes.js';
import { openContent, sealContent } from './content.js';
import { unwrapContentKey, type ContentKey } from './content-keys.js';
import type { EntryPlace } from './entries.js';
import { Field, ObjectType } from './registry.js';

/** Which version of which entry a card is of; the hash of the version before is not bound into it. */
export type CardPlace = Omit<EntryPlace, 'previousHash'>;

const contextOf = ({ userId, entryId, version }: CardPlace) => ({
  userId,
  objectType: ObjectType.entry,
  objectId: entryId,
  version,
  field: Field.indexCard,
});

/** The content key of an entry, from beside its content; the caller wipes it. @throws EnvelopeRefused as `unwrapContentKey` */
export function openContentKey({ tier, master, userId, entryId }: CardPlace, wrappedKey: Uint8Array): ContentKey {
  const context = { userId, objectType: ObjectType.entry, objectId: entryId };
  return unwrapContentKey({ tier, master, context, wrapped: wrappedKey });
}

/** Seals an index card (kind 1, field 1) under the content key of its entry. */
export function sealCard(place: CardPlace, contentKey: ContentKey, card: Uint8Array): Uint8Array {
  return sealContent({ tier: place.tier, contentKey, context: contextOf(place), plaintext: card });
}

/** The card that `sealCard` sealed. @throws EnvelopeRefused as `openContent` */
export function openCard(place: CardPlace, wrappedKey: Uint8Array, sealed: Uint8Array): Uint8Array {
  const contentKey = openContentKey(place, wrappedKey);
  try {
    return openContent({ tier: place.tier, contentKey, context: contextOf(place), sealed });
  } finally {
    wipe(contentKey.key);
  }
}
