import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** Bits of a signature. */
export const signatureBits = 2048;
/** The period of entries without a date. */
export const undatedPeriod = 0;
/** The period of imported posts, whose text others know. */
export const importedPeriod = 0xffff;

const encoder = new TextEncoder();
/** What these HMACs are for, so that the key's other uses give other ones. */
const purpose = 0x02;

/**
 * The period whose signatures an entry's is comparable with: year × 4 + quarter − 1.
 * @param entryDate `YYYY-MM-DD`, the diary day
 * @throws RangeError for another form
 */
export function periodOf(entryDate: string | null, isImported: boolean): number {
  if (isImported) return importedPeriod;
  if (entryDate === null) return undatedPeriod;
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])-\d\d$/.exec(entryDate) ?? [];
  if (year === undefined) throw new RangeError('not a day of the form YYYY-MM-DD');
  return Number(year) * 4 + Math.floor((Number(month) - 1) / 3);
}

/** The first day of a quarter, `YYYY-MM-DD`: of a period that is neither of the undated nor of the imported. */
export function firstDayOf(period: number): string {
  const digits = (value: number, length: number) => String(value).padStart(length, '0');
  return `${digits(Math.floor(period / 4), 4)}-${digits((period % 4) * 3 + 1, 2)}-01`;
}

/** Sets bits for stems under one search key. */
export class Signer {
  private readonly mac: ReturnType<typeof hmac.create>;

  /** @param searchKey 32 bytes; `clear()` forgets what was made of it */
  constructor(searchKey: Uint8Array) {
    if (searchKey.length !== 32) throw new RangeError('a search key must have 32 bytes');
    this.mac = hmac.create(sha256, searchKey);
  }

  /**
   * The bit of a stem in a period: the first two bytes, big-endian, of `HMAC-SHA-256(search key, 0x02 ‖ period u16 ‖ stem)`
   * mod 2,048 (docs/search.md, Signatures).
   */
  bitOf(stem: string, period: number): number {
    const mac = this.mac.clone();
    mac.update(Uint8Array.of(purpose, period >>> 8, period & 0xff)).update(encoder.encode(stem));
    const [high = 0, low = 0] = mac.digest();
    mac.destroy();
    return (high * 256 + low) % signatureBits;
  }

  /** The signature, 256 bytes, with the bit of every stem set; bit 0 is the highest of byte 0, as in PostgreSQL's `bit`. */
  signatureOf(stems: Iterable<string>, period: number): Uint8Array {
    const signature = new Uint8Array(signatureBits / 8);
    for (const stem of stems) {
      const bit = this.bitOf(stem, period);
      signature[bit >>> 3] = (signature[bit >>> 3] ?? 0) | (0x80 >>> (bit & 7));
    }
    return signature;
  }

  /** Overwrites the key's state. Best effort: an engine may have made copies. */
  clear(): void {
    this.mac.destroy();
  }
}

/** The signature of an entry with these stems, in its period. */
export function signatureOf(stems: Iterable<string>, searchKey: Uint8Array, period: number): Uint8Array {
  const signer = new Signer(searchKey);
  try {
    return signer.signatureOf(stems, period);
  } finally {
    signer.clear();
  }
}
