import { uuidToBytes } from './bytes.js';
import { boxedContentKeyBytes } from './content-keys.js';
import { headerBytes, overheadBytes, parseExpectedHeader, type AeadKind, type Header } from './envelope.js';
import { refuseUnless } from './errors.js';
import { isPaddedLength } from './padding.js';
import { checkX25519PublicKey } from './public-keys.js';
import { Kind, type Tier } from './registry.js';

/*
 * What a server can check of the envelopes of a client whose keys it never sees (docs/crypto.md, The gate). Each answers
 * the header; nothing but its form is proven. Whether a key id is a live one, the version and the previous hash are for
 * the caller, who knows what is stored.
 */

/**
 * Content (kind 1): of this tier, of a legal padded length, and under this key when one is given.
 * @throws EnvelopeRefused as `parseHeader`, and `kind`, `tier`, `key-id`, `length`, `padding`
 */
export function checkContentEnvelope(
  bytes: Uint8Array,
  { tier, contentKeyId }: { readonly tier: Tier; readonly contentKeyId?: Uint8Array },
): Header {
  const header = parseExpectedHeader(bytes, Kind.content, tier, contentKeyId);
  const paddedBytes = bytes.length - overheadBytes(Kind.content);
  refuseUnless(paddedBytes > 0, 'length');
  refuseUnless(isPaddedLength(paddedBytes), 'padding');
  return header;
}

/**
 * A wrapped content key (kind 2), 112 bytes, under this master key.
 * @throws EnvelopeRefused as `parseHeader`, and `kind`, `tier`, `key-id`, `length`
 */
export function checkContentKeyWrap(
  bytes: Uint8Array,
  { tier, masterKeyId }: { readonly tier: Tier; readonly masterKeyId: Uint8Array },
): Header {
  return checkFixed(bytes, Kind.contentKeyWrap, 48, tier, masterKeyId);
}

/**
 * A content key in a sealed box (kind 3), 176 bytes, to this X25519 key; its ephemeral key must be a sound one.
 * @throws EnvelopeRefused as `parseHeader`, and `kind`, `tier`, `key-id`, `length`, `public-key`
 */
export function checkBoxedContentKey(
  bytes: Uint8Array,
  { tier, recipientKeyId }: { readonly tier: Tier; readonly recipientKeyId: Uint8Array },
): Header {
  const header = parseExpectedHeader(bytes, Kind.boxedContentKey, tier, recipientKeyId);
  refuseUnless(bytes.length === boxedContentKeyBytes, 'length');
  checkX25519PublicKey(bytes.subarray(headerBytes, headerBytes + 32));
  return header;
}

/**
 * A password slot (kind 5), 144 bytes, with this id. Its kdf is not in it: `assertKdfAllowed` what came beside it.
 * @throws EnvelopeRefused as `parseHeader`, and `kind`, `tier`, `key-id`, `length`, `uuid`
 */
export function checkPasswordSlot(
  bytes: Uint8Array,
  { tier, slotId }: { readonly tier: Tier; readonly slotId: string },
): Header {
  return checkFixed(bytes, Kind.passwordSlot, 48, tier, uuidToBytes(slotId));
}

/**
 * Any other slot (kind 6), 144 bytes, with this id.
 * @throws EnvelopeRefused as `parseHeader`, and `kind`, `tier`, `key-id`, `length`, `uuid`
 */
export function checkSlot(
  bytes: Uint8Array,
  { tier, slotId }: { readonly tier: Tier; readonly slotId: string },
): Header {
  return checkFixed(bytes, Kind.otherSlot, 48, tier, uuidToBytes(slotId));
}

/**
 * A wrapped private identity key (kind 7), 96 bytes, under this master key.
 * @throws EnvelopeRefused as `parseHeader`, and `kind`, `tier`, `key-id`, `length`
 */
export function checkIdentityKeyWrap(
  bytes: Uint8Array,
  { tier, masterKeyId }: { readonly tier: Tier; readonly masterKeyId: Uint8Array },
): Header {
  return checkFixed(bytes, Kind.identityKey, 32, tier, masterKeyId);
}

function checkFixed(bytes: Uint8Array, kind: AeadKind, plaintextBytes: number, tier: Tier, keyId: Uint8Array): Header {
  const header = parseExpectedHeader(bytes, kind, tier, keyId);
  refuseUnless(bytes.length === overheadBytes(kind) + plaintextBytes, 'length');
  return header;
}
