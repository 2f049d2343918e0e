import { createId } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { keep, noted, type Noted, tokensOf } from './harness/diary.js';
import type { Answer } from './harness/http.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

const DAYS = ['2024-02-29', '2025-12-31', '2026-01-01', '2026-01-02', '2026-06-15'];
const KINDS = ['diary', 'dream', 'note'];
const SOURCES = ['app', 'import'];
const TAGS = ['Garden', 'snow', 'Ｋyoto', 'straße'];
const MOODS = ['calm', 'Very tired', 'joy'];
const PLACES = ['Bristol', 'Neu-Ulm', '東京'];

/** A query as somebody means it; each tier asks for it in its own way. */
interface Wanted {
  readonly source?: string;
  readonly kind?: string;
  readonly from?: string;
  readonly to?: string;
  readonly deleted?: boolean;
  readonly tags?: readonly string[];
  readonly mood?: string;
  readonly location?: string;
}

const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % (list.length + 1)];
const without = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** The nth of entries that between them have every combination of what can be asked for. */
const entryOf = (n: number): Noted => {
  const [first, second] = [pick(TAGS, n), pick(TAGS, n >> 1)];
  const place = pick(PLACES, n >> 3);
  return noted(
    without({
      content: `Entry ${n}`,
      entry_date: DAYS[n % DAYS.length],
      kind: KINDS[(n * 7) % KINDS.length],
      source: pick(SOURCES, n),
      tags: [...new Set([first, second])].filter((tag) => tag !== undefined),
      mood: pick(MOODS, n >> 2),
      location: place && { name: place },
    }),
  );
};

const form = (text: string) => text.normalize('NFKC').trim().toLowerCase();

/** The plain way to filter. */
const isWanted = (entry: Noted, wanted: Wanted) =>
  (wanted.source === undefined || entry.source === wanted.source) &&
  (wanted.kind === undefined || entry.kind === wanted.kind) &&
  (wanted.from === undefined || (entry.entry_date ?? '') >= wanted.from) &&
  (wanted.to === undefined || (entry.entry_date ?? '') <= wanted.to) &&
  (wanted.tags ?? []).every((tag) => entry.tags?.some((given) => form(given) === form(tag))) &&
  (wanted.mood === undefined || (entry.mood !== undefined && form(entry.mood) === form(wanted.mood))) &&
  (wanted.location === undefined || form(entry.location?.name ?? '\0').includes(form(wanted.location)));

const newestFirst = (a: Noted, b: Noted) =>
  (b.entry_date ?? '').localeCompare(a.entry_date ?? '') || (a.id < b.id ? 1 : -1);

const spelled = (names: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...names), fc.constantFrom('', ' ', '\u3000'), fc.boolean())
    .map(([name, space, isLoud]) => space + (isLoud ? name.toUpperCase() : name.normalize('NFKD')) + space);

const day = fc.constantFrom(...DAYS, '2026-01-03', '0001-01-01', '9999-12-31');
const outside = {
  source: fc.constantFrom(...SOURCES, 'elsewhere'),
  kind: fc.constantFrom(...KINDS, 'gratitude'),
  from: day,
  to: day,
  deleted: fc.boolean(),
};
const tags = fc.array(spelled(TAGS), { minLength: 1, maxLength: 3 });
const content = { mood: spelled(MOODS), location: fc.constantFrom('bris', 'ULM', '東', '京 ', 'nowhere') };
const limit = fc.integer({ min: 1, max: 60 });

/** All pages of a query, walked; a page without entries may have a next one. */
async function walk(page: (cursor: object) => Promise<Answer>) {
  const pages: string[][] = [];
  let cursor: string | null = null;
  do {
    const { status, body, text } = await page(cursor === null ? {} : { cursor });
    if (status !== 200) throw new Error(text);
    pages.push(body.data.map(({ id }: Noted) => id));
    cursor = body.next_cursor;
  } while (cursor !== null);
  return pages;
}

const inUrl = (query: object) =>
  new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)] as [string, string]),
  ).toString();

