import { concatBytes, u16, u32 } from './bytes.js';
import { EnvelopeRefused } from './errors.js';

/** Argon2id v1.3: memory in KiB, passes, and one lane. */
export interface KdfParameters {
  readonly alg: 'argon2id';
  readonly mKib: number;
  readonly t: number;
  readonly p: 1;
}

/** What a client (e2e) and the server (uce) use today (docs/crypto.md, Keys). */
export const kdfDefaults = {
  client: { alg: 'argon2id', mKib: 256 * 1024, t: 3, p: 1 },
  server: { alg: 'argon2id', mKib: 64 * 1024, t: 3, p: 1 },
} as const satisfies Record<string, KdfParameters>;

/** The floor below which a password is too cheap to guess, and the ceiling above which a device may not manage. */
export const kdfBounds = { mKibMin: 64 * 1024, mKibMax: 1024 * 1024, tMin: 3, tMax: 16 } as const;

/** Bytes of an Argon2id salt. */
export const kdfSaltBytes = 16;

/**
 * Refuses parameters outside of the floor and the ceiling, before any work is done with them.
 * @param kdf as it came from outside: its form is checked too
 * @throws EnvelopeRefused `kdf`
 */
export function assertKdfAllowed(kdf: KdfParameters): void {
  const { alg, mKib, t, p }: Record<keyof KdfParameters, unknown> = kdf;
  const isAllowed =
    alg === 'argon2id' &&
    p === 1 &&
    isWithin(mKib, kdfBounds.mKibMin, kdfBounds.mKibMax) &&
    isWithin(t, kdfBounds.tMin, kdfBounds.tMax);
  if (!isAllowed) throw new EnvelopeRefused('kdf');
}

/**
 * The 8 bytes of the context of a password slot: `u8 1 ‖ m_KiB u32 ‖ t u16 ‖ p u8` (docs/crypto.md, The envelope).
 * @throws EnvelopeRefused `kdf`
 */
export function encodeKdf(kdf: KdfParameters): Uint8Array {
  assertKdfAllowed(kdf);
  return concatBytes(Uint8Array.of(1), u32(kdf.mKib), u16(kdf.t), Uint8Array.of(kdf.p));
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}
