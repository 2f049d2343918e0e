import { crc32 } from 'node:zlib';
import { bytesToUuid, uuidToBytes } from '@daybook/sdk/crypto';
import { UserId } from '../../../platform/ids.js';

const PREFIX = 'dbk_';
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const CHECK_BYTES = 4;
const FORM = /^(dbk_([0-9a-hjkmnp-tv-z]{26})_([0-9a-hjkmnp-tv-z]{52})_)([0-9a-hjkmnp-tv-z]{7})$/;

/** What an API key says: whose it is, and its secret of 32 bytes. */
export interface KeyText {
  readonly userId: UserId;
  readonly secret: Uint8Array;
}

/**
 * `dbk_` user id 16 `_` secret 32 `_` CRC-32 of all that precedes, each in lower-case Crockford base32. A secret scanner
 * knows such a key by its form, and by its check that it is not made up (docs/crypto.md, API keys).
 */
export function writeKey({ userId, secret }: KeyText): string {
  const body = `${PREFIX}${encode(uuidToBytes(userId))}_${encode(secret)}_`;
  return body + checkOf(body);
}

/** The key's parts; undefined for what is not one, before anything is looked up. */
export function readKey(text: string): KeyText | undefined {
  const [, body = '', id = '', secret = '', check = ''] = FORM.exec(text) ?? [];
  if (body === '' || check !== checkOf(body)) return undefined;
  const [idBytes, secretBytes] = [decode(id, 16), decode(secret, 32)];
  const user = idBytes && UserId.safeParse(bytesToUuid(idBytes));
  return user?.success && secretBytes ? { userId: user.data, secret: secretBytes } : undefined;
}

/** The end of the secret, which tells keys apart in a list and opens nothing. */
export const hintOf = (key: string): string => key.slice(-CHECK_LENGTH - 5, -CHECK_LENGTH - 1);
const CHECK_LENGTH = 7;

function checkOf(body: string): string {
  const check = Buffer.alloc(CHECK_BYTES);
  check.writeUInt32BE(crc32(body));
  return encode(check);
}

/** Most significant bits first; the last character is filled up with zero bits. */
function encode(bytes: Uint8Array): string {
  let text = '';
  for (let bit = 0; bit < bytes.length * 8; bit += 5) {
    const [high = 0, low = 0] = [bytes[bit >> 3], bytes[(bit >> 3) + 1]];
    text += ALPHABET[(((high << 8) | low) >> (11 - (bit % 8))) & 31];
  }
  return text;
}

/** Undefined where the bits that fill up the last character are not zero: every value has one spelling. */
function decode(text: string, length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  for (const [index, char] of [...text].entries()) {
    const value = ALPHABET.indexOf(char);
    for (let bit = 0; bit < 5; bit++) {
      const at = index * 5 + bit;
      if (((value >> (4 - bit)) & 1) === 0) continue;
      if (at >= length * 8) return undefined;
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (0x80 >> (at % 8));
    }
  }
  return bytes;
}
