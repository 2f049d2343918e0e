import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Clock } from '../src/platform/clock.js';
import { PASSWORD, type TestUser, useApi } from './harness/api.js';
import { keep, noted } from './harness/diary.js';
import { expectInvalid } from './harness/problems.js';

const DAY_MS = 24 * 60 * 60 * 1000;

interface Streak {
  readonly days: number;
  readonly first: string;
  readonly last: string;
}

const dayAfter = (day: string, days = 1) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** The streaks of a diary, found by going from day to day. */
function plainStreaks(written: ReadonlySet<string>, today: string): { current: Streak | null; longest: Streak | null } {
  const lived = [...written].filter((day) => day <= today).toSorted();
  const streaks: Streak[] = [];
  for (const first of lived.filter((day) => !written.has(dayAfter(day, -1)))) {
    let last = first;
    let days = 1;
    while (dayAfter(last) <= today && written.has(dayAfter(last))) [last, days] = [dayAfter(last), days + 1];
    streaks.push({ days, first, last });
  }
  const current = streaks.findLast(({ last }) => last === today || last === dayAfter(today, -1)) ?? null;
  const most = Math.max(0, ...streaks.map(({ days }) => days));
  return { current, longest: streaks.findLast(({ days }) => days === most) ?? null };
}

describe('the calendar', () => {
  const api = useApi();

  const calendar = async (user: TestUser, query: Record<string, string> = {}) => {
    const range = { from: '2026-01-01', to: '2026-12-31', ...query };
    const { status, body, text } = await user.get(`/entries/calendar?${new URLSearchParams(range).toString()}`);
    if (status !== 200) throw new Error(text);
    return body;
  };
  const writeOn = (user: TestUser, ...days: string[]) =>
    keep(
      user,
      days.map((entry_date) => noted({ entry_date })),
    );
  const streakOf = (days: number, first: string, last: string) => ({ days, first, last });

  it.each(['uce', 'e2e'])('has the days that have entries, with how many, the trash left out: %s', async (tier) => {
    const user = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    const days = ['2026-03-01', '2026-03-01', '2026-03-03', '2025-12-31', '2026-03-04', '2027-01-01'];
    await writeOn(user, ...days);
    const { data } = (await user.get('/entries?from=2026-03-04&to=2026-03-04')).body;
    await user.send('DELETE', `/entries/${data[0].id}`, undefined);
    expect((await calendar(user)).data).toEqual([
      { day: '2026-03-01', entries: 2 },
      { day: '2026-03-03', entries: 1 },
    ]);
    expect((await calendar(user, { from: '2026-03-02', to: '2026-03-03' })).data).toEqual([
      { day: '2026-03-03', entries: 1 },
    ]);
    expect((await calendar(user, { from: '2026-03-02', to: '2026-03-02' })).data).toEqual([]);
  });

  it('is empty for who has written nothing', async () => {
    const user = await api.newUser();
    expect(await calendar(user)).toEqual({ data: [], streak: { current: null, longest: null } });
  });

  it('has only what is one’s own', async () => {
    const [ada, bob] = [await api.newUser(), await api.newUser()];
    await writeOn(ada, '2026-03-01');
    expect(await calendar(bob)).toEqual({ data: [], streak: { current: null, longest: null } });
  });

  describe('has a streak', () => {
    const [mon, tue, wed, thu, fri] = ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05', '2026-03-06'] as const;
    const currentAt = async (user: TestUser, today: string) => (await calendar(user, { today })).streak.current;

    it('that lasts until today, or until yesterday while today is empty', async () => {
      const user = await api.newUser();
      await writeOn(user, mon, tue, wed);
      expect(await currentAt(user, wed)).toEqual(streakOf(3, mon, wed));
      expect(await currentAt(user, thu)).toEqual(streakOf(3, mon, wed));
      expect(await currentAt(user, fri)).toBeNull();
      expect((await calendar(user, { today: fri })).streak.longest).toEqual(streakOf(3, mon, wed));
    });

    it('that an entry dated back to a missed day repairs, and one put into the trash breaks', async () => {
      const user = await api.newUser();
      await writeOn(user, mon, tue, thu, fri);
      expect((await calendar(user, { today: fri })).streak).toEqual({
        current: streakOf(2, thu, fri),
        longest: streakOf(2, thu, fri),
      });
      const { body } = await user.post('/entries', { content: 'Late.', entry_date: wed });
      expect(await currentAt(user, fri)).toEqual(streakOf(5, mon, fri));
      await user.send('DELETE', `/entries/${body.id}`, undefined);
      expect(await currentAt(user, fri)).toEqual(streakOf(2, thu, fri));
      await user.post(`/entries/${body.id}/restore`);
      expect(await currentAt(user, fri)).toEqual(streakOf(5, mon, fri));
      await user.send('PATCH', `/entries/${body.id}`, JSON.stringify({ entry_date: mon }));
      expect(await currentAt(user, fri)).toEqual(streakOf(2, thu, fri));
    });

    it('to which days ahead do not belong until they have come', async () => {
      const user = await api.newUser();
      await writeOn(user, tue, wed, thu, fri);
      expect(await calendar(user, { today: wed })).toMatchObject({
        data: [tue, wed, thu, fri].map((day) => ({ day, entries: 1 })),
        streak: { current: streakOf(2, tue, wed), longest: streakOf(2, tue, wed) },
      });
      expect(await currentAt(user, mon)).toBeNull();
      expect(await currentAt(user, fri)).toEqual(streakOf(4, tue, fri));
    });

    it('that yesterday alone does not join with tomorrow', async () => {
      const user = await api.newUser();
      await writeOn(user, tue, thu);
      expect(await currentAt(user, wed)).toEqual(streakOf(1, tue, tue));
    });

    it('across months, leap days and years, outside of the days that are shown too', async () => {
      const user = await api.newUser();
      await writeOn(user, '2023-12-31', '2024-01-01', '2024-02-28', '2024-02-29', '2024-03-01', '2025-02-28');
      await writeOn(user, '2025-03-01');
      const { streak } = await calendar(user, { from: '2030-01-01', to: '2030-01-02', today: '2025-03-02' });
      expect(streak).toEqual({
        current: streakOf(2, '2025-02-28', '2025-03-01'),
        longest: streakOf(3, '2024-02-28', '2024-03-01'),
      });
    });

    it('that is what going from day to day finds', async () => {
      const dayNumber = fc.integer({ min: 0, max: 40 });
      const start = '2024-02-10';
      await fc.assert(
        fc.asyncProperty(
          fc.array(dayNumber, { maxLength: 35 }),
          fc.array(dayNumber, { minLength: 1, maxLength: 4 }),
          async (written, todays) => {
            const user = await api.newUser();
            const days = written.map((n) => dayAfter(start, n));
            await writeOn(user, ...days);
            for (const today of todays.map((n) => dayAfter(start, n))) {
              const range = { from: '2024-01-01', to: '2024-12-31', today };
              const { data, streak } = await calendar(user, range);
              const shown = data.flatMap(({ day, entries }: { day: string; entries: number }) =>
                Array(entries).fill(day),
              );
              expect(shown).toEqual(days.toSorted());
              expect(streak).toEqual(plainStreaks(new Set(days), today));
            }
          },
        ),
        { numRuns: 15, interruptAfterTimeLimit: 20_000 },
      );
    }, 40_000);
  });

  describe('is refused', () => {
    const range = 'from=2026-01-01&to=2026-01-31';

    it.each([
      ['to=2026-01-01', '#/query/from'],
      ['from=2026-01-01', '#/query/to'],
      ['from=2026-01-02&to=2026-01-01', '#/query/to'],
      ['from=2024-01-01&to=2025-01-01', '#/query/to'],
      ['from=2026-02-30&to=2026-03-01', '#/query/from'],
      [`${range}&today=now`, '#/query/today'],
      [`${range}&today=0000-01-01`, '#/query/today'],
      [`${range}&zone=UTC`, '#/query/zone'],
    ])('for %s', async (query, pointer) => {
      expectInvalid(await (await api.newUser()).get(`/entries/calendar?${query}`), pointer);
    });

    it('not for a leap year, nor for the first day and the last that there are', async () => {
      const user = await api.newUser();
      await writeOn(user, '0001-01-01', '9999-12-31');
      expect((await calendar(user, { from: '2024-01-01', to: '2024-12-31' })).data).toEqual([]);
      const first = await calendar(user, { from: '0001-01-01', to: '0001-01-01', today: '0001-01-01' });
      expect(first.streak.current).toEqual(streakOf(1, '0001-01-01', '0001-01-01'));
      const last = await calendar(user, { from: '9999-12-31', to: '9999-12-31', today: '9999-12-31' });
      expect(last).toMatchObject({ data: [{ day: '9999-12-31' }], streak: { current: { days: 1 } } });
    });
  });
});

