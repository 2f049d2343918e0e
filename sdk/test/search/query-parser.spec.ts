import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  daysOf,
  languages,
  match,
  parseQuery,
  PreparedQuery,
  type Query,
  type QueryNode,
} from '../../src/search/index.js';
import { cardOf } from './diaries.js';

/** A query in one line: words as they are, prefixes with a star, `!` for not, `&` and `|` with brackets. */
function shown(query: Query): string {
  if (!query) return '';
  const inner = (of: readonly QueryNode[], sign: string) => `(${of.map(shown).join(sign)})`;
  switch (query.kind) {
    case 'text':
      return `${query.isPrefix ? '^' : ''}${query.text}`;
    case 'tag':
    case 'mood':
      return `${query.kind}=${query.name}`;
    case 'before':
      return `<${query.day}`;
    case 'from':
      return `>=${query.day}`;
    case 'not':
      return `!${shown(query.of)}`;
    case 'all':
      return inner(query.of, ' & ');
    case 'any':
      return inner(query.of, ' | ');
  }
}

const read = (text: string) => shown(parseQuery(text).query);
const faults = (text: string) => parseQuery(text).faults.map(({ at, message }) => `${at} ${message}`);

describe('a query', () => {
  it.each([
    ['rain', 'rain'],
    ['rain  snow', '(rain & snow)'],
    ['rain　snow', '(rain & snow)'],
    ['"wet day"', 'wet day'],
    ['“wet day” „nasser Tag“ «jour»', '(wet day & nasser Tag & jour)'],
    ['-rain', '!rain'],
    ['-"wet day" snow', '(!wet day & snow)'],
    ['well-known', 'well-known'],
    ['rain or snow', '(rain | snow)'],
    ['rain OR snow OR hail', '(rain | snow | hail)'],
    ['Bristol rain or snow', '(Bristol & (rain | snow))'],
    ['"or" or or', 'or'],
    ['(rain snow) or hail', '((rain & snow) | hail)'],
    ['-(rain or snow)', '!(rain | snow)'],
    ['run*', '^run*'],
    ['"new yor*"', '^new yor*'],
    ['a*b', 'a*b'],
    ['tag:work', 'tag=work'],
    ['TAG:"Two  Words"', 'tag=two words'],
    ['-tag:work mood:Tired', '(!tag=work & mood=tired)'],
    ['before:2026', '<2026-01-01'],
    ['before:2026-03', '<2026-03-01'],
    ['before:2026-03-02', '<2026-03-02'],
    ['after:2026', '>=2027-01-01'],
    ['after:2026-12', '>=2027-01-01'],
    ['after:2024-02-28', '>=2024-02-29'],
    ['after:2026-12-31', '>=2027-01-01'],
    ['12:30 http://example.org', '(12:30 & http://example.org)'],
    ['', ''],
  ])('%s is read as %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['"wet day', 'wet day', ['0 this quotation has no end']],
    ['rain (snow', '(rain & snow)', ['5 this bracket is not closed']],
    ['rain) snow', '(rain & snow)', ['4 this bracket closes nothing']],
    ['or rain', 'rain', ['0 "or" needs something on both sides']],
    ['rain or', 'rain', ['5 "or" needs something on both sides']],
    ['🎉 rain', 'rain', ['0 there is no letter and no digit to look for']],
    ['rain *', 'rain', ['5 there is no letter and no digit to look for']],
    ['tag: ', '', ['0 "tag:" needs a value behind it']],
    ['before:soon rain', 'rain', ['7 a date is a year, a month or a day: 2026, 2026-03 or 2026-03-01']],
    ['after:2026-02-30', '', ['6 a date is a year, a month or a day: 2026, 2026-03 or 2026-03-01']],
  ])('%s is read as far as it goes, and what is wrong is said', (text, expected, said) => {
    expect([read(text), faults(text)]).toEqual([expected, said]);
  });

  it('has at most 32 terms, 1,000 characters and 8 brackets in brackets', () => {
    const words = Array.from({ length: 40 }, (_, i) => `w${i}`).join(' ');
    expect(parseQuery(words).query).toMatchObject({ of: { length: 32 } });
    expect(faults(words)).toEqual(['118 a query has at most 32 words, phrases and filters']);
    expect(faults('x '.repeat(5000))).toEqual([
      '1000 a query has at most 1000 characters',
      '64 a query has at most 32 words, phrases and filters',
    ]);
    expect(faults(`${'('.repeat(9)}x${')'.repeat(9)}`)[0]).toBe('8 brackets are at most 8 deep');
    expect(parseQuery(`${'('.repeat(8)}x${')'.repeat(8)}`).faults).toEqual([]);
  });

  it.each<[string, string | null, string | null]>([
    ['after:2025 rain before:2026-03', '2026-01-01', '2026-03-01'],
    ['after:2020 after:2021-05 (before:2026 before:2024)', '2021-06-01', '2024-01-01'],
    ['rain or after:2025', null, null],
    ['-after:2025 rain', null, null],
    ['', null, null],
  ])('%s is bounded to days from %s and before %s', (text, from, before) => {
    expect(daysOf(parseQuery(text).query)).toEqual({ from, before });
  });

  it('of any text is read, and can be asked of any entry', () => {
    const piece = fc.constantFrom(
      ' ',
      '"',
      '(',
      ')',
      '-',
      'or',
      '*',
      ':',
      'tag:',
      'before:',
      '2026',
      'a',
      '東',
      '\ud83d',
      '’',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(...languages), (text, language) => {
        const { query, faults } = parseQuery(text);
        for (const { at } of faults) expect(at >= 0 && at <= text.length).toBe(true);
        match(new PreparedQuery(query), cardOf({ text: 'a 東 or 2026', tags: ['a'] }, language));
      }),
      { numRuns: 1500 },
    );
  });

  it('in right-to-left letters, or of stop words alone, asks what it can', () => {
    const asked = (query: string, text: string, language: 'und' | 'en' | 'de') =>
      match(new PreparedQuery(parseQuery(query).query), cardOf({ text }, language));
    expect(asked('"חלה עקומה"', 'אמרה שחלה חלה עקומה טעימה', 'und')).toBe(true);
    expect(asked('the', 'the theatre', 'en')).toBe(false);
    expect(asked('the rain', 'rain', 'en')).toBe(true);
    expect(asked('the or rain', 'theatre', 'en')).toBe(false);
    expect(asked('-the', 'rain', 'en')).toBe(false);
    expect(asked('die', 'die Straße', 'de')).toBe(false);
    expect(asked('die', 'they die', 'en')).toBe(true);
  });
});
