import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compareHits,
  type Hit,
  match,
  pageOf,
  parseQuery,
  PreparedQuery,
  rank,
  statisticsOf,
} from '../../src/search/index.js';
import { cardOf, type DiaryEntry } from './diaries.js';

const prepared = (query: string) => new PreparedQuery(parseQuery(query).query);

/** The places of entries by rank, best first, of those that match. */
function order(query: string, entries: readonly Partial<DiaryEntry>[], all = 1000): number[] {
  const asked = prepared(query);
  const cards = entries.map((entry) => cardOf(entry, 'en'));
  const found = cards.filter((card) => match(asked, card));
  const statistics = statisticsOf(asked, found, all);
  return found
    .sort((a, b) => rank(asked, b, statistics) - rank(asked, a, statistics))
    .map((card) => cards.indexOf(card));
}

const filler = (words: number) => Array.from({ length: words }, (_, i) => `filler${i}`).join(' ');

describe('ranking', () => {
  it('puts first what says it more often, and in fewer words', () => {
    expect(order('rain', [{ text: filler(50) + ' rain' }, { text: `${filler(48)} rain rain rain` }])).toEqual([1, 0]);
    expect(order('rain', [{ text: `${filler(200)} rain` }, { text: `${filler(20)} rain` }])).toEqual([1, 0]);
  });

  it('puts a title before a tag, and a tag before the text', () => {
    const entries = [
      { text: `${filler(20)} rain` },
      { text: filler(20), title: 'rain' },
      { text: filler(20), tags: ['rain'] },
    ];
    expect(order('rain', entries)).toEqual([1, 2, 0]);
  });

  it('puts the rarer of two words first', () => {
    const entries = [{ text: 'rain a1' }, { text: 'rain a2' }, { text: 'snow a3' }];
    expect(order('rain or snow', entries)[0]).toBe(2);
  });

  it('counts phrases and prefixes as words, and what is excluded not at all', () => {
    const entries = [{ text: 'wet day dry day' }, { text: 'wet day wet day' }];
    expect(order('"wet day"', entries)).toEqual([1, 0]);
    expect(order('w* -snow', entries)).toEqual([1, 0]);
  });

  it('is BM25 with k1 1.2 and b 0.75, to the millionth', () => {
    const asked = prepared('rain');
    const cards = [cardOf({ text: 'rain a1 a2' }, 'en'), cardOf({ text: 'rain rain a1 a2 a3' }, 'en')];
    const statistics = statisticsOf(asked, cards, 10);
    expect(statistics).toEqual({ entries: 10, wordsMean: 4, having: [2] });
    const rarity = Math.log(1 + 8.5 / 2.5);
    const score = (tf: number, words: number) => (rarity * tf * 2.2) / (tf + 1.2 * (0.25 + (0.75 * words) / 4));
    expect(cards.map((card) => rank(asked, card, statistics))).toEqual([score(1, 3), score(2, 5)].map(rounded));
  });

  it('is zero for filters alone, and never negative', () => {
    const card = cardOf({ text: 'rain', tags: ['x'] }, 'en');
    expect(rank(prepared('tag:x'), card, statisticsOf(prepared('tag:x'), [card], 1))).toBe(0);
    const asked = prepared('rain');
    expect(rank(asked, card, statisticsOf(asked, [card], 1))).toBeGreaterThan(0);
    expect(rank(asked, card, { entries: 0, wordsMean: 0, having: [] })).toBeGreaterThan(0);
  });

  const rounded = (score: number) => Math.round(score * 1e6) / 1e6;
});

describe('pages of hits', () => {
  const hit = fc.record<Hit>({
    id: fc.uuid({ version: 7 }),
    date: fc.option(fc.constantFrom('2026-01-01', '2026-01-02', '2025-12-31')),
    score: fc.constantFrom(0, 0.5, 1.25),
  });
  const hits = fc.uniqueArray(hit, { selector: ({ id }) => id, maxLength: 40 });
  const orders = fc.constantFrom('relevance' as const, 'date' as const);

  it('are all hits once, in one order, however long a page is', () => {
    fc.assert(
      fc.property(hits, orders, fc.integer({ min: 1, max: 10 }), (hits, order, limit) => {
        const seen: Hit[] = [];
        for (let after: Hit | null = null; ;) {
          const { page, next }: ReturnType<typeof pageOf> = pageOf(hits, order, after, limit);
          seen.push(...page);
          if (!next) break;
          after = JSON.parse(JSON.stringify(next)) as Hit;
        }
        expect(seen).toEqual([...hits].sort((a, b) => compareHits(order, a, b)));
      }),
    );
  });

  it('neither repeat nor leave out a hit when others come and go between them', () => {
    fc.assert(
      fc.property(hits, hits, orders, (hits, others, order) => {
        const { page, next } = pageOf(hits, order, null, 5);
        if (!next) return;
        const later = [...hits.filter((hit) => !page.includes(hit)), ...others];
        const rest = pageOf(later, order, next, 1000).page;
        for (const hit of hits) expect([page, rest].filter((of) => of.includes(hit))).toHaveLength(1);
      }),
    );
  });

  it('by date have the newest day first and undated entries last', () => {
    const three = [
      { id: 'a', date: null, score: 9 },
      { id: 'b', date: '2025-01-01', score: 1 },
      { id: 'c', date: '2026-01-01', score: 0 },
    ];
    expect(pageOf(three, 'date', null, 9).page.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect(pageOf(three, 'relevance', null, 9).page.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });
});
