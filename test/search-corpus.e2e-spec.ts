import { Daybook, type SearchHit, type Tier } from '@daybook/sdk';
import { languageOfEntry } from '@daybook/sdk/search';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { demoDiary, type Indexed } from '../sdk/test/search/diaries.js';
import { more, queries } from '../sdk/test/search/demo-queries.js';
import { scan } from '../sdk/test/search/scan.js';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from './harness/api.js';
import { everyHit } from './harness/search.js';

const AT_ONCE = 8;

/** The demonstration as it is written through the API, in the languages that it is then taken for. */
const diary: Indexed[] = [...demoDiary(), ...more].map((one) => {
  const { title, text: content } = one.entry;
  return { ...one, language: languageOfEntry({ title, content }) };
});

describe('a search of the demonstration, through the API', () => {
  const api = useApi();
  const daybooks = new Map<Tier, Daybook>();
  /** The names of the corpus, by the ids of the entries. */
  const names = new Map<string, string>();

  const write = async (tier: Tier) => {
    const email = api.newEmail();
    const account = { url: api.origin, tier, email, password: PASSWORD, kdf: weakestKdf, argon2: nativeArgon2 };
    const { daybook } = await Daybook.signUp(account);
    const queue = diary.values();
    const writer = async () => {
      for (const { id, entry } of queue) {
        const { date: entry_date, text: content, title, mood, tags } = entry;
        const draft = { entry_date, content, ...(title && { title }), ...(mood && { mood }), ...(tags && { tags }) };
        names.set((await daybook.entries.write(draft)).id, id);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, writer));
    daybooks.set(tier, daybook);
  };

  beforeAll(async () => {
    await write('uce');
    await write('e2e');
  });

  const daybookOf = (tier: Tier): Daybook => {
    const daybook = daybooks.get(tier);
    if (!daybook) throw new Error('nobody was signed up');
    return daybook;
  };
  const named = (hits: readonly SearchHit[]) => hits.map(({ entry: { id }, score }) => `${names.get(id)} ${score}`);
  const found = (hits: readonly SearchHit[]) => hits.map(({ entry: { id } }) => names.get(id) ?? id).toSorted();

  describe.each<Tier>(['uce', 'e2e'])('in the tier %s', (tier) => {
    it.each(queries)('for %s finds what reading every entry finds, on all pages', async (query, atLeast) => {
      const expected = scan(query, diary);
      expect(expected.length).toBeGreaterThanOrEqual(atLeast);
      const daybook = daybookOf(tier);
      expect(found(await everyHit(daybook, { query, sort: 'newest', limit: 7 }))).toEqual(expected);
      expect(found(await everyHit(daybook, { query, sort: 'relevance', limit: 3 }))).toEqual(expected);
    });

    it('orders by score, or by day', async () => {
      const hits = await everyHit(daybookOf(tier), { query: 'Klara or rain or bread', limit: 2 });
      const scores = hits.map(({ score }) => score);
      expect(scores.length).toBeGreaterThan(10);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      const newest = await everyHit(daybookOf(tier), { query: 'Klara or rain or bread', sort: 'newest', limit: 2 });
      const days = newest.map(({ entry }) => entry.entry_date ?? '');
      expect(days).toEqual(days.toSorted().toReversed());
      expect(newest.map(({ entry }) => entry.id).toSorted()).toEqual(hits.map(({ entry }) => entry.id).toSorted());
    });

    it('marks what was looked for', async () => {
      const [hit] = await everyHit(daybookOf(tier), { query: '"rang at midnight from Freib*"' });
      const [{ field, text, ranges } = { field: '', text: '', ranges: [] }] = hit?.highlights ?? [];
      expect(field).toBe('content');
      expect(ranges.map(({ start, end }) => text.slice(start, end))).toEqual(['rang at midnight from Freiburg']);
    });
  });

  it('gives the same scores in both tiers', async () => {
    for (const query of ['Klara', 'rain or snow chimney', 'bak*', '"in the morning"']) {
      const [open, sealed] = await Promise.all(
        (['uce', 'e2e'] as const).map(async (tier) => named(await everyHit(daybookOf(tier), { query })).sort()),
      );
      expect(sealed).toEqual(open);
    }
  });
});