describe('a query for entries', () => {
  const api = useApi();
  const [kept, trashed] = [new Map<string, Noted[]>(), new Map<string, Noted[]>()];
  const users: Record<string, TestUser> = {};
  let ada: TestUser;
  let eve: E2eTestUser;

  beforeAll(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
    Object.assign(users, { uce: ada, e2e: eve });
    for (const user of [ada, eve]) {
      const entries = Array.from({ length: 80 }, (_, n) => entryOf(n));
      await keep(user, entries);
      const gone = entries.filter((_, n) => n % 5 === 3);
      for (const { id } of gone) await user.send('DELETE', `/entries/${id}`, undefined);
      kept.set(
        user.id,
        entries.filter((entry) => !gone.includes(entry)),
      );
      trashed.set(user.id, gone);
    }
  });

  const expected = (user: TestUser, wanted: Wanted) =>
    ((wanted.deleted ? trashed : kept).get(user.id) ?? [])
      .filter((entry) => isWanted(entry, wanted))
      .toSorted(newestFirst)
      .map(({ id }) => id);

  const asked = (user: TestUser, { tags: names, ...wanted }: Wanted) => {
    if (!names) return wanted;
    return user instanceof E2eTestUser ? { ...wanted, tag_tokens: tokensOf(user, names) } : { ...wanted, tags: names };
  };

  it.each(['uce', 'e2e'])('finds what a plain filter finds, in order, over all pages: %s', async (tier) => {
    const user = users[tier] as TestUser;
    const fields = tier === 'uce' ? { ...outside, tags, ...content } : { ...outside, tags };
    const query = fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Wanted>;
    await fc.assert(
      fc.asyncProperty(query, limit, async (wanted, size) => {
        const body = asked(user, wanted);
        const pages = await walk((cursor) => user.post('/entries/query', { ...body, limit: size, ...cursor }));
        expect(pages.flat()).toEqual(expected(user, wanted));
        expect(pages.filter((page) => page.length > size)).toEqual([]);
      }),
      { numRuns: 120, interruptAfterTimeLimit: 20_000 },
    );
  });

  it('finds something for each filter alone, so that none of them is tried on nothing', () => {
    const each: Wanted[] = [{ source: 'app' }, { kind: 'dream' }, { from: '2026-01-02' }, { to: '2025-12-31' }];
    const inContent: Wanted[] = [{ tags: ['SNOW'] }, { mood: 'very tired' }, { location: 'ulm' }];
    for (const wanted of [...each, ...inContent, { deleted: true }])
      expect(expected(ada, wanted).length).toBeGreaterThan(0);
  });

  it.each(['uce', 'e2e'])('is the same in a URL and in a body, cursors too: %s', async (tier) => {
    const user = users[tier] as TestUser;
    const { body } = await user.get('/entries/tags');
    const [tag] = body.data;
    const query = { kind: 'diary', from: '2024-01-01', to: '2026-12-31', tag_id: tag.id };
    const first = (await user.get(`/entries?${inUrl({ ...query, limit: 2 })}`)).body;
    expect((await user.post('/entries/query', { ...query, limit: 2 })).body).toEqual(first);
    const cursor = first.next_cursor;
    const second = (await user.get(`/entries?${inUrl({ ...query, limit: 2, cursor })}`)).body;
    expect((await user.post('/entries/query', { ...query, limit: 2, cursor })).body).toEqual(second);
    expect(second.data.length).toBeGreaterThan(0);
  });

  it('finds by the id of a tag what it finds by its name', async () => {
    const { body } = await ada.get('/entries/tags');
    for (const { id, name, entries } of body.data) {
      const pages = await walk((cursor) => ada.post('/entries/query', { tag_id: id, limit: 7, ...cursor }));
      expect(pages.flat()).toEqual(expected(ada, { tags: [name] }));
      expect(pages.flat()).toHaveLength(entries);
    }
  });

  it('has the trash only where it is asked for, and the diary only where it is not', async () => {
    const inTrash = (await ada.get('/entries?deleted=true&limit=200')).body.data;
    expect(inTrash.map(({ id }: Noted) => id)).toEqual(expected(ada, { deleted: true }));
    expect(inTrash.every(({ deleted_at }: { deleted_at: string | null }) => deleted_at !== null)).toBe(true);
    const diary = (await ada.get('/entries?deleted=false&limit=200')).body.data;
    expect(diary.map(({ id }: Noted) => id)).toEqual(expected(ada, {}));
  });

  it('finds nothing for a tag that there is not, or is somebody else’s', async () => {
    const nothing = { data: [], next_cursor: null };
    const [theirs] = (await eve.get('/entries/tags')).body.data;
    expect((await ada.post('/entries/query', { tags: ['never written'] })).body).toEqual(nothing);
    expect((await ada.post('/entries/query', { tags: ['snow', 'never written'] })).body).toEqual(nothing);
    for (const tag_id of [createId(), theirs.id])
      expect((await ada.post('/entries/query', { tag_id })).body).toEqual(nothing);
    expect((await eve.post('/entries/query', { tag_tokens: ['A'.repeat(22)] })).body).toEqual(nothing);
  });

  it('finds nothing between days the wrong way round', async () => {
    const turned = { from: '2026-01-02', to: '2026-01-01' };
    expect((await ada.post('/entries/query', turned)).body).toEqual({ data: [], next_cursor: null });
  });

  it('is walked page by page, each entry once, while entries are written, moved and deleted', async () => {
    const user = await api.newUser();
    const entries = Array.from({ length: 40 }, (_, n) =>
      noted({ tags: ['walk'], mood: n % 2 ? 'calm' : 'joy', entry_date: DAYS[n % 5] ?? '' }),
    );
    await keep(user, entries);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query = { tags: ['WALK'], mood: 'calm', limit: 3, ...(cursor !== null && { cursor }) };
      const { body } = await user.post('/entries/query', query);
      seen.push(...body.data.map(({ id }: Noted) => id));
      cursor = body.next_cursor;
      await user.post('/entries', { content: 'New.', tags: ['walk'], mood: 'calm', entry_date: '2027-01-01' });
      await user.send('DELETE', `/entries/${seen[0]}`, undefined);
      const moved = JSON.stringify({ entry_date: '2027-01-02' });
      await user.send('PATCH', `/entries/${seen[1]}`, moved);
    } while (cursor !== null);
    const calm = entries.filter(({ mood }) => mood === 'calm').map(({ id }) => id);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.toSorted()).toEqual(calm.toSorted());
  });

  it('by content opens no more than a thousand entries a page, and misses none', async () => {
    const user = await api.newUser();
    const entries = Array.from({ length: 1_250 }, (_, n) => {
      const mood = n === 5 || n === 900 || n === 1_249 ? 'rare' : n % 11 === 0 ? 'eleven' : 'usual';
      return noted({ mood, entry_date: DAYS[n % 5] ?? '', ...(n % 2 && { location: { name: `Place ${n % 9}` } }) });
    });
    await keep(user, entries);
    const pagesOf = (query: object) => walk((cursor) => user.post('/entries/query', { ...query, ...cursor }));
    const wantedBy = (wanted: Wanted) => entries.filter((entry) => isWanted(entry, wanted)).toSorted(newestFirst);

    const rare = await pagesOf({ mood: 'RARE' });
    expect(rare.flat()).toEqual(wantedBy({ mood: 'rare' }).map(({ id }) => id));
    expect(rare.length).toBe(2);
    const none = await pagesOf({ mood: 'never' });
    expect(none).toEqual([[], []]);
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          { mood: fc.constantFrom('rare', 'eleven', 'usual'), location: fc.constantFrom('place 3', '7', 'Place') },
          { requiredKeys: ['mood'] },
        ),
        fc.integer({ min: 5, max: 200 }),
        async (wanted, size) => {
          const found = await pagesOf({ ...wanted, limit: size });
          expect(found.flat()).toEqual(wantedBy(wanted as Wanted).map(({ id }) => id));
        },
      ),
      { numRuns: 8, interruptAfterTimeLimit: 15_000 },
    );
  }, 120_000);

  describe('refuses a cursor', () => {
    const cursorOf = async (query: object) => {
      const { body } = await ada.post('/entries/query', { ...query, limit: 2 });
      expect(body.next_cursor).toEqual(expect.any(String));
      return body.next_cursor as string;
    };

    it('of another query, where a body has it and where a URL has it', async () => {
      const cursor = await cursorOf({ kind: 'diary' });
      const others = [{}, { kind: 'dream' }, { kind: 'diary', from: '2024-01-01' }, { kind: 'diary', deleted: true }];
      for (const query of [...others, { kind: 'diary', tags: ['snow'] }, { kind: 'diary', mood: 'calm' }])
        expectInvalid(await ada.post('/entries/query', { ...query, cursor }), '#/cursor');
      for (const query of others)
        expectInvalid(await ada.get(`/entries?${inUrl({ ...query, cursor })}`), '#/query/cursor');
      const sameAgain = await ada.post('/entries/query', { kind: 'diary', cursor, limit: 9 });
      expect(sameAgain.status).toBe(200);
    });

    it('by other names of tags, moods and places', async () => {
      const cursor = await cursorOf({ tags: ['snow'] });
      expectInvalid(await ada.post('/entries/query', { tags: ['garden'], cursor }), '#/cursor');
      const ofMood = await cursorOf({ mood: 'calm' });
      expectInvalid(await ada.post('/entries/query', { mood: 'joy', cursor: ofMood }), '#/cursor');
      expectInvalid(await ada.post('/entries/query', { location: 'calm', cursor: ofMood }), '#/cursor');
    });

    it('of somebody else, of another list, and any other text', async () => {
      const bob = await api.newUser();
      expectInvalid(await bob.post('/entries/query', { cursor: await cursorOf({}) }), '#/cursor');
      const { body } = await ada.get(`/entries/${kept.get(ada.id)?.[0]?.id}/history?limit=1`);
      for (const cursor of ['nonsense', 'A'.repeat(40), body.next_cursor ?? 'AAAA'])
        expectInvalid(await ada.post('/entries/query', { cursor }), '#/cursor');
      expectInvalid(await ada.post('/entries/query', { cursor: '' }), '#/cursor');
    });

    it('that says nothing of what was asked for', async () => {
      const cursor = await cursorOf({ mood: 'calm' });
      expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/calm/i);
    });
  });

  it('reads nothing while the diary is locked, whatever it asks for', async () => {
    const user = await api.newUser();
    await api.database.look("DELETE FROM slots WHERE user_id = $1 AND kind = 'access'", [user.id]);
    expectProblem(await user.post('/entries/query', {}), 423, 'auth/locked');
    expectProblem(await user.post('/entries/query', { mood: 'calm' }), 423, 'auth/locked');
    expectProblem(await user.post('/entries/batch', { entries: [{ content: 'x' }] }), 423, 'auth/locked');
    expectProblem(await user.post('/entries/batch/get', { ids: [createId()] }), 423, 'auth/locked');
  });
});
