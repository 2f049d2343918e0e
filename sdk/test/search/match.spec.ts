import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { guessLanguage, match, parseQuery, PreparedQuery } from '../../src/search/index.js';
import { cardOf, type DiaryEntry, type Indexed } from './diaries.js';
import { scan } from './scan.js';

const asked = (query: string, entry: Partial<DiaryEntry>) =>
  match(new PreparedQuery(parseQuery(query).query), cardOf(entry, 'en'));

describe('an entry', () => {
  it('has a phrase only where its words stand in a row', () => {
    expect(asked('"lord of the rings"', { text: 'the lord of the rings' })).toBe(true);
    expect(asked('"lord of the rings"', { text: 'lord rings' })).toBe(false);
    expect(asked('"lord of the rings"', { text: 'lord of all the rings' })).toBe(false);
    expect(asked('"rings lord"', { text: 'lord rings' })).toBe(false);
    expect(asked('"wet wet day"', { text: 'wet day wet wet cold day' })).toBe(false);
    expect(asked('"wet wet day"', { text: 'wet day wet wet wet day' })).toBe(true);
  });

  it('has no phrase that begins in one field and ends in another', () => {
    const entry = { title: 'title ends', text: 'text begins, text ends', tags: ['first', 'second'] };
    for (const across of ['"ends title"', '"ends first"', '"first second"', '"ends text"', '"second first"']) {
      expect([across, asked(across, entry)]).toEqual([across, false]);
    }
    expect(asked('"title ends"', entry)).toBe(true);
    expect(asked('"text ends" first second', entry)).toBe(true);
  });

  it('has a tag or a mood by its whole name, and a day only if it has one', () => {
    const entry = { text: 'x', tags: ['Night Shift'], mood: 'Very Tired', date: '2026-03-15' };
    expect(asked('tag:"night  shift" mood:"very tired"', entry)).toBe(true);
    expect(asked('tag:night', entry)).toBe(false);
    expect(asked('mood:tired', entry)).toBe(false);
    expect(asked('before:2026-03-16 after:2026-03-14', entry)).toBe(true);
    expect(asked('before:2026-03-15', entry) || asked('after:2026-03-15', entry)).toBe(false);
    expect(asked('before:2026-03', entry) || asked('after:2026', entry)).toBe(false);
    expect(asked('before:9999', { text: 'x' }) || asked('after:0001', { text: 'x' })).toBe(false);
    expect(asked('-before:9999', { text: 'x' })).toBe(true);
  });

  it('matches what reading it would tell, for any words in any order', () => {
    const word = fc.constantFrom('rain', 'rains', 'raining', 'wet', 'day', 'days', 'the', 'of');
    const words = (min: number, max: number) =>
      fc.array(word, { minLength: min, maxLength: max }).map((some) => some.join(' '));
    const sought = fc.oneof(
      word,
      words(1, 3).map((some) => `"${some}"`),
      words(1, 2).map((some) => `"${some}*"`),
      word.map((one) => `tag:${one}`),
    );
    const part = fc.tuple(fc.constantFrom('', '-'), sought).map((both) => both.join(''));
    const query = fc.array(fc.tuple(fc.constantFrom(' ', ' or '), part), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        query,
        words(0, 12),
        words(0, 3),
        fc.array(words(1, 2), { maxLength: 2 }),
        (parts, text, title, tags) => {
          const asked = parts.map((one, i) => (i === 0 ? one[1] : one.join(''))).join('');
          const entry = { date: '2026-01-01', text, title, tags };
          const one: Indexed = { id: '1', entry, language: 'en', card: cardOf(entry, 'en') };
          expect(match(new PreparedQuery(parseQuery(asked).query), one.card)).toBe(scan(asked, [one]).length === 1);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is asked in its own language', () => {
    const [english, german] = ['I will die of this heat, she said.', 'Die Hitze war kaum auszuhalten, sagte sie.'];
    const found = [english, german].filter((text) =>
      match(new PreparedQuery(parseQuery('die').query), cardOf({ text }, guessLanguage(text))),
    );
    expect(found).toEqual([english]);
  });
});
