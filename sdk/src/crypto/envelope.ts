import { concatBytes, equalBytes, exactly, wipe } from './bytes.js';
import { assertContextFits, type Context, contextBytes, writeContext } from './context.js';
import { EnvelopeRefused, refuseUnless } from './errors.js';
import { aeadOpen, aeadSeal, hkdf, randomBytes, sha256, tagBytes } from './primitives.js';
import { Kind, labels, Suite, suiteOfKind, Tier } from './registry.js';

/** Bytes before the commitment or the ciphertext. */
export const headerBytes = 48;
const boundHeaderBytes = 24;
const commitmentBytes = 32;
const format = 0x01;
const magic = [0x44, 0x42] as const;

const kinds: ReadonlySet<number> = new Set(Object.values(Kind));
const suites: ReadonlySet<number> = new Set(Object.values(Suite));

/** What an envelope says of itself, in the clear; nothing in it is proven before the envelope is opened. */
export interface Header {
  readonly format: 1;
  readonly kind: Kind;
  readonly suite: Suite;
  readonly tier: Tier;
  /** 16 bytes: the id of the key that opens it. */
  readonly keyId: Uint8Array;
  /** 24 bytes; zero in a sealed box, the stream's header in a media stream. */
  readonly nonce: Uint8Array;
}

/** The kinds that are sealed with XChaCha20-Poly1305 (suite 0x01). */
export type AeadKind = Exclude<Kind, typeof Kind.boxedContentKey | typeof Kind.mediaStream>;

/** What both sides of a sealed envelope have to agree on. */
export interface Expected {
  readonly kind: AeadKind;
  readonly tier: Tier;
  /** 16 bytes. */
  readonly keyId: Uint8Array;
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly context: Context;
}

/** Whether envelopes of `kind` carry a commitment to their key: those whose key comes from a guessable or chosen secret. */
export function hasCommitment(kind: Kind): boolean {
  return kind === Kind.passwordSlot || kind === Kind.otherSlot;
}

/** Bytes that sealing adds to the plaintext of an envelope of `kind`. */
export function overheadBytes(kind: AeadKind): number {
  return headerBytes + (hasCommitment(kind) ? commitmentBytes : 0) + tagBytes;
}

/**
 * The header of an envelope, checked rule by rule (docs/crypto.md, The envelope).
 * @param bytes the whole envelope
 * @throws EnvelopeRefused `length` (shorter than a header), `magic`, `format`, `kind`, `suite` (unknown, reserved or not
 *   the kind's), `tier`, `reserved-bytes`, `nonce` (of a sealed box, not zero)
 */
export function parseHeader(bytes: Uint8Array): Header {
  const [m0, m1, formatByte = 0, kind = 0, suite = 0, tierByte = 0, zero0, zero1] = bytes;
  refuseUnless(bytes.length >= headerBytes, 'length');
  refuseUnless(m0 === magic[0] && m1 === magic[1], 'magic');
  refuseUnless(formatByte === format, 'format');
  if (!isKind(kind)) throw new EnvelopeRefused('kind');
  if (!isSuite(suite) || suite !== suiteOfKind[kind]) throw new EnvelopeRefused('suite');
  const tier = tierOf(tierByte);
  refuseUnless(zero0 === 0 && zero1 === 0, 'reserved-bytes');
  const nonce = bytes.slice(boundHeaderBytes, headerBytes);
  refuseUnless(suite !== Suite.sealedBox || nonce.every((byte) => byte === 0), 'nonce');
  return { format, kind, suite, tier, keyId: bytes.slice(8, boundHeaderBytes), nonce };
}

/**
 * The header of an envelope that has to be of this kind, tier and (when given) key.
 * @throws EnvelopeRefused as `parseHeader`, and `kind`, `tier`, `key-id` for another than expected
 */
export function parseExpectedHeader(bytes: Uint8Array, kind: Kind, tier: Tier, keyId?: Uint8Array): Header {
  const header = parseHeader(bytes);
  refuseUnless(header.kind === kind, 'kind');
  refuseUnless(header.tier === tier, 'tier');
  refuseUnless(keyId === undefined || equalBytes(header.keyId, keyId), 'key-id');
  return header;
}

