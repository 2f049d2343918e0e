import { createId } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { JobStream } from '../src/modules/jobs/job-stream.js';
import { Database } from '../src/platform/database/database.js';
import { UserId } from '../src/platform/ids.js';
import { Jobs } from '../src/platform/jobs/jobs.js';
import { type TestUser, useApi } from './harness/api.js';
import { eventually } from './harness/eventually.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

/** More than one slice of work does. */
const ENTRIES = 120;

interface Event {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  readonly retry?: string;
}

/** Server-sent events of an answer that was read to its end. */
const eventsOf = (text: string): Event[] =>
  text
    .trimEnd()
    .split('\n\n')
    .map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s))));

describe('a job', () => {
  const api = useApi();

  const withEntries = async (count: number): Promise<TestUser> => {
    const user = await api.newUser();
    const entries = Array.from({ length: count }, (_, n) => ({ content: `Day ${n}, with rain.` }));
    await user.post('/entries/batch', { entries });
    return user;
  };
  const rebuild = async (user: TestUser): Promise<string> => {
    const { status, body } = await user.post('/search/index');
    expect(status).toBe(202);
    return body.job_id;
  };
  /** A job that nobody works on. */
  const idle = ({ id }: TestUser, total = 3) => {
    const userId = UserId.parse(id);
    return api.get(Database).asUser({ userId }, (tx) => api.get(Jobs).begin(tx, { userId }, 'test.idle', total));
  };

  it('goes on while its owner asks for it, slice by slice, to its end', async () => {
    const ada = await withEntries(ENTRIES);
    const id = await rebuild(ada);
    const first = await ada.get(`/jobs/${id}`);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ id, kind: 'search.index', progress: { total: ENTRIES } });
    const done = await eventually('the job is done', async () => {
      const { body } = await ada.get(`/jobs/${id}`);
      return body.state === 'done' ? body : undefined;
    });
    expect(done).toEqual({
      id,
      kind: 'search.index',
      state: 'done',
      progress: { done: ENTRIES, total: ENTRIES },
      result: { entries: ENTRIES },
    });
  });

  it('can be followed as events, to its end', async () => {
    const ada = await withEntries(ENTRIES);
    const id = await rebuild(ada);
    const answer = await ada.get(`/jobs/${id}/events`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const [{ retry } = {}, ...told] = eventsOf(answer.text);
    expect(Number(retry)).toBeGreaterThan(0);
    const jobs = told.filter(({ event }) => event === 'job').map(({ data = '' }) => JSON.parse(data));
    expect(jobs.length).toBeGreaterThan(2);
    const steps = jobs.map(({ progress }) => progress.done);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(jobs.at(-1)).toEqual((await ada.get(`/jobs/${id}`)).body);
    expect(jobs.at(-1)).toMatchObject({ state: 'done', result: { entries: ENTRIES } });
  });

  it('is told of again from where a listener was, with pings while nothing happens', async () => {
    const ada = await api.newUser();
    const { id } = await idle(ada);
    const stream = api.get(JobStream);
    stream.pace = { ...stream.pace, lookMs: 5, pingMs: 0, lengthMs: 200 };
    const [, first, ...rest] = eventsOf((await ada.get(`/jobs/${id}/events`)).text);
    expect(first).toMatchObject({ event: 'job', id: '1' });
    expect(rest.length).toBeGreaterThan(0);
    expect(new Set(rest.map(({ event }) => event))).toEqual(new Set(['ping']));
    const listen = async (lastEventId: string) => {
      const { text } = await ada.get(`/jobs/${id}/events`, { headers: { 'last-event-id': lastEventId } });
      return eventsOf(text).filter(({ event }) => event === 'job');
    };
    expect(await listen('1')).toEqual([]);
    expect(await listen('0')).toEqual([first]);
    await ada.post(`/jobs/${id}/cancel`);
    expect(await listen('1')).toMatchObject([{ id: '2' }]);
  });

  it('is cancelled by its owner, and stays as it ended', async () => {
    const ada = await withEntries(ENTRIES);
    const id = await rebuild(ada);
    const { status, body } = await ada.post(`/jobs/${id}/cancel`);
    expect([status, body.state]).toEqual([200, 'cancelled']);
    expect((await ada.post(`/jobs/${id}/cancel`)).body).toEqual(body);
    await ada.get('/search/stats');
    expect((await ada.get(`/jobs/${id}`)).body).toEqual(body);
    expect(await rebuild(ada)).not.toBe(id);
  });

  it('is begun once: who asks again is told of the one that goes on', async () => {
    const ada = await withEntries(ENTRIES);
    const ids = await Promise.all([1, 2, 3].map(() => rebuild(ada)));
    expect(new Set(ids).size).toBe(1);
  });

  it('is for its owner alone, and for no API key', async () => {
    const [ada, bob] = [await api.newUser(), await api.newUser()];
    const { id } = await idle(ada);
    const { key } = (await ada.post('/auth/api-keys', { name: 'script', scopes: ['search:read'] })).body;
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/events'],
      ['POST', '/cancel'],
    ] as const) {
      expectProblem(await bob.send(method, `/jobs/${id}${path}`, undefined), 404, 'jobs/not-found');
      expectProblem(await ada.send(method, `/jobs/${createId()}${path}`, undefined), 404, 'jobs/not-found');
      expectInvalid(await ada.send(method, `/jobs/1${path}`, undefined), '#/path/id');
      expectProblem(await ada.send(method, `/jobs/${id}${path}`, undefined, { token: key }), 403);
    }
    expect((await ada.get(`/jobs/${id}`)).body.state).toBe('queued');
  });

  it('says why it failed, where it failed', async () => {
    const ada = await withEntries(1);
    await api.database.look(
      'UPDATE entries SET sealed = set_byte(sealed, 100, get_byte(sealed, 100) # 1) WHERE user_id = $1',
      [ada.id],
    );
    const id = await rebuild(ada);
    const failed = await eventually('the job has failed', async () => {
      const { body } = await ada.get(`/jobs/${id}`);
      return body.state === 'failed' ? body : undefined;
    });
    expect(failed.problem).toEqual({
      type: 'search/entry-does-not-open',
      title: expect.any(String),
      status: 500,
      detail: expect.any(String),
    });
    expect(failed).not.toHaveProperty('result');
  });
});