describe('the writer’s day', () => {
  const api = useApi();

  /** Puts the server's clock on this instant. */
  const setClock = (at: string) => api.advance(Date.parse(at) - api.get(Clock).now().getTime());
  /** With a token of this hour. */
  const signIn = async ({ email }: TestUser) => {
    const { body } = await api.http.post('/auth/login', { email, password: PASSWORD });
    return { token: body.tokens.access_token };
  };

  it('is that of the account’s time zone, for entries without a day and for the streak', async () => {
    setClock('2030-06-30T23:30:00.000Z');
    const user = await api.newUser();
    const days = ['UTC', null, 'Asia/Tokyo', 'America/Los_Angeles', 'Pacific/Kiritimati'];
    const listedOn: string[] = [];
    for (const name of days) {
      await user.send('PATCH', '/auth/me', JSON.stringify({ time_zone: name }));
      const { body } = await user.post('/entries', { content: 'x' });
      const [row] = await api.database.look<{ listed_on: string }>('SELECT listed_on FROM entries WHERE id = $1', [
        body.id,
      ]);
      listedOn.push(row?.listed_on ?? '');
    }
    expect(listedOn).toEqual(['2030-06-30', '2030-06-30', '2030-07-01', '2030-06-30', '2030-07-01']);
  });

  it('ends the streak only when yesterday is over where the writer is', async () => {
    const user = await api.newUser();
    const range = '/entries/calendar?from=2030-07-01&to=2030-07-31';
    await user.post('/entries', { content: 'x', entry_date: '2030-07-10' }, await signIn(user));
    const currentIn = async (name: string) => {
      const options = await signIn(user);
      await user.send('PATCH', '/auth/me', JSON.stringify({ time_zone: name }), options);
      return (await user.get(range, options)).body.streak.current?.days ?? null;
    };
    setClock('2030-07-11T23:59:59.000Z');
    expect([await currentIn('UTC'), await currentIn('Asia/Tokyo')]).toEqual([1, null]);
    expect(await currentIn('America/Los_Angeles')).toBe(1);
    setClock('2030-07-12T00:00:01.000Z');
    expect([await currentIn('UTC'), await currentIn('America/Los_Angeles')]).toEqual([null, 1]);
    setClock('2030-07-12T06:59:59.000Z');
    expect(await currentIn('America/Los_Angeles')).toBe(1);
    setClock('2030-07-12T07:00:01.000Z');
    expect(await currentIn('America/Los_Angeles')).toBeNull();
  });

  it('is what the client says, where it says one', async () => {
    const user = await api.newUser();
    await user.post('/entries', { content: 'x', entry_date: '2030-07-10' });
    const { body } = await user.get('/entries/calendar?from=2030-07-01&to=2030-07-31&today=2030-07-11');
    expect(body.streak.current).toEqual({ days: 1, first: '2030-07-10', last: '2030-07-10' });
  });

  it('can be in no time zone that there is not', async () => {
    const user = await api.newUser();
    for (const time_zone of ['Mars/Olympus', ''])
      expectInvalid(await user.send('PATCH', '/auth/me', JSON.stringify({ time_zone })), '#/time_zone');
  });
});

