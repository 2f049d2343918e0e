import { expand, extract } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import sodium from 'libsodium-wrappers-sumo';
import { exactly, utf8, wipe } from './bytes.js';
import { EnvelopeRefused } from './errors.js';
import type { Label } from './registry.js';

/** Bytes of the authentication tag at the end of every sealed text. */
export const tagBytes = 16;
/** Bytes that a sealed box adds to its plaintext: ephemeral public key and tag. */
export const boxOverheadBytes = 48;

let isReady = false;

/** Loads the cryptographic library, once. Await it before anything else here; afterwards all is synchronous. */
export async function ready(): Promise<void> {
  await sodium.ready;
  isReady = true;
}

/** The library, or an Error that says what was forgotten. */
export function library(): typeof sodium {
  if (!isReady) throw new Error('await ready() before using the cryptographic functions');
  return sodium;
}

/** `n` bytes (up to 65,536) of the platform's cryptographic random generator. */
export function randomBytes(n: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(n));
}

/** SHA-256 (FIPS 180-4), 32 bytes, of all `parts` one after the other. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = nobleSha256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** HMAC-SHA-256 (RFC 2104), 32 bytes, of all `parts` one after the other. */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const mac = hmac.create(nobleSha256, key);
  for (const part of parts) mac.update(part);
  const tag = mac.digest();
  mac.destroy();
  return tag;
}

/** HKDF-SHA-256 (RFC 5869), 32 bytes, under one of the registered labels; the salt is empty unless given. */
export function hkdf(key: Uint8Array, info: Label, salt?: Uint8Array): Uint8Array {
  return hkdfBytes(key, utf8(info), salt, 32);
}

/** HKDF-SHA-256 with any info and length: for test vectors, everything else takes a label. */
export function hkdfBytes(key: Uint8Array, info: Uint8Array, salt: Uint8Array | undefined, length: number): Uint8Array {
  const pseudorandomKey = extract(nobleSha256, key, salt);
  try {
    return expand(nobleSha256, pseudorandomKey, info, length);
  } finally {
    wipe(pseudorandomKey);
  }
}

/** XChaCha20-Poly1305-IETF: ciphertext and tag. Key 32 bytes, nonce 24. */
export function aeadSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  return library().crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, associated, null, nonce, key);
}

/** The plaintext of `aeadSeal`. @throws EnvelopeRefused `authentication` */
export function aeadOpen(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array {
  return refusing(() => library().crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, associated, nonce, key));
}

/** A libsodium sealed box to an X25519 public key: anyone can make one, only the private key opens it. */
export function boxSeal(publicKey: Uint8Array, plaintext: Uint8Array): Uint8Array {
  return library().crypto_box_seal(plaintext, publicKey);
}

/** The plaintext of a sealed box. @throws EnvelopeRefused `authentication`, also for a low-order ephemeral key */
export function boxOpen(publicKey: Uint8Array, privateKey: Uint8Array, sealed: Uint8Array): Uint8Array {
  return refusing(() => library().crypto_box_seal_open(sealed, publicKey, privateKey));
}

/** X25519 (RFC 7748). @throws EnvelopeRefused `public-key` where the shared secret would be zero */
export function x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return refusing(() => library().crypto_scalarmult(privateKey, publicKey), 'public-key');
}

/** The X25519 public key of a 32-byte scalar (RFC 7748, section 6.1). */
export function x25519PublicKey(privateKey: Uint8Array): Uint8Array {
  return library().crypto_scalarmult_base(exactly(32, privateKey, 'an X25519 private key'));
}

/** The Ed25519 public key of a 32-byte seed (RFC 8032, section 5.1.5). */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  const pair = library().crypto_sign_seed_keypair(exactly(32, seed, 'an Ed25519 seed'));
  wipe(pair.privateKey);
  return pair.publicKey;
}

/** The Ed25519 signature, 64 bytes, of `message` (RFC 8032, section 5.1.6). */
export function ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  const pair = library().crypto_sign_seed_keypair(exactly(32, seed, 'an Ed25519 seed'));
  try {
    return library().crypto_sign_detached(message, pair.privateKey);
  } finally {
    wipe(pair.privateKey);
  }
}

/** Whether 32 bytes are a canonically encoded point of the prime-order group of Ed25519, and not its identity. */
export function isEd25519Point(encoded: Uint8Array): boolean {
  return encoded.length === 32 && library().crypto_core_ed25519_is_valid_point(encoded);
}

/**
 * Whether `signature` is one of `message` under `publicKey` (RFC 8032, section 5.1.7), strictly: S is canonical, A and R
 * are canonical and of prime order. With such points the cofactored and the cofactorless equation agree, so that no two
 * clients can disagree about a signature; libsodium alone would take a key with a part of small order.
 */
export function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64 || !isEd25519Point(publicKey) || !isEd25519Point(signature.subarray(0, 32))) return false;
  return library().crypto_sign_verify_detached(signature, message, publicKey);
}

/** Argon2id v1.3 with one lane (RFC 9106), 32 bytes; blocks the thread for as long as it takes. */
export function argon2idBlocking(password: Uint8Array, salt: Uint8Array, t: number, mKib: number): Uint8Array {
  const { crypto_pwhash: argon2, crypto_pwhash_ALG_ARGON2ID13: argon2id } = library();
  return argon2(32, password, salt, t, mKib * 1024, argon2id);
}

/** Runs an opening; whatever the library throws becomes one refusal, without its words. */
function refusing(open: () => Uint8Array, rule: 'authentication' | 'public-key' = 'authentication'): Uint8Array {
  library();
  try {
    return open();
  } catch {
    throw new EnvelopeRefused(rule);
  }
}