describe('the search index', () => {
  const api = useApi();
  const later = useApi({ sharing: api });
  const stats = async (user: TestUser) => (await user.get('/search/stats')).body;
  const found = async (user: TestUser, query: string): Promise<number> =>
    (await user.post('/search', { query })).body.data.length;

  it('is told of in numbers', async () => {
    const ada = await api.newUser();
    expect(await stats(ada)).toEqual({ entries_indexed: 0, entries_pending: 0, index_bytes: 0, languages: [] });
    await ada.post('/entries', { content: 'It was a wet day, and we were all at home.' });
    const { body } = await ada.post('/entries', { content: 'Den ganzen Tag hat es geregnet, und wir waren zu Hause.' });
    expect(await stats(ada)).toEqual({
      entries_indexed: 2,
      entries_pending: 0,
      index_bytes: expect.any(Number),
      languages: ['en', 'de'],
    });
    await ada.send('DELETE', `/entries/${body.id}`, undefined);
    expect((await stats(ada)).entries_indexed).toBe(1);
  });

  it('is made anew after its cards are lost', async () => {
    const ada = await api.newUser();
    for (const content of ['Rain.', 'Rain again.', 'Sun.']) await ada.post('/entries', { content });
    await api.database.look('DELETE FROM entry_cards WHERE user_id = $1', [ada.id]);
    expect(await found(ada, 'rain')).toBe(0);
    expect(await stats(ada)).toMatchObject({ entries_indexed: 0, entries_pending: 3 });
    const { job_id: id } = (await ada.post('/search/index')).body;
    expect((await ada.get(`/jobs/${id}/events`)).text).toContain('"state":"done"');
    expect(await found(ada, 'rain')).toBe(2);
    expect(await stats(ada)).toMatchObject({ entries_indexed: 3, entries_pending: 0 });
  });

  it.each([
    ['is missing', 'DELETE FROM entry_signatures WHERE user_id = $1'],
    ['was made in another way', 'UPDATE entry_cards SET index_version = 0 WHERE user_id = $1'],
  ])('takes in by itself, while its owner is signed in, what %s', async (_, sql) => {
    const ada = await api.newUser();
    for (const content of ['Rain.', 'Rain again.']) await ada.post('/entries', { content });
    await api.database.look(sql, [ada.id]);
    expect(await found(ada, 'rain')).toBe(0);
    // A process that starts later: it has not looked yet.
    const token = ada.accessToken;
    expect((await later.http.get('/auth/me', { token })).status).toBe(200);
    await eventually('both are found', async () => ((await found(ada, 'rain')) === 2 ? true : undefined));
  });

  it('is not overwritten by work that has begun before an edit', async () => {
    const ada = await api.newUser();
    // Brings along what a session does once a minute: after the writing it would take the job below, before the edit is there.
    await ada.get('/auth/me');
    const { id } = (await ada.post('/entries', { content: 'Harbour.' })).body;
    const userId = UserId.parse(ada.id);
    const job = await api
      .get(Database)
      .asUser({ userId }, (tx) => api.get(Jobs).begin(tx, { userId }, 'search.index', 1));
    const history = api.database.hold(`SELECT FROM ledger_heads WHERE user_id = '${ada.id}' FOR UPDATE`);
    await history.held;
    // The edit waits for the history, and behind it the work, which has read the entry before.
    const edit = ada.send('PATCH', `/entries/${id}`, JSON.stringify({ content: 'Lighthouse.' }));
    await eventually('the edit waits', async () => ((await waiting()) === 1 ? true : undefined));
    // Asked again while a slice that began before the job was there is still being done.
    await eventually('the work waits too', async () => {
      await ada.get(`/jobs/${job.id}`);
      return (await waiting()) === 2 ? true : undefined;
    });
    await history.release();
    expect((await edit).status).toBe(200);
    expect((await ada.get(`/jobs/${job.id}/events`)).text).toContain('"state":"done"');
    expect([await found(ada, 'harbour'), await found(ada, 'lighthouse')]).toEqual([0, 1]);
  });

  /** How many transactions wait for a lock. */
  const waiting = async (): Promise<number> => {
    const rows = await api.database.look(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length;
  };
});
