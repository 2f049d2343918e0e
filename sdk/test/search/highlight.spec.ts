import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  highlight,
  type Language,
  languages,
  match,
  parseQuery,
  PreparedQuery,
  snippetLengthMax,
  snippetOf,
} from '../../src/search/index.js';
import { cardOf } from './diaries.js';

const prepared = (query: string) => new PreparedQuery(parseQuery(query).query);
const marked = (query: string, text: string, language: Language = 'en') =>
  highlight(prepared(query), text, language).map(({ start, end }) => text.slice(start, end));

describe('highlights', () => {
  it('mark words in any form, and phrases as a whole', () => {
    expect(marked('run', 'We ran, he runs: running.')).toEqual(['runs', 'running']);
    expect(marked('"lord of the rings"', 'The Lord of the Rings, no lord, no ring')).toEqual(['Lord of the Rings']);
    expect(marked('theat*', 'The theatre and theatrical theory')).toEqual(['theatre', 'theatrical']);
    expect(marked('cafe', 'Le café, ce Café', 'fr')).toEqual(['café', 'Café']);
    expect(marked('父', '母と父と', 'ja')).toEqual(['父']);
  });

  it('do not mark what is excluded, filters, or stop words', () => {
    expect(marked('rain -snow the tag:rain', 'the snow and the rain')).toEqual(['rain']);
    expect(marked('-snow', 'snow')).toEqual([]);
  });

  it('that overlap are one', () => {
    expect(marked('"wet day" "day trip" wet', 'a wet day trip')).toEqual(['wet day trip']);
  });

  it('are at their place behind what normalizing lengthens and shortens', () => {
    expect(marked('fine', '½ … e\u0301 🥖 ﬁne 𝐟𝐢𝐧𝐞 ｆｉｎｅ')).toEqual(['ﬁne', '𝐟𝐢𝐧𝐞', 'ｆｉｎｅ']);
    expect(marked('ecole', "l'e\u0301cole", 'fr')).toEqual(['e\u0301cole']);
  });

  it('are there exactly where the text alone matches', () => {
    const word = fc.constantFrom('rain', 'rains', 'wet', 'day', 'the', 'snow', 'ﬁne', '東京', '½');
    const words = (max: number) => fc.array(word, { minLength: 1, maxLength: max }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(
        words(3),
        words(12),
        fc.boolean(),
        fc.constantFrom(...languages),
        (sought, text, isPrefix, language) => {
          const query = prepared(`"${sought}${isPrefix ? '*' : ''}"`);
          const ranges = highlight(query, text, language);
          expect(ranges.length > 0).toBe(match(query, cardOf({ text }, language)));
          for (const { start, end } of ranges) expect(text.slice(start, end)).toMatch(/^\S.*\S$|^\S$/u);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a snippet', () => {
  const filler = 'Nothing of note happened here today at all. '.repeat(30);

  it('is the whole of a short text', () => {
    expect(snippetOf('a wet day', [{ start: 2, end: 5 }])).toEqual({
      text: 'a wet day',
      start: 0,
      ranges: [{ start: 2, end: 5 }],
    });
  });

  it('is cut between words, around the place with most of what was found', () => {
    const text = `${filler}One wet day. ${filler}A wet, wet day, and wet again. ${filler}`;
    const snippet = snippetOf(text, highlight(prepared('wet'), text, 'en'));
    expect(snippet.ranges).toHaveLength(3);
    expect(snippet.text).toContain('A wet, wet day, and wet again.');
    expect(snippet.text.length).toBeLessThanOrEqual(snippetLengthMax);
    expect(text.slice(snippet.start - 1, snippet.start)).toBe(' ');
    expect(text.charAt(snippet.start + snippet.text.length)).toBe(' ');
    expect(snippet.ranges.map(({ start, end }) => snippet.text.slice(start, end))).toEqual(['wet', 'wet', 'wet']);
  });

  it('is the beginning where nothing was found', () => {
    const { text, start, ranges } = snippetOf(filler, []);
    expect([start, ranges, filler.startsWith(text)]).toEqual([0, [], true]);
    expect(text.length).toBeGreaterThan(150);
  });

  it('never begins or ends within a character', () => {
    const family = '👩‍👩‍👧‍👦';
    const text = `${family.repeat(40)}wet${family.repeat(40)}`;
    const snippet = snippetOf(text, highlight(prepared('wet'), text, 'en'));
    expect(snippet.text.replaceAll(family, '')).toBe('wet');
  });

  it('begins and ends between characters in text without spaces, wherever the cut falls', () => {
    const unit = fc.constantFrom('a', '👩‍👧', 'e\u0301', '東', '𝐛');
    const side = fc.array(unit, { minLength: 60, maxLength: 90 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(side, side, fc.integer({ min: 20, max: 60 }), (before, after, lengthMax) => {
        const text = `${before}.wet.${after}`;
        const snippet = snippetOf(text, highlight(prepared('wet'), text, 'en'), lengthMax);
        const segments = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text);
        const boundaries = new Set([...Array.from(segments, ({ index }) => index), text.length]);
        expect(boundaries).toContain(snippet.start);
        expect(boundaries).toContain(snippet.start + snippet.text.length);
        expect(snippet.text.length).toBeLessThanOrEqual(lengthMax);
        expect(snippet.text).toContain('wet');
      }),
    );
  });

  it('fits, is a piece of its text, and has its ranges within it, for any text', () => {
    const unit = fc.constantFrom('a', ' ', 'wet', '👩‍👧', 'e\u0301', '東', '𝐛', '\u0301', '\n', '🇩🇪', '\ud83d');
    const text = fc.array(unit, { maxLength: 300 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 200 }), (text, lengthMax) => {
        const all = highlight(prepared('wet or 東'), text, 'en');
        const snippet = snippetOf(text, all, lengthMax);
        expect(text.slice(snippet.start, snippet.start + snippet.text.length)).toBe(snippet.text);
        expect(snippet.text.length).toBeLessThanOrEqual(lengthMax);
        if (all.length > 0) expect(snippet.ranges.length).toBeGreaterThan(0);
        let before = 0;
        for (const { start, end } of snippet.ranges) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThan(start);
          before = end;
        }
        expect(before).toBeLessThanOrEqual(snippet.text.length);
      }),
      { numRuns: 500 },
    );
  });
});
