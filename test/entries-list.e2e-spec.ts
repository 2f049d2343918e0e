import { createId } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type TestUser, useApi } from './harness/api.js';
import { sealedDraft } from './harness/entries.js';
import { expectInvalid } from './harness/problems.js';

interface Listed {
  readonly id: string;
  readonly entry_date: string | null;
  readonly content: string;
}

const dayOf = (n: number) => `2026-11-${String(1 + (n % 9)).padStart(2, '0')}`;
const byDayThenId = (a: Listed, b: Listed) =>
  (b.entry_date ?? '').localeCompare(a.entry_date ?? '') || (a.id < b.id ? 1 : -1);

describe('the list of entries', () => {
  const api = useApi();
  let ada: TestUser;
  let bob: TestUser;
  let written: string[];

  beforeAll(async () => {
    [ada, bob] = [await api.newUser(), await api.newUser()];
    const answers = Array.from({ length: 25 }, (_, n) =>
      ada.post('/entries', { content: `Day ${n}.`, entry_date: dayOf(n) }),
    );
    written = (await Promise.all(answers)).map(({ body }) => body.id);
  });

  const list = (user: TestUser, query: { limit?: string | number; cursor?: string } = {}) => {
    const parameters = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return user.get(`/entries?${parameters.join('&')}`);
  };

  it('is empty for who has written nothing', async () => {
    expect((await list(await api.newE2eUser())).body).toEqual({ data: [], next_cursor: null });
  });

  it('has the newest day first, and of one day the newest entry', async () => {
    const { status, body } = await list(ada);
    expect(status).toBe(200);
    expect(body.next_cursor).toBeNull();
    expect(body.data.map(({ id }: Listed) => id).toSorted()).toEqual(written.toSorted());
    expect(body.data).toEqual(body.data.toSorted(byDayThenId));
  });

  it('has only what is one’s own', async () => {
    await bob.post('/entries', { content: 'Mine.' });
    const { body } = await list(bob);
    expect(body.data.map(({ content }: Listed) => content)).toEqual(['Mine.']);
  });

  it('has sealed entries as they are', async () => {
    const eve = await api.newE2eUser();
    const { body: entry } = await eve.post('/entries', sealedDraft(eve));
    const { history_head: _, ...listed } = entry;
    expect((await list(eve)).body.data).toEqual([listed]);
  });

  it('puts an entry without a day on the day it was written', async () => {
    const eve = await api.newE2eUser();
    const { body: today } = await eve.post('/entries', sealedDraft(eve));
    const day = (days: number) => new Date(Date.parse(today.created_at) + days * 86_400_000).toISOString().slice(0, 10);
    const dated = async (entry_date: string) =>
      (await eve.post('/entries', { ...sealedDraft(eve), entry_date })).body.id;
    const [after, before] = [await dated(day(1)), await dated(day(-1))];
    const { body } = await list(eve);
    expect(body.data.map(({ id }: Listed) => id)).toEqual([after, today.id, before]);
    expect(body.data[1].entry_date).toBeNull();
  });

  it('is walked page by page, each entry once, while others are being written', async () => {
    const user = await api.newUser();
    const answers = Array.from({ length: 25 }, (_, n) =>
      user.post('/entries', { content: `Day ${n}.`, entry_date: dayOf(n) }),
    );
    const there = (await Promise.all(answers)).map(({ body }) => body.id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await list(user, { limit: 4, ...(cursor !== null && { cursor }) });
      expect(page.body.data.length).toBeLessThanOrEqual(4);
      seen.push(...page.body.data.map(({ id }: Listed) => id));
      cursor = page.body.next_cursor;
      await user.post('/entries', { content: 'In between.', entry_date: dayOf(seen.length) });
      await user.post('/entries', { content: 'At the front.', entry_date: '2026-12-24' });
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(there.filter((id) => !seen.includes(id))).toEqual([]);
  });

  it('ends on a full page without a cursor to an empty one', async () => {
    const { body } = await list(ada, { limit: 25 });
    expect([body.data.length, body.next_cursor]).toEqual([25, null]);
    const { body: most } = await list(ada, { limit: 24 });
    const { body: rest } = await list(ada, { limit: 24, cursor: most.next_cursor });
    expect([rest.data.length, rest.next_cursor]).toEqual([1, null]);
  });

  it('has at most 200 on a page, and 50 when nobody says', async () => {
    expect((await list(ada, { limit: 1 })).body.data).toHaveLength(1);
    expect((await list(ada, { limit: 200 })).status).toBe(200);
    const eve = await api.newE2eUser();
    for (let n = 0; n < 51; n++) await eve.post('/entries', sealedDraft(eve));
    expect((await list(eve)).body.data).toHaveLength(50);
  });

  it.each(['0', '-1', '201', '1.5', 'ten', '', ' ', 'NaN', 'Infinity', '1e3', '0x10', '1e1', '+5'])(
    'refuses a limit of "%s"',
    async (limit) => {
      expectInvalid(await list(ada, { limit }), '#/query/limit');
    },
  );

  it('refuses a limit that is given twice, and a parameter that there is not', async () => {
    expectInvalid(await ada.get('/entries?limit=1&limit=2'), '#/query/limit');
    expectInvalid(await ada.get('/entries?offset=10'), '#/query/offset');
    expectInvalid(await ada.get('/entries?limit[]=1'), '#/query/limit[]');
  });

  describe('refuses a cursor that it did not give out', () => {
    const cursorOf = (...key: unknown[]) => Buffer.from(JSON.stringify(key)).toString('base64url');

    it.each([
      ['nothing', ''],
      ['words', 'nonsense'],
      ['something that is no list', Buffer.from('{"a":1}').toString('base64url')],
      ['a day alone', cursorOf('2026-11-21')],
      ['a day that there is not', cursorOf('2026-02-30', createId())],
      ['a day of the year zero', cursorOf('0000-01-01', createId())],
      ['an id that is none', cursorOf('2026-11-21', 'x')],
      ['too much', cursorOf('2026-11-21', createId(), 'more')],
      ['SQL', cursorOf("2026-11-21'; DROP TABLE entries; --", createId())],
      ['a long text', 'A'.repeat(501)],
      ['a NUL', '\0'],
    ])('such as %s', async (_what, cursor) => {
      expectInvalid(await list(ada, { cursor }), '#/query/cursor');
    });

    it('such as one that was changed, in any place', async () => {
      const { body } = await list(ada, { limit: 4 });
      const cursor: string = body.next_cursor;
      for (let at = 0; at < cursor.length; at += 7) {
        const changed = `${cursor.slice(0, at)}${cursor[at] === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`;
        expectInvalid(await list(ada, { cursor: changed }), '#/query/cursor');
      }
      for (const changed of [`${cursor}=`, `${cursor}!`, `${cursor}A`, ` ${cursor}`, cursor.slice(0, -1)])
        expectInvalid(await list(ada, { cursor: changed }), '#/query/cursor');
    });

    it('such as one of somebody else', async () => {
      const { body } = await list(ada, { limit: 4 });
      expectInvalid(await list(bob, { cursor: body.next_cursor }), '#/query/cursor');
    });
  });
});