describe('on this day', () => {
  const api = useApi();
  const onThisDay = (user: TestUser, date: string) => user.get(`/entries/on-this-day?date=${date}`);
  const daysOf = async (user: TestUser, date: string) =>
    (await onThisDay(user, date)).body.data.map(({ entry_date }: { entry_date: string }) => entry_date);

  it.each(['uce', 'e2e'])('are the entries of that day in other years, newest first: %s', async (tier) => {
    const user = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    const days = ['2026-11-21', '2019-11-21', '2024-11-21', '2024-11-21', '2024-11-22', '2024-12-21', '2030-11-21'];
    const entries = days.map((entry_date) => noted({ entry_date, tags: ['t'] }));
    await keep(user, entries);
    await user.send('DELETE', `/entries/${entries[1]?.id}`, undefined);
    const { status, body } = await onThisDay(user, '2026-11-21');
    expect(status).toBe(200);
    expect(body.next_cursor).toBeNull();
    expect(body.data.map(({ entry_date }: { entry_date: string }) => entry_date)).toEqual([
      '2030-11-21',
      '2024-11-21',
      '2024-11-21',
    ]);
    expect((await user.get(`/entries/${body.data[0].id}`)).body).toEqual(body.data[0]);
  });

  it('is the 29th of February in leap years alone', async () => {
    const user = await api.newUser();
    await keep(
      user,
      ['2024-02-29', '2020-02-29', '2023-02-28', '2023-03-01', '2028-02-29'].map((entry_date) => noted({ entry_date })),
    );
    expect(await daysOf(user, '2024-02-29')).toEqual(['2028-02-29', '2020-02-29']);
    expect(await daysOf(user, '2026-02-28')).toEqual(['2023-02-28']);
    expect(await daysOf(user, '2026-03-01')).toEqual(['2023-03-01']);
    expectInvalid(await onThisDay(user, '2026-02-29'), '#/query/date');
  });

  it('has an entry without a day on the day it was written', async () => {
    const user = await api.newUser();
    const { body } = await user.post('/entries', { content: 'x' });
    const nextYear = `9${body.created_at.slice(1, 10)}`;
    const isLeapDay = nextYear.endsWith('02-29');
    if (!isLeapDay) expect((await onThisDay(user, nextYear)).body.data).toHaveLength(1);
  });

  it('is refused without a day, and for what is none', async () => {
    const user = await api.newUser();
    for (const query of ['', 'date=', 'date=11-21', 'date=2026-11-31', 'date=0000-11-21'])
      expectInvalid(await user.get(`/entries/on-this-day?${query}`), '#/query/date');
  });

  it('has at most 200', async () => {
    const user = await api.newUser();
    await keep(
      user,
      Array.from({ length: 210 }, () => noted({ entry_date: '2020-05-05' })),
    );
    expect((await onThisDay(user, '2026-05-05')).body.data).toHaveLength(200);
  });
});
