import { EnvelopeRefused } from './errors.js';

const mark = 0x80;
const stepBytes = 256;
const steppedBytesMax = 4096;

/**
 * The length that a plaintext of `length` bytes is padded to: with n = length + 1, up to 4,096 the next multiple of 256,
 * above it Padmé (docs/crypto.md, The envelope; Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", 2019).
 * @throws RangeError below 0 and from 2^30 on
 */
export function paddedLength(length: number): number {
  if (!Number.isInteger(length) || length < 0 || length >= 2 ** 30) throw new RangeError('not a length of content');
  return roundedUp(length + 1);
}

/** Whether `n` bytes can be a padded plaintext: what the server checks of content that it cannot open. */
export function isPaddedLength(n: number): boolean {
  return Number.isInteger(n) && n >= stepBytes && n <= 2 ** 30 && roundedUp(n) === n;
}

/** `plaintext` ‖ 0x80 ‖ zeros. */
export function pad(plaintext: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(plaintext.length));
  padded.set(plaintext);
  padded[plaintext.length] = mark;
  return padded;
}

/**
 * What was padded, as a copy.
 * @throws EnvelopeRefused `padding` when the mark is missing, or the length is another than `pad` would have made
 */
export function unpad(padded: Uint8Array): Uint8Array {
  let length = padded.length - 1;
  while (length >= 0 && padded[length] === 0) length--;
  if (length < 0 || padded[length] !== mark || roundedUp(length + 1) !== padded.length) {
    throw new EnvelopeRefused('padding');
  }
  return padded.slice(0, length);
}

function roundedUp(n: number): number {
  const unit = n <= steppedBytesMax ? stepBytes : padmeUnit(n);
  return Math.ceil(n / unit) * unit;
}

/** 2^(E - S) with E = floor(log2 n), S = floor(log2 E) + 1. */
function padmeUnit(n: number): number {
  const exponent = floorLog2(n);
  return 2 ** (exponent - (floorLog2(exponent) + 1));
}

function floorLog2(n: number): number {
  return 31 - Math.clz32(n);
}
