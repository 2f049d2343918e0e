import { Daybook } from '@daybook/sdk';
import { createId } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { PASSWORD, type TestUser, useApi } from './harness/api.js';
import { sealedDraft } from './harness/entries.js';
import { expectInvalid, expectProblem, pointersOf } from './harness/problems.js';

/** How many cards a page reads, and how many while it has found too little. */
const [CARDS_ENOUGH, CARDS_MAX] = [200, 1_000];

describe('a search', () => {
  const api = useApi();
  let ada: TestUser;

  const search = (user: TestUser, query: string, more: object = {}) => user.post('/search', { query, ...more });
  const idsOf = async (user: TestUser, query: string, more: object = {}): Promise<string[]> =>
    (await search(user, query, more)).body.data.map(({ entry }: { entry: { id: string } }) => entry.id);
  const write = async (user: TestUser, draft: object): Promise<string> => {
    const { status, body, text } = await user.post('/entries', draft);
    if (status !== 201) throw new Error(text);
    return body.id;
  };
  const everyId = async (user: TestUser, body: object): Promise<string[]> => {
    const ids: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = (await user.post('/search', { ...body, ...(cursor && { cursor }) })).body;
      ids.push(...page.data.map(({ entry }: { entry: { id: string } }) => entry.id));
      cursor = page.next_cursor;
    }
    return ids;
  };

  describe('finds', () => {
    beforeAll(async () => {
      ada = await api.newUser();
      await write(ada, {
        entry_date: '2026-03-01',
        title: 'Rain on the roof',
        content: 'It began before we woke, and the gutters sang all morning.',
        mood: 'calm',
        tags: ['Home', 'two words'],
      });
      await write(ada, { entry_date: '2026-05-02', content: 'We were raining confetti on the bride.', tags: ['work'] });
      await write(ada, {
        entry_date: '2025-12-31',
        kind: 'daily_reflection',
        content: 'The last day of the year.',
        data: { went_well: ['The bread rose', 'Nobody shouted'], learned: 'Patience with yeast' },
      });
      await write(ada, { content: 'Der Regen fiel auf die Dächer, und die Kinder schliefen noch.' });
      await write(ada, { content: 'Bread', entry_date: '2026-06-01' });
    });

    const found = async (query: string, more: object = {}) => {
      const { status, body } = await search(ada, query, more);
      expect(status).toBe(200);
      return body.data.map(({ entry }: { entry: { title: string | null; content: string } }) =>
        (entry.title ?? entry.content).slice(0, 8),
      );
    };

    it.each([
      ['rains', {}, ['Rain on ', 'We were ']],
      ['regen', {}, ['Der Rege']],
      ['"rain on the roof"', {}, ['Rain on ']],
      ['rain -confetti', {}, ['Rain on ']],
      ['gutter* or yeast', { sort: 'newest' }, ['Rain on ', 'The last']],
      ['tag:home', {}, ['Rain on ']],
      ['rain', { tags: ['WORK'] }, ['We were ']],
      ['rain', { tags: ['Home', 'Two  words'] }, ['Rain on ']],
      ['rain', { tags: ['Home', 'work'] }, []],
      ['rain', { mood: ' Calm' }, ['Rain on ']],
      ['rain', { from: '2026-05-02' }, ['We were ']],
      ['rain', { to: '2026-05-01' }, ['Rain on ']],
      ['rain', { from: '2026-03-01', to: '2026-05-02', sort: 'newest' }, ['We were ', 'Rain on ']],
      ['rain after:2026-04', {}, ['We were ']],
      ['"bread rose"', {}, ['The last']],
      ['bread', { sort: 'newest' }, ['Bread', 'The last']],
      ['-rain before:2026', {}, ['The last']],
    ])('for %s with %j', async (query, more, expected) => {
      expect(await found(query, more)).toEqual(expected);
    });

    it('the entry as it is answered elsewhere, with what was looked for marked', async () => {
      const { body } = await search(ada, 'rain "gutters sang" tag:home');
      const [{ entry, score, highlights }] = body.data;
      expect(entry).toEqual((await ada.get(`/entries/${entry.id}`)).body);
      expect(score).toBeGreaterThan(0);
      expect(highlights).toEqual([
        { field: 'title', text: 'Rain on the roof', ranges: [{ start: 0, end: 4 }] },
        { field: 'content', text: entry.content, ranges: [{ start: 33, end: 45 }] },
      ]);
      expect((await search(ada, 'yeast')).body.data[0].highlights).toEqual([
        { field: 'data', text: 'Patience with yeast', ranges: [{ start: 14, end: 19 }] },
      ]);
      expect((await search(ada, 'home')).body.data[0].highlights).toEqual([
        { field: 'tags', text: 'Home', ranges: [{ start: 0, end: 4 }] },
      ]);
    });

    it('in the language that was set, and in that of the user where a text shows none', async () => {
      const uma = await api.newUser();
      const set = await write(uma, { content: 'Gift', language: 'de-AT' });
      await uma.send('PATCH', '/auth/me', JSON.stringify({ locale: 'sv-SE' }));
      const guessed = await write(uma, { content: 'Flickor' });
      expect((await uma.get('/search/stats')).body.languages).toEqual(['de', 'sv']);
      expect(await idsOf(uma, 'Gifte')).toEqual([set]);
      expect(await idsOf(uma, 'flickorna')).toEqual([guessed]);
    });

    it('nothing of another user', async () => {
      const bob = await api.newUser();
      await write(bob, { content: 'Sunshine.' });
      expect(await idsOf(bob, 'rain')).toEqual([]);
      expect(await idsOf(bob, '-nothing')).toHaveLength(1);
    });
  });

  describe('follows', () => {
    it('an edit, a revert, the trash, a restore and an erasure', async () => {
      const uma = await api.newUser();
      const id = await write(uma, { content: 'A walk to the harbour.', entry_date: '2026-01-02' });
      const patch = (change: object) => uma.send('PATCH', `/entries/${id}`, JSON.stringify(change));
      await patch({ content: 'A walk to the lighthouse.' });
      expect([await idsOf(uma, 'harbour'), await idsOf(uma, 'lighthouse')]).toEqual([[], [id]]);
      await patch({ entry_date: '2024-01-02' });
      expect([await idsOf(uma, 'walk after:2025'), await idsOf(uma, 'walk before:2025')]).toEqual([[], [id]]);
      const day = `SELECT entry_date::text AS day FROM entry_signatures WHERE entry_id = $1`;
      expect(await api.database.look(day, [id])).toEqual([{ day: '2024-01-02' }]);
      await uma.post(`/entries/${id}/versions/1/revert`, {});
      expect([await idsOf(uma, 'harbour'), await idsOf(uma, 'lighthouse')]).toEqual([[id], []]);
      await uma.send('PUT', `/entries/${id}`, JSON.stringify({ content: 'A walk to the mill.', mood: 'tired' }));
      expect([await idsOf(uma, 'harbour'), await idsOf(uma, 'mill mood:tired')]).toEqual([[], [id]]);
      await uma.send('DELETE', `/entries/${id}`, undefined);
      expect(await idsOf(uma, 'mill')).toEqual([]);
      expect(await rowsOf(id)).toEqual([0, 0]);
      await uma.post(`/entries/${id}/restore`);
      expect(await idsOf(uma, 'mill')).toEqual([id]);
      expect(await rowsOf(id)).toEqual([1, 1]);
      await uma.send('DELETE', `/entries/${id}?permanent=true`, undefined, { headers: { 'if-match': '"5"' } });
      expect(await idsOf(uma, 'mill')).toEqual([]);
      expect(await rowsOf(id)).toEqual([0, 0]);
    });

    it('a tag that is renamed or removed, also of entries in the trash', async () => {
      const uma = await api.newUser();
      const id = await write(uma, { content: 'Seeds.', tags: ['garden'] });
      const trashed = await write(uma, { content: 'Roots.', tags: ['garden'] });
      await uma.send('DELETE', `/entries/${trashed}`, undefined);
      const [tag] = (await uma.get('/entries/tags')).body.data;
      await uma.send('PATCH', `/entries/tags/${tag.id}`, JSON.stringify({ name: 'allotment' }));
      expect([await idsOf(uma, 'tag:garden'), await idsOf(uma, 'allotment')]).toEqual([[], [id]]);
      expect(await rowsOf(trashed)).toEqual([0, 0]);
      await uma.post(`/entries/${trashed}/restore`);
      expect(await idsOf(uma, 'tag:allotment', { sort: 'newest' })).toEqual([trashed, id]);
      const [renamed] = (await uma.get('/entries/tags')).body.data;
      await uma.send('DELETE', `/entries/tags/${renamed.id}`, undefined);
      expect(await idsOf(uma, 'allotment')).toEqual([]);
    });

    it('a batch, but for what of it is refused', async () => {
      const uma = await api.newUser();
      const id = createId();
      const entries = [{ id, content: 'Plums' }, { id, content: 'Pears' }, { content: 'Quinces' }];
      const { body } = await uma.post('/entries/batch', { entries });
      expect(body.data.map(({ status }: { status: number }) => status)).toEqual([201, 409, 201]);
      expect(await idsOf(uma, 'plums or pears or quinces')).toHaveLength(2);
      expect(await idsOf(uma, 'pears')).toEqual([]);
    });

    const rowsOf = async (id: string) => {
      const counts = ['entry_cards', 'entry_signatures'].map(
        async (table) => (await api.database.look(`SELECT FROM ${table} WHERE entry_id = $1`, [id])).length,
      );
      return Promise.all(counts);
    };
  });

  describe('over many pages', () => {
    let uma: TestUser;
    const ids: string[] = [];

    beforeAll(async () => {
      uma = await api.newUser();
      for (let begun = 0; begun < CARDS_MAX + 200; begun += 275) {
        const entries = Array.from({ length: 275 }, (_, n) => ({
          content: `Porridge ${'again '.repeat((begun + n) % 7)}and ${n % 2 === 0 ? 'honey' : 'salt'}.`,
          entry_date: `20${10 + ((begun + n) % 12)}-0${1 + (n % 9)}-1${n % 10}`,
        }));
        const { body } = await uma.post('/entries/batch', { entries });
        ids.push(...body.data.map(({ entry }: { entry: { id: string } }) => entry.id));
      }
    });

    it.each(['relevance', 'newest'])('finds every entry once, by %s', async (sort) => {
      expect((await everyId(uma, { query: 'porridge', sort, limit: 200 })).toSorted()).toEqual(ids.toSorted());
      expect((await everyId(uma, { query: 'porr*', sort, limit: 200 })).toSorted()).toEqual(ids.toSorted());
    });

    it('reads two hundred cards where that is enough, and says that there are more entries', async () => {
      const limit = 120;
      const { body } = await search(uma, 'porridge', { limit });
      expect(body).toMatchObject({ complete: false, next_cursor: expect.any(String) });
      expect(body.data).toHaveLength(limit);
      const { body: others } = await search(uma, 'porridge', { limit, cursor: body.next_cursor });
      expect(others.data).toHaveLength(CARDS_ENOUGH - limit);
      expect((await search(uma, 'porridge after:2021-11')).body.complete).toBe(true);
    });

    it('goes on while it has found less than was asked for, up to fifteen hundred cards', async () => {
      // More cards than are enough, and fewer than the most: every one of them may have a word that begins so.
      const old = await write(uma, { content: 'Kedgeree.', entry_date: '2001-01-01' });
      const { body: late } = await search(uma, 'kedg* before:2018');
      expect(late).toMatchObject({ data: [{ entry: { id: old } }], next_cursor: null, complete: true });
      const first = (await search(uma, 'kedg*')).body;
      expect(first).toMatchObject({ data: [], complete: false });
      const { body: second } = await search(uma, 'kedg*', { cursor: first.next_cursor });
      expect(second).toMatchObject({ data: [{ entry: { id: old } }], next_cursor: null, complete: true });
      // The SDK does not show its user an empty page that has a next one.
      const daybook = await Daybook.signIn({ url: api.origin, tier: 'uce', email: uma.email, password: PASSWORD });
      const page = await daybook.search({ query: 'kedg*' });
      expect(page).toMatchObject({ data: [{ entry: { id: old } }], next_cursor: null, complete: true });
    });

    it('shows nothing twice and misses nothing while entries are written and deleted', async () => {
      const seen: string[] = [];
      let deleted = '';
      for (let cursor: string | null | undefined, n = 0; cursor !== null; n++) {
        const { body } = await search(uma, 'porridge honey', { limit: 100, ...(cursor && { cursor }) });
        seen.push(...body.data.map(({ entry }: { entry: { id: string } }) => entry.id));
        cursor = body.next_cursor;
        await write(uma, { content: 'Porridge and honey, honey, honey.', entry_date: '2025-01-01' });
        if (n === 1) {
          deleted = seen.at(-1) ?? '';
          await uma.send('DELETE', `/entries/${deleted}`, undefined);
        }
      }
      const honey = (await everyId(uma, { query: 'porridge honey before:2022', limit: 200 })).concat(deleted);
      expect(new Set(seen).size).toBe(seen.length);
      expect(honey.filter((id) => !seen.includes(id))).toEqual([]);
    });

    it('keeps the scores of the first page', async () => {
      const body = { query: 'porridge salt after:2016', limit: 20 };
      const first = (await uma.post('/search', body)).body;
      await write(uma, { content: 'Porridge and salt, salt, salt and salt.', entry_date: '2017-01-01' });
      const { data } = (await uma.post('/search', { ...body, cursor: first.next_cursor })).body;
      const scores = [...first.data, ...data].map(({ score }: { score: number }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    });

    it('takes a cursor for the search that gave it out, of the same user, and for no other', async () => {
      const { next_cursor: cursor } = (await search(uma, 'porridge honey')).body;
      expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/porridge|honey/);
      expect((await search(uma, 'porridge honey', { cursor, limit: 3 })).status).toBe(200);
      expectInvalid(await search(uma, 'porridge salt', { cursor }), '#/cursor');
      expectInvalid(await search(uma, 'porridge honey', { cursor, sort: 'newest' }), '#/cursor');
      expectInvalid(await search(uma, 'porridge honey', { cursor, tags: ['x'] }), '#/cursor');
      expectInvalid(await search(uma, 'porridge honey', { cursor: `${cursor}A` }), '#/cursor');
      expectInvalid(await search(await api.newUser(), 'porridge honey', { cursor }), '#/cursor');
    });
  });

  describe('that cannot be read as it was meant', () => {
    it.each([
      ['rain "on the roof', 'this quotation has no end (character 6)'],
      ['(rain', 'this bracket is not closed (character 1)'],
      ['rain)', 'this bracket closes nothing (character 5)'],
      ['rain or', '"or" needs something on both sides (character 6)'],
      ['before:yesterday', 'a date is a year, a month or a day: 2026, 2026-03 or 2026-03-01 (character 8)'],
      ['tag:', '"tag:" needs a value behind it (character 1)'],
      ['🌧️ ☔', 'there is no letter and no digit to look for (character 1)'],
      ['   ', 'is empty'],
      [Array.from({ length: 33 }, (_, n) => `w${n}`).join(' '), 'a query has at most 32 words, phrases and filters'],
    ])('is refused with a sentence: %s', async (query, detail) => {
      const answer = await search(ada, query);
      expectProblem(answer, 422, 'request/invalid');
      expect(new Set(pointersOf(answer))).toEqual(new Set(['#/query']));
      expect(answer.body.errors[0].detail).toContain(detail);
    });

    it.each([
      ['ten thousand words', 'word '.repeat(10_000)],
      ['ten thousand brackets', '('.repeat(10_000)],
      ['nothing', ''],
    ])('is refused: %s', async (_, query) => expectInvalid(await search(ada, query), '#/query'));

    it('is refused where its other fields are out of bounds, by their names', async () => {
      for (const [field, value] of Object.entries({
        tags: [],
        mood: '',
        from: 'yesterday',
        to: '2026-02-30',
        sort: 'oldest',
        limit: 201,
        cursor: '',
        colour: 'red',
      }))
        expectInvalid(await search(ada, 'rain', { [field]: value }), `#/${field}`);
    });

    it('is answered where nothing is lost, and says what was left out', async () => {
      const answer = await search(ada, 'rain & 🌧️ roof');
      expect(answer.status).toBe(200);
      expect(answer.body.data).toHaveLength(1);
      expect(answer.body.notes).toHaveLength(2);
      const uma = await api.newUser();
      await write(uma, { content: 'It was the first of the days that we had to ourselves.' });
      const { body } = await search(uma, 'the and of');
      expect(body).toEqual({ data: [], next_cursor: null, complete: true, notes: [expect.stringContaining('"the"')] });
    });

    it('is answered from right to left as from left to right', async () => {
      const uma = await api.newUser();
      const id = await write(uma, { content: 'הלכנו לאורך הנהר בגשם, ושרנו כל הדרך הביתה.' });
      expect(await idsOf(uma, 'הנהר')).toEqual([id]);
      expect(await idsOf(uma, '"הנהר בגשם" -שמש')).toEqual([id]);
      const [{ highlights }] = (await search(uma, 'בגשם')).body.data;
      expect(highlights[0].text.slice(highlights[0].ranges[0].start, highlights[0].ranges[0].end)).toBe('בגשם');
    });
  });

  describe('is for', () => {
    it('uce accounts: others search on their own', async () => {
      const eve = await api.newE2eUser();
      await eve.post('/entries', sealedDraft(eve));
      for (const answer of [
        await search(eve, 'snow'),
        await eve.post('/search/index'),
        await eve.get('/search/stats'),
      ]) {
        expectProblem(answer, 403, 'tiers/not-in-your-tier');
        expect(answer.body.required_tier).toBe('uce');
      }
    });

    it('sessions that have a key', async () => {
      const uma = await api.newUser();
      await api.database.look(`DELETE FROM slots WHERE kind = 'access' AND user_id = $1`, [uma.id]);
      for (const answer of [await search(uma, 'x'), await uma.post('/search/index'), await uma.get('/search/stats')])
        expectProblem(answer, 423, 'auth/locked');
    });

    it('API keys that may search', async () => {
      const keyFor = async (scopes: string[]): Promise<string> =>
        (await ada.post('/auth/api-keys', { name: 'script', scopes })).body.key;
      const [searching, reading] = [await keyFor(['search:read']), await keyFor(['entries:read'])];
      const ask = (token: string) => api.http.post('/search', { query: 'rain' }, { token });
      expect((await ask(searching)).body.data).toHaveLength(2);
      expect((await api.http.get('/search/stats', { token: searching })).status).toBe(200);
      expectProblem(await ask(reading), 403, 'auth/insufficient-scope');
      expectProblem(await api.http.post('/search/index', undefined, { token: searching }), 403);
    });
  });

  it('leaves words in the database that are alike for no two users and no two quarters', async () => {
    const [uma, bob] = [await api.newUser(), await api.newUser()];
    const content = 'Sourdough';
    const ids = [
      await write(uma, { content, entry_date: '2026-01-01' }),
      await write(uma, { content, entry_date: '2026-03-31' }),
      await write(uma, { content, entry_date: '2026-04-01' }),
      await write(uma, { content, entry_date: '2027-01-01' }),
      await write(uma, { content }),
      await write(bob, { content, entry_date: '2026-01-01' }),
    ];
    const rows = await api.database.look<{ id: string; period: number; bits: string }>(
      'SELECT entry_id AS id, period, signature::text AS bits FROM entry_signatures WHERE entry_id = ANY($1)',
      [ids],
    );
    const signed = ids.map((id) => rows.find((row) => row.id === id));
    expect(signed.map((row) => row?.period)).toEqual([8104, 8104, 8105, 8108, 0, 8104]);
    const places = signed.map((row) => row?.bits.indexOf('1'));
    expect(signed.map((row) => row?.bits.replaceAll('0', ''))).toEqual(ids.map(() => '1'));
    // The same user, the same quarter: the same bit. It may be the same once in 2,048 else, by chance.
    expect(places[1]).toBe(places[0]);
    expect(new Set(places).size).toBeGreaterThanOrEqual(4);
  });

  it('finds posts whose text others know apart from the diary', async () => {
    const uma = await api.newUser();
    const id = await write(uma, { content: 'Public marmalade.', source: 'facebook', entry_date: '2026-01-01' });
    const [row] = await api.database.look('SELECT period FROM entry_signatures WHERE entry_id = $1', [id]);
    expect(row).toEqual({ period: 0xffff });
    expect(await idsOf(uma, 'marmalade after:2025')).toEqual([id]);
    expect(await idsOf(uma, 'marmalade before:2025')).toEqual([]);
  });
});
