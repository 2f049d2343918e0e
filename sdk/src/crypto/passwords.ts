import { exactly, utf8 } from './bytes.js';
import { EnvelopeRefused } from './errors.js';
import { assertKdfAllowed, kdfSaltBytes, type KdfParameters } from './kdf.js';
import { argon2idBlocking, hkdf, ready } from './primitives.js';
import { labels } from './registry.js';

const passwordBytesMax = 1024;
const loneSurrogate = /\p{Surrogate}/u;

/** Argon2id v1.3 with a 32-byte result: the server passes one that runs on a thread pool. */
export type Argon2id = (password: Uint8Array, salt: Uint8Array, kdf: KdfParameters) => Promise<Uint8Array>;

/** Argon2id of libsodium. It blocks its thread (about 0.7 s at 256 MiB): browsers call it in a worker. */
export const sodiumArgon2id: Argon2id = async (password, salt, kdf) => {
  await ready();
  return argon2idBlocking(password, salt, kdf.t, kdf.mKib);
};

/**
 * The bytes of a password that go into Argon2id: NFKC, UTF-8, not trimmed (docs/crypto.md, Keys).
 * @throws EnvelopeRefused `password` when ill-formed, empty, or longer than 1,024 bytes
 */
export function normalizePassword(text: string): Uint8Array {
  if (loneSurrogate.test(text)) throw new EnvelopeRefused('password');
  return assertPasswordLength(utf8(text.normalize('NFKC')));
}

/**
 * The password root, 32 bytes: the parent of auth key and key-encryption key (docs/crypto.md, Keys). Wipe it after use.
 * @param password a string is normalized; bytes are taken as `normalizePassword` made them
 * @param salt 16 bytes
 * @throws EnvelopeRefused `kdf`, `password`, both before any work
 */
export async function passwordRoot(
  password: string | Uint8Array,
  salt: Uint8Array,
  kdf: KdfParameters,
  argon2: Argon2id = sodiumArgon2id,
): Promise<Uint8Array> {
  assertKdfAllowed(kdf);
  exactly(kdfSaltBytes, salt, 'a salt');
  const bytes = typeof password === 'string' ? normalizePassword(password) : assertPasswordLength(password);
  return exactly(32, await argon2(bytes, salt, kdf), 'a password root');
}

/** The auth key, 32 bytes: what an e2e client sends instead of its password, and what the server's verifier is made of. */
export function passwordAuthKey(root: Uint8Array): Uint8Array {
  return hkdf(exactly(32, root, 'a password root'), labels.auth);
}

/**
 * The key-encryption key, 32 bytes, that opens the password slot.
 * @param salt none for e2e; for uce `HMAC-SHA-256(pepper, "kek" ‖ user id 16)`
 */
export function passwordKek(root: Uint8Array, salt?: Uint8Array): Uint8Array {
  return hkdf(exactly(32, root, 'a password root'), labels.kek, salt);
}

function assertPasswordLength(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 1 || bytes.length > passwordBytesMax) throw new EnvelopeRefused('password');
  return bytes;
}
