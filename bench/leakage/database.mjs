import { createHmac } from 'node:crypto';
import { periodOf, signatureBits, signatureOf } from '@daybook/sdk/search';

const quarterOf = (date) => periodOf(date, false);
const always = () => 0;

/** What a database may keep to be searched. The first is what Daybook's does. */
export const VARIANTS = [
  { id: 'quarters-2048', name: '2,048 bits, by quarter', bits: 2048, periodOf: quarterOf },
  { id: 'quarters-1024', name: '1,024 bits, by quarter', bits: 1024, periodOf: quarterOf },
  { id: 'quarters-4096', name: '4,096 bits, by quarter', bits: 4096, periodOf: quarterOf },
  { id: 'always-2048', name: '2,048 bits, one period', bits: 2048, periodOf: always },
  { id: 'always-1024', name: '1,024 bits, one period', bits: 1024, periodOf: always },
  { id: 'always-4096', name: '4,096 bits, one period', bits: 4096, periodOf: always },
];

/** What the database has of each entry: its period, and one byte, 0 or 1, for every bit of its signature. */
export function signaturesOf(entries, { bits, periodOf }, searchKey) {
  const known = new Map();
  return entries.map(({ date, places }) => {
    const period = periodOf(date);
    const stems = places.keys();
    const isSet = bits === signatureBits ? unpacked(signatureOf(stems, searchKey, period)) : new Uint8Array(bits);
    if (bits !== signatureBits) for (const stem of stems) isSet[bitOf(stem, period, { bits, searchKey, known })] = 1;
    return { period, isSet };
  });
}

const unpacked = (signature) =>
  Uint8Array.from({ length: signature.length * 8 }, (_, bit) => (signature[bit >>> 3] >>> (7 - (bit & 7))) & 1);

/** As in docs/search.md, for another number of bits. */
function bitOf(stem, period, { bits, searchKey, known }) {
  const message = `${period} ${stem}`;
  let number = known.get(message);
  if (number === undefined) {
    const mac = createHmac('sha256', searchKey)
      .update(Uint8Array.of(0x02, period >>> 8, period & 0xff))
      .update(stem);
    known.set(message, (number = mac.digest().readUInt16BE()));
  }
  return number % bits;
}

/** Keyed lexemes: for each entry the HMAC of every stem, with the positions at which it stands. */
export function lexemesOf(entries, searchKey) {
  const lexemeOf = (stem) => createHmac('sha256', searchKey).update(stem).digest('base64url');
  return entries.map(({ places }) => new Map([...places].map(([stem, positions]) => [lexemeOf(stem), positions])));
}
