import { EnvelopeRefused } from './errors.js';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const notInAlphabet = 0xff;
const codeOf = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0));
const valueOf = new Uint8Array(128).fill(notInAlphabet);
codeOf.forEach((code, value) => (valueOf[code] = value));

const encoder = new TextEncoder();
const asciiDecoder = new TextDecoder();
const uuidLength = 36;
const dash = 0x2d;
/** Where the dashes of a UUID are, and where each byte's two digits begin. */
const dashes = [8, 13, 18, 23];
const digits = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const hexValueOf = new Uint8Array(128).fill(notInAlphabet);
[...'0123456789abcdef'].forEach((digit, value) => {
  for (const spelled of [digit, digit.toUpperCase()]) hexValueOf[spelled.charCodeAt(0)] = value;
});

/** `bytes` as base64url without padding (RFC 4648, section 5). */
export function toBase64url(bytes: Uint8Array): string {
  const codes = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xffff;
    for (held += 8; held >= 6; held -= 6) codes[at++] = codeOf[(bits >> (held - 6)) & 63] ?? 0;
  }
  if (held > 0) codes[at] = codeOf[(bits << (6 - held)) & 63] ?? 0;
  return asciiDecoder.decode(codes);
}

/**
 * The bytes of a base64url text in its one spelling: no padding, unused bits zero (docs/crypto.md, The envelope).
 * @throws EnvelopeRefused `base64url`
 */
export function fromBase64url(text: string): Uint8Array {
  if (text.length % 4 === 1) throw new EnvelopeRefused('base64url');
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = valueOf[text.charCodeAt(i)] ?? notInAlphabet;
    if (value === notInAlphabet) throw new EnvelopeRefused('base64url');
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = (bits >> held) & 0xff;
  }
  if ((bits & ((1 << held) - 1)) !== 0) throw new EnvelopeRefused('base64url');
  return bytes;
}

/**
 * The 16 raw bytes of a UUID in its usual spelling, of any version, upper or lower case (RFC 9562, section 4).
 * @throws EnvelopeRefused `uuid`
 */
export function uuidToBytes(id: string): Uint8Array {
  const bytes = new Uint8Array(16);
  writeUuid(bytes, 0, id);
  return bytes;
}

/** The same, into `target` from `at` on: every card that is opened needs two of them. @throws EnvelopeRefused `uuid` */
export function writeUuid(target: Uint8Array, at: number, id: string): void {
  if (id.length !== uuidLength) throw new EnvelopeRefused('uuid');
  for (const place of dashes) if (id.charCodeAt(place) !== dash) throw new EnvelopeRefused('uuid');
  let to = at;
  for (const place of digits) {
    const high = hexValueOf[id.charCodeAt(place)] ?? notInAlphabet;
    const low = hexValueOf[id.charCodeAt(place + 1)] ?? notInAlphabet;
    if ((high | low) > 0xf) throw new EnvelopeRefused('uuid');
    target[to++] = (high << 4) | low;
  }
}

/**
 * 16 bytes as a UUID in lower case.
 * @throws EnvelopeRefused `uuid` when they are not 16
 */
export function bytesToUuid(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new EnvelopeRefused('uuid');
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A new array with all `parts`, one after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether `a` and `b` are the same bytes, in a time that depends on their lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Overwrites `buffers` with zeros. Best effort: an engine may have made copies. */
export function wipe(...buffers: readonly Uint8Array[]): void {
  for (const buffer of buffers) buffer.fill(0);
}

/** `value` (0 to 65,535) in 2 bytes, big-endian. @throws RangeError outside of it */
export function u16(value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, within(value, 0xffff));
  return bytes;
}

/** `value` (0 to 4,294,967,295) in 4 bytes, big-endian. @throws RangeError outside of it */
export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, within(value, 0xffff_ffff));
  return bytes;
}

/** `value` (0 to 2^53 - 1, where numbers are exact) in 8 bytes, big-endian. @throws RangeError outside of it */
export function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  writeBigEndian(bytes, 0, 8, value);
  return bytes;
}

/** `value` (from 0, below 2^(8 × length) and 2^53) big-endian into `target` from `at` on. @throws RangeError outside of it */
export function writeBigEndian(target: Uint8Array, at: number, length: number, value: number): void {
  let rest = within(value, Math.min(2 ** (8 * length) - 1, Number.MAX_SAFE_INTEGER));
  for (let i = at + length - 1; i >= at; i--) {
    target[i] = rest & 0xff;
    rest = Math.floor(rest / 256);
  }
}

/** `text` in UTF-8. A lone surrogate becomes U+FFFD: refuse ill-formed text before where that matters. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** `bytes` unchanged, or a RangeError when there are not `length` of them: a mistake of the caller, not of a sender. */
export function exactly(length: number, bytes: Uint8Array, what: string): Uint8Array {
  if (bytes.length !== length) throw new RangeError(`${what} must have ${String(length)} bytes`);
  return bytes;
}

function within(value: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) throw new RangeError('not an integer of this width');
  return value;
}
