import { EnvelopeRefused } from './errors.js';
import { isEd25519Point, sha256, x25519 } from './primitives.js';

const anyScalar = new Uint8Array(32).fill(0x40);

/** The id of a public key: SHA-256(key)[0..16) (docs/crypto.md, The envelope). */
export function publicKeyId(publicKey: Uint8Array): Uint8Array {
  return sha256(publicKey).slice(0, 16);
}

/**
 * Refuses an X25519 public key that is not 32 bytes, not reduced modulo 2^255 - 19, or of low order (RFC 7748, section 7).
 * @throws EnvelopeRefused `public-key`
 */
export function checkX25519PublicKey(publicKey: Uint8Array): void {
  if (publicKey.length !== 32 || !isReduced(publicKey)) throw new EnvelopeRefused('public-key');
  // X25519 clamps its scalar to a multiple of the cofactor: any scalar at all takes a low-order point to zero.
  x25519(anyScalar, publicKey);
}

/**
 * Refuses an Ed25519 public key that is not the canonical encoding of a point of prime order (RFC 8032, section 5.1.3).
 * @throws EnvelopeRefused `public-key`
 */
export function checkEd25519PublicKey(publicKey: Uint8Array): void {
  if (!isEd25519Point(publicKey)) throw new EnvelopeRefused('public-key');
}

/** Whether 32 little-endian bytes, all bits counted, are below 2^255 - 19. */
function isReduced(encoded: Uint8Array): boolean {
  const value = encoded.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return value < (1n << 255n) - 19n;
}
