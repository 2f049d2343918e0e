import { concatBytes, equalBytes, exactly, wipe } from './bytes.js';
import { encodeContext, assertContextFits, type ObjectReference } from './context.js';
import { encodeBoundHeader, headerBytes, openIdAndKey, parseExpectedHeader, sealIdAndKey } from './envelope.js';
import { refuseUnless } from './errors.js';
import type { MasterKey } from './master-key.js';
import { boxOpen, boxOverheadBytes, boxSeal, randomBytes, sha256 } from './primitives.js';
import { checkX25519PublicKey, publicKeyId } from './public-keys.js';
import { Kind, labels, type Tier } from './registry.js';

/** A key that content is sealed under: 16-byte id, 32-byte key. */
export interface ContentKey {
  readonly id: Uint8Array;
  readonly key: Uint8Array;
}

/** Bytes of a content key in its box, envelope and all. */
export const boxedContentKeyBytes = headerBytes + boxOverheadBytes + 16 + 32 + 32;

/** A new random content key with a new random id. */
export function createContentKey(): ContentKey {
  return { id: randomBytes(16), key: randomBytes(32) };
}

/** Which object a content key belongs to, and the master key that wraps it. */
export interface WrapPlace {
  readonly tier: Tier;
  readonly master: MasterKey;
  /** Only owner, object type and object id count: a wrapped key is bound to its object, not to a version. */
  readonly context: ObjectReference;
}

/**
 * Wraps a content key under the master key's wrapping key (kind 2); 112 bytes.
 * @throws EnvelopeRefused `uuid`; RangeError for an object that has no content
 */
export function wrapContentKey({ contentKey, ...place }: WrapPlace & { readonly contentKey: ContentKey }): Uint8Array {
  return withWrappingKey(place, (expected) => sealIdAndKey(expected, contentKey.id, contentKey.key));
}

/**
 * The content key of `wrapContentKey`.
 * @param input `contentKeyId`, when given, is the id that the opened key must have
 * @throws EnvelopeRefused as `openEnvelope`, and `length`, `key-id`
 */
export function unwrapContentKey(
  input: WrapPlace & { readonly wrapped: Uint8Array; readonly contentKeyId?: Uint8Array },
): ContentKey {
  const { wrapped, contentKeyId, ...place } = input;
  const contentKey = withWrappingKey(place, (expected) => openIdAndKey(expected, wrapped));
  refuseUnless(contentKeyId === undefined || equalBytes(contentKey.id, contentKeyId), 'key-id');
  return contentKey;
}

/**
 * Seals a content key to a user who is away (kind 3, an X25519 sealed box); 176 bytes. The box binds its header and
 * context by a hash inside, since boxes have no associated data. It does not say who made it.
 * @param input `recipientPublicKey`: from a verified key log
 * @throws EnvelopeRefused `public-key`, `uuid`; RangeError for an object that has no content
 */
export function boxContentKey(input: {
  readonly tier: Tier;
  readonly recipientPublicKey: Uint8Array;
  readonly context: ObjectReference;
  readonly contentKey: ContentKey;
}): Uint8Array {
  const { tier, recipientPublicKey, context, contentKey } = input;
  checkX25519PublicKey(recipientPublicKey);
  const header = encodeBoundHeader(Kind.boxedContentKey, tier, publicKeyId(recipientPublicKey));
  const plaintext = concatBytes(
    exactly(16, contentKey.id, 'a content key id'),
    exactly(32, contentKey.key, 'a content key'),
    boxBinding(header, context),
  );
  const boxed = concatBytes(header, new Uint8Array(24), boxSeal(recipientPublicKey, plaintext));
  wipe(plaintext);
  return boxed;
}

/**
 * The content key of `boxContentKey`. Whoever knows the public key can have made the box: treat what is sealed under
 * that key as brought by others.
 * @throws EnvelopeRefused as `parseHeader`, and `kind`, `tier`, `key-id` for another than expected, `length`,
 *   `authentication` (another recipient, another context, or changed)
 */
export function openBoxedContentKey(input: {
  readonly tier: Tier;
  readonly recipient: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  readonly context: ObjectReference;
  readonly boxed: Uint8Array;
}): ContentKey {
  const { tier, recipient, context, boxed } = input;
  parseExpectedHeader(boxed, Kind.boxedContentKey, tier, publicKeyId(recipient.publicKey));
  refuseUnless(boxed.length === boxedContentKeyBytes, 'length');
  const plaintext = boxOpen(recipient.publicKey, recipient.privateKey, boxed.subarray(headerBytes));
  const contentKey = { id: plaintext.slice(0, 16), key: plaintext.slice(16, 48) };
  const isBound = equalBytes(plaintext.subarray(48), boxBinding(boxed.subarray(0, 24), context));
  wipe(plaintext);
  if (!isBound) wipe(contentKey.key);
  refuseUnless(isBound, 'authentication');
  return contentKey;
}

function boxBinding(boundHeader: Uint8Array, { userId, objectType, objectId }: ObjectReference): Uint8Array {
  const context = { userId, objectType, objectId };
  assertContextFits(Kind.boxedContentKey, context);
  return sha256(boundHeader, encodeContext(context));
}

function withWrappingKey<T>(place: WrapPlace, use: (expected: Parameters<typeof sealIdAndKey>[0]) => T): T {
  const { userId, objectType, objectId } = place.context;
  const key = place.master.derive(labels.wrap);
  try {
    return use({
      kind: Kind.contentKeyWrap,
      tier: place.tier,
      keyId: place.master.id,
      key,
      context: { userId, objectType, objectId },
    });
  } finally {
    wipe(key);
  }
}
