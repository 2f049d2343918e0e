import { wipe } from './bytes.js';
import { openEnvelope, overheadBytes, sealEnvelope, type Expected } from './envelope.js';
import { refuseUnless } from './errors.js';
import type { MasterKey } from './master-key.js';
import { ed25519PublicKey, randomBytes, x25519PublicKey } from './primitives.js';
import { publicKeyId } from './public-keys.js';
import { Kind, labels, ObjectType, type IdentityField, type Tier } from './registry.js';

/** A user's two key pairs: X25519 to receive, Ed25519 to sign. All keys have 32 bytes, key ids 16. */
export interface Identity {
  readonly x25519: { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array; readonly keyId: Uint8Array };
  readonly ed25519: { readonly publicKey: Uint8Array; readonly seed: Uint8Array; readonly keyId: Uint8Array };
}

/** Whose private identity key it is, which of the two, and the master key that wraps it. */
export interface IdentityPlace {
  readonly tier: Tier;
  readonly master: MasterKey;
  readonly userId: string;
  /** `Field.x25519` or `Field.ed25519`. */
  readonly field: IdentityField;
}

/** Two new random key pairs. */
export function createIdentity(): Identity {
  return identityFrom(randomBytes(32), randomBytes(32));
}

/**
 * The key pairs of an X25519 scalar and an Ed25519 seed (32 bytes each), which it keeps and does not copy.
 * @throws RangeError for other lengths
 */
export function identityFrom(privateKey: Uint8Array, seed: Uint8Array): Identity {
  const receiving = x25519PublicKey(privateKey);
  const signing = ed25519PublicKey(seed);
  return {
    x25519: { publicKey: receiving, privateKey, keyId: publicKeyId(receiving) },
    ed25519: { publicKey: signing, seed, keyId: publicKeyId(signing) },
  };
}

/**
 * Wraps a private identity key (kind 7): the X25519 scalar or the Ed25519 seed; 96 bytes.
 * @throws EnvelopeRefused `uuid`; RangeError for a key that has not 32 bytes
 */
export function wrapIdentityKey({
  privateKey,
  ...place
}: IdentityPlace & { readonly privateKey: Uint8Array }): Uint8Array {
  if (privateKey.length !== 32) throw new RangeError('a private identity key must have 32 bytes');
  return withWrappingKey(place, (expected) => sealEnvelope({ ...expected, plaintext: privateKey }));
}

/**
 * The private key of `wrapIdentityKey`, 32 bytes.
 * @throws EnvelopeRefused as `openEnvelope`, and `length`
 */
export function unwrapIdentityKey({ wrapped, ...place }: IdentityPlace & { readonly wrapped: Uint8Array }): Uint8Array {
  refuseUnless(wrapped.length === overheadBytes(Kind.identityKey) + 32, 'length');
  return withWrappingKey(place, (expected) => openEnvelope(expected, wrapped));
}

function withWrappingKey(place: IdentityPlace, use: (expected: Expected) => Uint8Array): Uint8Array {
  const { tier, master, userId, field } = place;
  const key = master.derive(labels.wrap);
  const context = { userId, objectType: ObjectType.identity, objectId: userId, field };
  try {
    return use({ kind: Kind.identityKey, tier, keyId: master.id, key, context });
  } finally {
    wipe(key);
  }
}
