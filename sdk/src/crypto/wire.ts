import { fromBase64url, toBase64url } from './bytes.js';
import { EnvelopeRefused } from './errors.js';
import { assertKdfAllowed, kdfSaltBytes, type KdfParameters } from './kdf.js';

/** Key derivation parameters and salt as the API carries them. */
export interface WireKdf {
  readonly alg: 'argon2id';
  readonly m_kib: number;
  readonly t: number;
  readonly p: 1;
  /** 16 bytes, base64url. */
  readonly salt: string;
}

/** The wrapped keys of an e2e account as the API carries them; all bytes are base64url. */
export interface WireKeys {
  /** 16 bytes. */
  readonly master_key_id: string;
  /** The password slot (kind 5). */
  readonly slot: { readonly id: string; readonly wrapped_master_key: string };
  /** The latest identity statement of the key log. */
  readonly identity: string;
  /** Two envelopes of kind 7: the X25519 scalar, the Ed25519 seed. */
  readonly private_keys: readonly [string, string];
}

/** One recovery code as the API carries it: never the code. */
export interface WireRecovery {
  readonly id: string;
  /** `recoveryVerifier`, 32 bytes, base64url. */
  readonly verifier: string;
  /** The code's slot (kind 6), base64url. */
  readonly wrapped_master_key: string;
}

/** The body of an e2e sign-up (docs/crypto.md, e2e sign-up); `device` is for the caller to add. */
export interface E2eSignUp {
  readonly user_id: string;
  readonly email?: string;
  readonly tier: 'e2e';
  readonly auth: 1;
  /** The auth key, base64url: never the password. */
  readonly password: string;
  readonly kdf: WireKdf;
  readonly keys: WireKeys;
  readonly recovery: readonly WireRecovery[];
}

/** Parameters and salt in their wire form. */
export function toWireKdf({ alg, mKib, t, p }: KdfParameters, salt: Uint8Array): WireKdf {
  return { alg, m_kib: mKib, t, p, salt: toBase64url(salt) };
}

/**
 * Parameters and salt from their wire form, refused when they are not allowed.
 * @throws EnvelopeRefused `kdf`, `base64url`
 */
export function fromWireKdf({ alg, m_kib: mKib, t, p, salt }: WireKdf): { kdf: KdfParameters; salt: Uint8Array } {
  const kdf = { alg, mKib, t, p };
  assertKdfAllowed(kdf);
  const saltRead = fromBase64url(salt);
  if (saltRead.length !== kdfSaltBytes) throw new EnvelopeRefused('kdf');
  return { kdf, salt: saltRead };
}
