import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  importedPeriod,
  languages,
  hasMask,
  makeCard,
  masksFor,
  match,
  parseQuery,
  periodOf,
  PreparedQuery,
  signatureBits,
  signatureOf,
  stemsOf,
  undatedPeriod,
} from '../../src/search/index.js';
import { cardOf } from './diaries.js';
import { searchKey } from './lookup.js';

/** The signature as docs/search.md says it, as a text of bits, written a second time. */
function bitsOf(stems: readonly string[], period: number): string {
  const bits = Array<string>(signatureBits).fill('0');
  for (const stem of stems) {
    const head = Buffer.from([2, period >> 8, period & 255]);
    const mac = createHmac('sha256', searchKey).update(head).update(stem, 'utf8').digest();
    bits[mac.readUInt16BE(0) % signatureBits] = '1';
  }
  return bits.join('');
}

const asBits = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
const prepared = (query: string) => new PreparedQuery(parseQuery(query).query);
const masksOf = (query: string, period = 8107) => masksFor(prepared(query), searchKey, [period], ['en']).get(period);
const bitCount = (mask: Uint8Array | undefined) => asBits(mask ?? new Uint8Array()).replaceAll('0', '').length;

describe('a signature', () => {
  it('has the bits that the documentation says, in the order of a PostgreSQL bit string', () => {
    const stems = ['rain', 'école', '東京', 'хлеб'];
    for (const period of [0, 1, 255, 256, 8107, 0xffff]) {
      expect(asBits(signatureOf(stems, searchKey, period))).toBe(bitsOf(stems, period));
    }
  });

  it('of the same words differs between users and between quarters', () => {
    const stems = Array.from({ length: 20 }, (_, i) => `word${i}`);
    const own = asBits(signatureOf(stems, searchKey, 8107));
    expect(
      asBits(
        signatureOf(
          stems,
          searchKey.map((byte) => byte + 1),
          8107,
        ),
      ),
    ).not.toBe(own);
    expect(asBits(signatureOf(stems, searchKey, 8106))).not.toBe(own);
    expect(asBits(signatureOf(stems.toReversed(), searchKey, 8107))).toBe(own);
  });

  it('belongs to a quarter of the diary, to none, or to what was imported', () => {
    expect(periodOf('2026-01-01', false)).toBe(8104);
    expect(periodOf('2026-03-31', false)).toBe(8104);
    expect(periodOf('2026-04-01', false)).toBe(8105);
    expect(periodOf('2026-12-31', false)).toBe(8107);
    expect(periodOf(null, false)).toBe(undatedPeriod);
    expect([periodOf('2026-01-01', true), periodOf(null, true)]).toEqual([importedPeriod, 0xffff]);
    expect(periodOf('9999-12-31', false)).toBeLessThan(importedPeriod);
    expect(() => periodOf('2026-13-01', false)).toThrow(RangeError);
    expect(() => signatureOf([], new Uint8Array(31), 0)).toThrow(RangeError);
  });
});

describe('the masks of a query', () => {
  it.each<[string, readonly number[]]>([
    ['rain', [1]],
    ['rain snow', [2]],
    ['"rain on the roof"', [2]],
    ['rain -snow', [1]],
    ['rain snow*', [1]],
    ['snow*', [0]],
    ['-snow', [0]],
    ['mood:tired', [0]],
    ['after:2026', [0]],
    ['tag:"rainy day"', [2]],
    ['rain or snow', [1, 1]],
    ['rain or snow wind', [2, 2]],
    ['rain or -snow', [0]],
    ['rain or (rain snow)', [1]],
    ['(a1 or a2) (b1 or b2) (c1 or c2)', [3, 3, 3, 3, 3, 3, 3, 3]],
    ['(a1 or a2) (b1 or b2) (c1 or c2) (d1 or d2)', [3, 3, 3, 3, 3, 3, 3, 3]],
    ['(a1 or a2) (b1 or b2) (c1 or c2) ((d1 d2) or (d1 d3))', [4, 4, 4, 4, 4, 4, 4, 4]],
    ['z1 (a or a1 or a2 or a3 or a4 or a5 or a6 or a7 or a8 or a9)', [1]],
    ['the of', []],
    ['', []],
  ])('for %s ask for %j bits', (query, expected) => {
    const counts = masksOf(query)?.map(bitCount) ?? [];
    expect(counts).toEqual(expected);
  });

  it('differ by the language of the entries, and are asked for once where they do not', () => {
    const masks = (query: string) => masksFor(prepared(query), searchKey, [8107], ['en', 'de', 'und']).get(8107) ?? [];
    expect(masks('bristol')).toHaveLength(1);
    expect(masks('running')).toHaveLength(2);
    expect(masks('die')).toHaveLength(1);
  });

  it('are there for every period', () => {
    const masks = masksFor(prepared('rain'), searchKey, [0, 8107, 0xffff], ['en']);
    expect([...masks.keys()]).toEqual([0, 8107, 0xffff]);
    expect(new Set([...masks.values()].map(([mask]) => asBits(mask ?? new Uint8Array()))).size).toBe(3);
  });

  it('let through every entry that matches, whatever is asked', () => {
    const word = fc.constantFrom('rain', 'snow', 'running', 'runs', 'the', 'Haus', 'Häuser', '東京', 'day');
    const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
    const part = fc.tuple(
      fc.constantFrom('', '-', 'tag:', '"', '(', '-('),
      text,
      fc.constantFrom('', '*', '"', ')', ' or'),
    );
    const query = fc
      .array(
        part.map((pieces) => pieces.join('')),
        { maxLength: 5 },
      )
      .map((parts) => parts.join(' '));
    const language = fc.constantFrom(...languages);
    fc.assert(
      fc.property(query, text, fc.array(text, { maxLength: 2 }), language, (query, text, tags, language) => {
        const card = cardOf({ text, tags }, language);
        const signature = signatureOf(stemsOf(makeCard({ text, tags, language })), searchKey, 8107);
        const masks = masksFor(prepared(query), searchKey, [8107], ['en', language]).get(8107) ?? [];
        if (!match(prepared(query), card)) return;
        expect(masks.some((mask) => hasMask(signature, mask))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