/** The first 24 bytes of an envelope, which the associated data begins with. */
export function encodeBoundHeader(kind: Kind, tier: Tier, keyId: Uint8Array): Uint8Array {
  const fixed = Uint8Array.of(...magic, format, kind, suiteOfKind[kind], Tier[tier], 0, 0);
  return concatBytes(fixed, exactly(16, keyId, 'a key id'));
}

/**
 * Seals `plaintext` as it is, under a fresh random nonce; content has to be padded before (`sealContent` does).
 * @returns header 48 ‖ commitment 32 (kinds 5 and 6) ‖ ciphertext ‖ tag 16
 * @throws RangeError for a context that the kind cannot have; EnvelopeRefused `uuid`, `kdf`
 */
export function sealEnvelope({ plaintext, ...expected }: Expected & { readonly plaintext: Uint8Array }): Uint8Array {
  const { kind, tier, keyId, key } = expected;
  const header = encodeBoundHeader(kind, tier, keyId);
  const associated = associatedData(expected, header);
  const nonce = randomBytes(headerBytes - boundHeaderBytes);
  const sealed = aeadSeal(exactly(32, key, 'a key'), nonce, associated, plaintext);
  return hasCommitment(kind)
    ? concatBytes(header, nonce, commitment(key, nonce), sealed)
    : concatBytes(header, nonce, sealed);
}

/**
 * Opens what `sealEnvelope` sealed; the commitment, where there is one, is compared before anything is decrypted.
 * @throws EnvelopeRefused as `parseHeader`, and `kind`, `tier`, `key-id` for another than expected, `length`,
 *   `commitment`, `authentication`; RangeError for a context that the kind cannot have
 */
export function openEnvelope(expected: Expected, bytes: Uint8Array): Uint8Array {
  const { kind, tier, keyId, key } = expected;
  const { nonce } = parseExpectedHeader(bytes, kind, tier, keyId);
  refuseUnless(bytes.length >= overheadBytes(kind), 'length');
  const associated = associatedData(expected, bytes.subarray(0, boundHeaderBytes));
  exactly(32, key, 'a key');
  if (!hasCommitment(kind)) return aeadOpen(key, nonce, associated, bytes.subarray(headerBytes));
  const sealedAt = headerBytes + commitmentBytes;
  refuseUnless(equalBytes(bytes.subarray(headerBytes, sealedAt), commitment(key, nonce)), 'commitment');
  return aeadOpen(key, nonce, associated, bytes.subarray(sealedAt));
}

/** SHA-256 of a whole envelope: the previous hash of the version after it. */
export function envelopeHash(bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
}

/** Opens an envelope whose plaintext is `id 16 ‖ key 32`, and wipes the plaintext. @throws EnvelopeRefused as `openEnvelope` */
export function openIdAndKey(expected: Expected, bytes: Uint8Array): { id: Uint8Array; key: Uint8Array } {
  refuseUnless(bytes.length === overheadBytes(expected.kind) + 48, 'length');
  const plaintext = openEnvelope(expected, bytes);
  const opened = { id: plaintext.slice(0, 16), key: plaintext.slice(16) };
  wipe(plaintext);
  return opened;
}

/** Seals `id 16 ‖ key 32`, and wipes the plaintext. @throws as `sealEnvelope` */
export function sealIdAndKey(expected: Expected, id: Uint8Array, key: Uint8Array): Uint8Array {
  const plaintext = concatBytes(exactly(16, id, 'a key id'), exactly(32, key, 'a key'));
  const sealed = sealEnvelope({ ...expected, plaintext });
  wipe(plaintext);
  return sealed;
}

function associatedData({ kind, context }: Expected, boundHeader: Uint8Array): Uint8Array {
  assertContextFits(kind, context);
  const associated = new Uint8Array(boundHeaderBytes + contextBytes);
  associated.set(boundHeader);
  writeContext(associated, boundHeaderBytes, context);
  return associated;
}

function commitment(key: Uint8Array, nonce: Uint8Array): Uint8Array {
  return hkdf(key, labels.commit, nonce);
}

function isKind(byte: number): byte is Kind {
  return kinds.has(byte);
}

function isSuite(byte: number): byte is Suite {
  return suites.has(byte);
}

function tierOf(byte: number): Tier {
  if (byte === Tier.e2e) return 'e2e';
  if (byte === Tier.uce) return 'uce';
  throw new EnvelopeRefused('tier');
}
