import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  bytesToUuid,
  concatBytes,
  createId,
  equalBytes,
  fromBase64url,
  toBase64url,
  u16,
  u32,
  u64,
  uuidToBytes,
  wipe,
} from '../../src/crypto/index.js';
import { opened, refusal } from './examples.js';

const bytesOf = (maxLength: number) => fc.uint8Array({ maxLength });

describe('base64url', () => {
  it('is what RFC 4648 says, without padding', () => {
    fc.assert(
      fc.property(bytesOf(200), (bytes) => {
        expect(toBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
        expect(fromBase64url(toBase64url(bytes))).toEqual(bytes);
      }),
    );
  });

  it('has one spelling per value: whatever is read is written the same way', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AQgwx_-089=+/ \n'.split('')), maxLength: 8 });
    fc.assert(
      fc.property(text, (spelled) => {
        const bytes = opened(() => fromBase64url(spelled));
        expect(bytes === undefined || toBase64url(bytes) === spelled).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses padding, unused bits, foreign letters and impossible lengths', () => {
    expect(fromBase64url('AA')).toEqual(Uint8Array.of(0));
    for (const text of ['AA==', 'AB', 'AAB', 'A', 'AAAAA', 'A+', 'A/', 'A ', ' AA', 'A\n', 'Aé', 'AÁ', 'A😀', 'AĀ']) {
      expect([text, refusal(() => fromBase64url(text))]).toEqual([text, 'base64url']);
    }
  });
});

describe('a UUID', () => {
  it('is 16 bytes and back', () => {
    fc.assert(fc.property(fc.uuid(), (id) => expect(bytesToUuid(uuidToBytes(id))).toBe(id)));
    expect(uuidToBytes('01890A5D-AC96-774B-BCCE-B302099A8057')[1]).toBe(0x89);
  });

  it('is refused in any other spelling', () => {
    const id = '01890a5d-ac96-774b-bcce-b302099a8057';
    for (const text of [
      '',
      id.slice(1),
      `{${id}}`,
      id.replaceAll('-', ''),
      ` ${id}`,
      `${id}\n`,
      id.replace('5', 'g'),
    ]) {
      expect([text, refusal(() => uuidToBytes(text))]).toEqual([text, 'uuid']);
    }
    expect(refusal(() => bytesToUuid(new Uint8Array(15)))).toBe('uuid');
  });

  it('made here is a version 7 of its millisecond, and never made twice', () => {
    const ids = Array.from({ length: 200 }, () => createId(0x0123456789ab));
    for (const id of ids) expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(200);
  });
});

describe('bytes', () => {
  it('are compared by value', () => {
    fc.assert(
      fc.property(bytesOf(40), bytesOf(40), (a, b) => {
        expect(equalBytes(a, a.slice())).toBe(true);
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
      }),
    );
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  });

  it('are numbers in big-endian order, or refused', () => {
    expect(concatBytes(u16(258), u32(16909060), u64(2 ** 53 - 1))).toEqual(
      Uint8Array.of(1, 2, 1, 2, 3, 4, 0, 0x1f, 255, 255, 255, 255, 255, 255),
    );
    for (const write of [u16, u32, u64]) {
      for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => write(value)).toThrow(RangeError);
    }
    expect(() => u16(65536)).toThrow(RangeError);
    expect(() => u32(2 ** 32)).toThrow(RangeError);
  });

  it('can be wiped', () => {
    const [a, b] = [Uint8Array.of(1, 2), Uint8Array.of(3)];
    wipe(a, b);
    expect([...a, ...b]).toEqual([0, 0, 0]);
  });
});
