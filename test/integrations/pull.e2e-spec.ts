import { afterEach, describe, expect, it } from '@jest/globals';
import { E2eTestUser, type TestUser } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';
import { useIntegrations } from '../harness/facebook/connected.js';
import { type FakePerson, GraphRefusal } from '../harness/facebook/graph-world.js';
import { unboxed } from '../harness/inbox.js';
import { expectProblem } from '../harness/problems.js';

const PULL = '/integrations/facebook/pull';

describe('posts of Facebook', () => {
  const { api, graph, connect, jobOf, ended, connectionOf, passTime } = useIntegrations();
  afterEach(() => graph.recover());

  /** What Facebook calls all that came: items of the inbox, and those that are entries already. */
  const arrivedOf = async ({ id }: TestUser): Promise<string[]> => {
    const rows = await api.database.look<{ external_id: string }>(
      `SELECT external_id FROM inbox_items WHERE user_id = $1 AND source = 'facebook'
       UNION ALL SELECT external_id FROM entries WHERE user_id = $1 AND source = 'facebook'`,
      [id],
    );
    return rows.map(({ external_id }) => external_id);
  };
  /** What came, as an entry: of uce in the owner's own requests, of e2e by the owner's client. */
  const openedOf = async (user: TestUser) => {
    if (!(user instanceof E2eTestUser))
      return eventually('it is an entry', async () => (await user.get('/entries')).body.data[0]);
    const [item] = (await user.get('/inbox')).body.data;
    return { ...item, ...unboxed(user, item) };
  };
  const newWorld = async (options: Parameters<typeof graph.world.newPerson>[0] = {}) => {
    const [ada, person] = [await api.newUser(), graph.world.newPerson(options)];
    return { ada, person };
  };
  const posts = (person: FakePerson, count: number, word = 'Post') => {
    for (let n = 0; n < count; n++) graph.world.post(person, `${word} ${n}`);
  };

  it.each(['uce', 'e2e'])('come into the inbox, each once, with day, place and source: %s', async (tier) => {
    const ada = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    await ada.send('PATCH', '/auth/me', JSON.stringify({ time_zone: 'Asia/Tokyo' }));
    const person = graph.world.newPerson();
    const late = { created_time: '2026-02-28T20:00:00+0000' };
    const place = { id: '1', name: 'Kew', location: { latitude: 51.48, longitude: -0.29, city: 'London' } };
    const post = graph.world.post(person, 'Snowdrops are out. ❄', { ...late, place });
    graph.world.post(person, undefined);
    graph.world.post(person, '   ');
    await connect(ada, person);
    const job = await jobOf(ada, PULL);
    expect(job).toMatchObject({ kind: 'facebook.pull', state: 'done', result: { posts: 1, complete: true } });
    expect(await arrivedOf(ada)).toEqual([post.id]);
    expect(await openedOf(ada)).toMatchObject({
      source: 'facebook',
      entry_date: '2026-03-01',
      content: 'Snowdrops are out. ❄',
      location: { name: 'Kew', latitude: 51.48, longitude: -0.29 },
    });
    expect((await connectionOf(ada)).last_synced_at).toEqual(expect.any(String));
    for (let n = 0; n < 2; n++) expect((await jobOf(ada, PULL)).result).toEqual({ posts: 0, complete: true });
    expect(await arrivedOf(ada)).toHaveLength(1);
  });

  it('come page by page, all of them, whatever addresses Facebook gives to go on at', async () => {
    const { ada, person } = await newWorld();
    posts(person, 120);
    await connect(ada, person);
    expect((await jobOf(ada, PULL)).result).toEqual({ posts: 120, complete: true });
    expect(new Set(await arrivedOf(ada)).size).toBe(120);
    const calls = graph.callsTo('GET', /\/me\/posts/);
    expect(calls).toHaveLength(3);
    for (const { url } of calls) expect(url).not.toContain('access_token');
  });

  it('do not come again when they were deleted, or erased, or the account was connected anew', async () => {
    const { ada, person } = await newWorld();
    posts(person, 3);
    await connect(ada, person);
    await jobOf(ada, PULL);
    const kept = await eventually('they are entries', async () => {
      // A slice takes what it can in its time: whoever looks into the inbox asks for the rest.
      await ada.get('/inbox');
      const { data } = (await ada.get('/entries')).body;
      return data.length === 3 ? data : undefined;
    });
    await ada.send('DELETE', `/entries/${kept[1].id}`, undefined);
    const erased = await ada.send('DELETE', `/entries/${kept[2].id}?permanent=true`, undefined, {
      headers: { 'if-match': '"1"' },
    });
    expect(erased.status).toBe(200);
    expect((await jobOf(ada, PULL)).result).toEqual({ posts: 0, complete: true });
    const { id } = await connectionOf(ada);
    const { body: gone } = await ada.send('DELETE', `/integrations/${id}`, undefined);
    expect(await ended(ada, gone.job_id)).toMatchObject({ state: 'done' });
    await connect(ada, person);
    expect((await jobOf(ada, PULL)).result).toEqual({ posts: 0, complete: true });
    expect(await arrivedOf(ada)).toHaveLength(2);
    expect((await ada.get('/entries')).body.data).toHaveLength(1);
  });

  it('come every hour without anybody asking, at times that differ', async () => {
    const people = await Promise.all([newWorld(), newWorld(), newWorld()]);
    for (const { ada, person } of people) {
      graph.world.post(person, 'While I was away.');
      await connect(ada, person);
    }
    await passTime('facebook.pull');
    for (const { ada } of people)
      await eventually('it is there', async () => ((await arrivedOf(ada)).length === 1 ? true : undefined));
    const due = await eventually('all are due again', async () => {
      const rows = await api.database.look<{ minutes: string }>(
        `SELECT extract(epoch FROM due_at - now()) / 60 AS minutes FROM due
         WHERE task = 'facebook.pull' AND user_id = ANY($1)`,
        [people.map(({ ada }) => ada.id)],
      );
      return rows.length === 3 ? rows.map(({ minutes }) => Number(minutes)) : undefined;
    });
    for (const minutes of due) {
      expect(minutes).toBeGreaterThan(48);
      expect(minutes).toBeLessThan(72);
    }
    expect(new Set(due.map((minutes) => minutes.toFixed(3))).size).toBe(3);
  });

  it('are asked for once by whoever asks twice at a time, or again under one idempotency key', async () => {
    const { ada, person } = await newWorld();
    posts(person, 60);
    await connect(ada, person);
    const key = { headers: { 'idempotency-key': 'pull-1' } };
    const begun = await Promise.all([ada.post(PULL), ada.post(PULL), ada.post(PULL)]);
    expect(new Set(begun.map(({ status }) => status))).toEqual(new Set([202]));
    await ended(ada, begun[0].body.job_id);
    expect(await arrivedOf(ada)).toHaveLength(60);
    const first = await ada.post(PULL, undefined, key);
    await ended(ada, first.body.job_id);
    expect((await ada.post(PULL, undefined, key)).body).toEqual(first.body);
  });

  it('wait when Facebook wants to be left alone, as long as it says', async () => {
    const { ada, person } = await newWorld();
    posts(person, 1);
    await connect(ada, person);
    const usage = {
      'x-business-use-case-usage': JSON.stringify({
        1: [{ type: 'x', call_count: 100, estimated_time_to_regain_access: 25 }],
      }),
    };
    graph.fail({
      path: /\/me\/posts/,
      how: new GraphRefusal(400, 80_001, '(#80001) There have been too many calls'),
      headers: usage,
    });
    expect(await jobOf(ada, PULL)).toMatchObject({
      state: 'failed',
      problem: { type: 'integrations/rate-limited', status: 429 },
    });
    const { state, limited_until } = await connectionOf(ada);
    expect(state).toBe('rate_limited');
    const minutes = (Date.parse(limited_until) - Date.now()) / 60_000;
    expect([minutes > 24, minutes <= 25]).toEqual([true, true]);
    const refused = await ada.post(PULL);
    expectProblem(refused, 429, 'integrations/rate-limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1_400);
    graph.recover();
    expect(graph.seen).toEqual([]);
    await api.database.look(`UPDATE connections SET limited_until = now() - interval '1 second' WHERE user_id = $1`, [
      ada.id,
    ]);
    await passTime('facebook.pull');
    await eventually('it works again', async () => ((await connectionOf(ada)).state === 'active' ? true : undefined));
    expect(await arrivedOf(ada)).toHaveLength(1);
  });

  it.each([4, 17, 32, 613])('wait for an hour after the error %i, where nothing better is said', async (code) => {
    const { ada, person } = await newWorld();
    await connect(ada, person);
    graph.fail({ path: /\/me\/posts/, how: new GraphRefusal(403, code, `(#${code}) limit reached`) });
    expect((await jobOf(ada, PULL)).problem.type).toBe('integrations/rate-limited');
    const minutes = (Date.parse((await connectionOf(ada)).limited_until) - Date.now()) / 60_000;
    expect([minutes > 59, minutes <= 60]).toEqual([true, true]);
  });

  it('stop before the limit is reached, and go on where they stopped', async () => {
    const { ada, person } = await newWorld();
    posts(person, 120);
    await connect(ada, person);
    graph.headers = { 'x-app-usage': JSON.stringify({ call_count: 95, total_time: 10, total_cputime: 10 }) };
    expect(await jobOf(ada, PULL)).toMatchObject({ state: 'done', result: { posts: 50, complete: false } });
    expect(await connectionOf(ada)).toMatchObject({ state: 'rate_limited', last_synced_at: null });
    graph.recover();
    await api.database.look(`UPDATE connections SET limited_until = now() - interval '1 second' WHERE user_id = $1`, [
      ada.id,
    ]);
    expect(await jobOf(ada, PULL)).toMatchObject({ result: { posts: 70, complete: true } });
    expect(graph.callsTo('GET', /\/me\/posts/)).toHaveLength(2);
    expect(new Set(await arrivedOf(ada)).size).toBe(120);
  });

  it.each(['expired', 'revoked'] as const)(
    'end with a connection that has to be made again when the token is %s',
    async (why) => {
      const { ada, person } = await newWorld({ pages: ['Garden notes'] });
      posts(person, 2);
      const { id } = await connect(ada, person);
      graph.world.kill(person, why);
      expect((await jobOf(ada, PULL)).problem).toMatchObject({ type: 'integrations/needs-reconnect' });
      expect(await connectionOf(ada)).toMatchObject({ id, state: 'needs_reconnect', pages: [], expires_at: null });
      const [row] = await api.database.look(
        `SELECT sealed_token, (SELECT count(*)::int FROM due WHERE user_id = $1 AND task = 'facebook.pull') AS due
       FROM connections WHERE user_id = $1`,
        [ada.id],
      );
      expect(row).toEqual({ sealed_token: null, due: 0 });
      expectProblem(await ada.post(PULL), 409, 'integrations/needs-reconnect');
      expect(await connect(ada, person)).toMatchObject({ id, state: 'active' });
      expect((await jobOf(ada, PULL)).result).toEqual({ posts: 2, complete: true });
    },
  );

  it('end with a problem when they may not be read, and the connection stays', async () => {
    const { ada, person } = await newWorld({ withholds: ['user_posts'] });
    await connect(ada, person);
    expect((await jobOf(ada, PULL)).problem).toMatchObject({ type: 'integrations/permission-missing' });
    expect((await connectionOf(ada)).state).toBe('active');
  });

  it.each([
    ['away', 'away' as const],
    ['answering with code 2', new GraphRefusal(500, 2, 'Service temporarily unavailable')],
  ])('are tried again in ten minutes when Facebook is %s', async (_, how) => {
    const { ada, person } = await newWorld();
    await connect(ada, person);
    graph.fail({ path: /\/me\/posts/, how });
    expect((await jobOf(ada, PULL)).problem).toMatchObject({ type: 'integrations/facebook-unavailable' });
    const [row] = await api.database.look<{ minutes: string }>(
      `SELECT extract(epoch FROM due_at - now()) / 60 AS minutes FROM due WHERE user_id = $1 AND task = 'facebook.pull'`,
      [ada.id],
    );
    expect([Number(row?.minutes) > 8, Number(row?.minutes) < 12]).toEqual([true, true]);
  });

  it('wait for room when the diary is full, and say so on the connection', async () => {
    const { ada, person } = await newWorld();
    posts(person, 3);
    await connect(ada, person);
    const quota = (bytes: number | null) =>
      api.database.look(`UPDATE storage SET quota_bytes = $2 WHERE user_id = $1`, [ada.id, bytes]);
    await quota(10);
    expect((await jobOf(ada, PULL)).problem).toMatchObject({ type: 'tiers/out-of-storage', status: 507 });
    expect((await connectionOf(ada)).state).toBe('out_of_storage');
    expect(await arrivedOf(ada)).toEqual([]);
    await quota(null);
    await passTime('facebook.pull');
    await eventually('they are there', async () => ((await arrivedOf(ada)).length === 3 ? true : undefined));
    expect((await connectionOf(ada)).state).toBe('active');
  });

  it('are not there for somebody who has connected nothing', async () => {
    expectProblem(await (await api.newUser()).post(PULL), 409, 'integrations/not-connected');
  });
});
