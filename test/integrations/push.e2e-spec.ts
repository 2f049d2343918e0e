import { createId } from '@daybook/sdk/crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DueWork } from '../../src/modules/integrations/due-work.js';
import { type TestUser } from '../harness/api.js';
import { sealedDraft } from '../harness/entries.js';
import { eventually } from '../harness/eventually.js';
import { useIntegrations } from '../harness/facebook/connected.js';
import { type FakePerson, GraphRefusal } from '../harness/facebook/graph-world.js';
import { verifiedLedger } from '../harness/ledger.js';
import { expectInvalid, expectProblem } from '../harness/problems.js';

const PUSH = '/integrations/facebook/push';
const FEED = /\/feed$/;

describe('publishing an entry on a page', () => {
  const { api, graph, connect, jobOf, ended, connectionOf, passTime } = useIntegrations();
  afterEach(() => graph.recover());

  const newWorld = async (pages = ['Garden notes'], withholds: string[] = []) => {
    const [ada, person] = [await api.newUser(), graph.world.newPerson({ pages, withholds })];
    const { body: entry } = await ada.post('/entries', { title: 'First snow', content: 'Woke up to a white garden.' });
    await connect(ada, person);
    return { ada, person, entryId: String(entry.id) };
  };
  const feedOf = ({ pages: [page] }: FakePerson) => page?.feed.map(({ message }) => message) ?? [];
  const waiting = ({ id }: TestUser) => api.database.look('SELECT id FROM publications WHERE user_id = $1', [id]);
  /** Waits until an attempt has failed, and its text waits for the next one. */
  const isLeftForLater = ({ id }: TestUser) =>
    eventually('it waits for the next attempt', async () => {
      const rows = await api.database.look(
        `SELECT id FROM publications WHERE user_id = $1 AND attempts > 0 AND leased_until IS NULL`,
        [id],
      );
      return rows.length === 1 ? true : undefined;
    });
  /** Something to be published, whose first attempt has met a fault. */
  const newInterrupted = async (fault: Parameters<typeof graph.fail>[0]) => {
    const world = await newWorld();
    graph.fail(fault);
    const { body } = await world.ada.post(PUSH, { entry_id: world.entryId });
    await isLeftForLater(world.ada);
    return { ...world, jobId: String(body.job_id) };
  };

  it('takes title and text of a uce entry, and tells the id of the post', async () => {
    const { ada, person, entryId } = await newWorld();
    const job = await jobOf(ada, PUSH, { entry_id: entryId });
    expect(feedOf(person)).toEqual(['First snow\n\nWoke up to a white garden.']);
    const [page] = person.pages;
    expect(job).toMatchObject({
      kind: 'facebook.push',
      state: 'done',
      result: { post_id: page?.feed[0]?.id, page_id: page?.id },
    });
    expect(await waiting(ada)).toEqual([]);
    const { body: history } = await ada.get(`/entries/${entryId}/history`);
    expect(history.data.at(-1)).toMatchObject({ type: 'pushed', session_id: expect.any(String) });
    await verifiedLedger(api.database, ada.id);
  });

  it('takes the text that is given, and of an e2e entry no other', async () => {
    const { ada, person, entryId } = await newWorld();
    await jobOf(ada, PUSH, { entry_id: entryId, text: 'It snowed. ❄' });
    expect(feedOf(person)).toEqual(['It snowed. ❄']);

    const grace = await api.newE2eUser();
    const hers = graph.world.newPerson({ pages: ['Kitchen notes'] });
    const draft = sealedDraft(grace);
    await grace.post('/entries', draft);
    await connect(grace, hers);
    expectInvalid(await grace.post(PUSH, { entry_id: draft.id }), '#/text');
    expect(await jobOf(grace, PUSH, { entry_id: draft.id, text: 'Bread rises.' })).toMatchObject({ state: 'done' });
    expect(feedOf(hers)).toEqual(['Bread rises.']);
  });

  it('asks which page where there are several, and knows no page of others', async () => {
    const { ada, person, entryId } = await newWorld(['Garden notes', 'Kitchen notes']);
    const other = graph.world.newPerson({ pages: ['Other notes'] });
    expectInvalid(await ada.post(PUSH, { entry_id: entryId }), '#/page_id');
    const theirs = { entry_id: entryId, page_id: other.pages[0]?.id };
    expectProblem(await ada.post(PUSH, theirs), 404, 'integrations/page-not-found');
    await jobOf(ada, PUSH, { entry_id: entryId, page_id: person.pages[1]?.id });
    expect(person.pages.map(({ feed }) => feed.length)).toEqual([0, 1]);
  });

  it('is not possible without a page, and says that Meta has it so since 2018', async () => {
    const { ada, entryId } = await newWorld([]);
    const answer = await ada.post(PUSH, { entry_id: entryId });
    expectProblem(answer, 422, 'integrations/no-page');
    expect(answer.body.detail).toContain('2018');
  });

  it('refuses what cannot be published', async () => {
    const { ada, entryId } = await newWorld();
    expectInvalid(await ada.post(PUSH, { entry_id: entryId, text: ' \n' }), '#/text');
    expectInvalid(await ada.post(PUSH, { entry_id: entryId, text: 'x'.repeat(63_207) }), '#/text');
    expectInvalid(await ada.post(PUSH, {}), '#/entry_id');
    expectInvalid(await ada.post(PUSH, { entry_id: entryId, page_id: '../me' }), '#/page_id');
    expectProblem(await ada.post(PUSH, { entry_id: createId() }), 404, 'entries/not-found');
    const { body: long } = await ada.post('/entries', { content: 'x'.repeat(63_207) });
    expectInvalid(await ada.post(PUSH, { entry_id: long.id }), '#/text');
    const { body: gone } = await ada.post('/entries', { content: 'Gone.' });
    await ada.send('DELETE', `/entries/${gone.id}?permanent=true`, undefined, { headers: { 'if-match': '"1"' } });
    expectProblem(await ada.post(PUSH, { entry_id: gone.id }), 410, 'entries/erased');
    const eve = await api.newUser();
    await connect(eve, graph.world.newPerson({ pages: ['x'] }));
    expectProblem(await eve.post(PUSH, { entry_id: entryId, text: 'Not mine.' }), 404, 'entries/not-found');
    const bob = await api.newUser();
    const { body: his } = await bob.post('/entries', { content: 'x' });
    expectProblem(await bob.post(PUSH, { entry_id: his.id }), 409, 'integrations/not-connected');
  });

  it('is not possible where the user did not allow it', async () => {
    const { ada, entryId } = await newWorld(['Garden notes'], ['pages_manage_posts']);
    expectProblem(await ada.post(PUSH, { entry_id: entryId }), 403, 'integrations/permission-missing');
  });

  it('happens once for all requests with one idempotency key', async () => {
    const { ada, person, entryId } = await newWorld();
    const headers = { 'idempotency-key': 'push-1' };
    const first = await ada.post(PUSH, { entry_id: entryId }, { headers });
    const again = await ada.post(PUSH, { entry_id: entryId }, { headers });
    expect([again.status, again.body]).toEqual([202, first.body]);
    await ended(ada, first.body.job_id);
    expect(feedOf(person)).toHaveLength(1);
  });

  it('is tried again when Facebook is away', async () => {
    const { ada, person, jobId } = await newInterrupted({
      method: 'POST',
      path: FEED,
      how: new GraphRefusal(500, 2, 'Service temporarily unavailable'),
    });
    await passTime('facebook.push');
    expect(await ended(ada, jobId)).toMatchObject({ state: 'done' });
    expect(feedOf(person)).toHaveLength(1);
  });

  it('is not done twice when the answer was lost: the page is looked at first', async () => {
    const { ada, person, jobId } = await newInterrupted({ method: 'POST', path: FEED, how: 'lost' });
    expect(feedOf(person)).toHaveLength(1);
    // Somebody writes something in between, so that Facebook's own look at the newest post would not help.
    person.pages[0]?.feed.push({ id: 'x', message: 'Something else.', created_time: '2026-03-01T10:00:00+0000' });
    await passTime('facebook.push');
    const job = await ended(ada, jobId);
    expect(job).toMatchObject({ state: 'done', result: { post_id: person.pages[0]?.feed[0]?.id } });
    expect(feedOf(person)).toHaveLength(2);
    expect(graph.callsTo('POST', FEED)).toHaveLength(1);
  });

  it('is not done twice when a worker died after sending it', async () => {
    const { ada, person, jobId } = await newInterrupted({ method: 'POST', path: FEED, how: 'lost' });
    // As it is left behind: taken, and nobody to say what became of it.
    const dead = `UPDATE publications SET leased_until = now() + interval '1 minute' WHERE id = $1`;
    await api.database.look(dead, [jobId]);
    await passTime('facebook.push');
    await api.database.look(`UPDATE publications SET leased_until = now() - interval '1 second' WHERE id = $1`, [
      jobId,
    ]);
    await eventually('it ends', async () => {
      await passTime('facebook.push');
      return (await ada.get(`/jobs/${jobId}`)).body.state === 'done' ? true : undefined;
    });
    expect(feedOf(person)).toHaveLength(1);
  });

  it('is left alone while somebody is at it', async () => {
    const { ada, person, jobId } = await newInterrupted({ method: 'POST', path: FEED, how: 'away' });
    const lease = (until: string) =>
      api.database.look(`UPDATE publications SET leased_until = now() + $2::interval WHERE id = $1`, [jobId, until]);
    await lease('1 minute');
    await passTime('facebook.push');
    await eventually('it was looked at', async () => {
      const events = await api.database.look('SELECT FROM outbox WHERE user_id = $1', [ada.id]);
      return events.length === 0 ? true : undefined;
    });
    expect([graph.callsTo('GET', FEED).length, graph.callsTo('POST', FEED).length]).toEqual([0, 1]);
    await lease('-1 second');
    await passTime('facebook.push');
    expect(await ended(ada, jobId)).toMatchObject({ state: 'done' });
    expect(feedOf(person)).toHaveLength(1);
  });

  it('is not sent again while the page cannot be looked at', async () => {
    const { ada, person, jobId } = await newInterrupted({ method: 'POST', path: FEED, how: 'lost' });
    person.pages[0]?.feed.push({ id: 'x', message: 'Something else.', created_time: '2026-03-01T10:00:00+0000' });
    graph.fail({ method: 'GET', path: FEED, how: 'away' });
    await passTime('facebook.push');
    await eventually('the page is asked for', async () => (graph.callsTo('GET', FEED).length === 1 ? true : undefined));
    await isLeftForLater(ada);
    await passTime('facebook.push');
    expect(await ended(ada, jobId)).toMatchObject({ state: 'done' });
    expect(graph.callsTo('POST', FEED)).toHaveLength(1);
    expect(feedOf(person)).toHaveLength(2);
  });

  it('is done when the page shows it late, and Facebook refuses a second one as a double', async () => {
    const { ada, person, jobId } = await newInterrupted({ method: 'POST', path: FEED, how: 'lost' });
    graph.fail({ method: 'GET', path: FEED, how: 'hidden' });
    await passTime('facebook.push');
    const job = await ended(ada, jobId);
    expect(job).toMatchObject({ state: 'done', result: { post_id: person.pages[0]?.feed[0]?.id } });
    expect(graph.callsTo('POST', FEED)).toHaveLength(2);
    expect(feedOf(person)).toHaveLength(1);
  });

  it('is given up when its time is over, with the text, and says that nobody knows', async () => {
    const { ada, jobId } = await newInterrupted({ path: FEED, how: 'lost', times: 100 });
    await api.database.look(`UPDATE publications SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [
      ada.id,
    ]);
    await passTime('facebook.push');
    expect((await ended(ada, jobId)).problem).toMatchObject({ type: 'integrations/publication-uncertain' });
    expect(await waiting(ada)).toEqual([]);
  });

  it('leaves no text when its time is over, even if no worker comes to it', async () => {
    const { ada } = await newInterrupted({ path: FEED, how: 'away', times: 100 });
    await api.get(DueWork).run();
    expect(await waiting(ada)).toHaveLength(1);
    await api.database.look(`UPDATE publications SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [
      ada.id,
    ]);
    await api.get(DueWork).run();
    expect(await waiting(ada)).toEqual([]);
  });

  it('keeps a text for less than fifteen minutes, sealed', async () => {
    const { ada } = await newInterrupted({ path: FEED, how: 'away', times: 100 });
    const [row] = await api.database.look<{ minutes: string; row: string }>(
      `SELECT extract(epoch FROM expires_at - now()) / 60 AS minutes, t::text AS row FROM publications t WHERE user_id = $1`,
      [ada.id],
    );
    expect([Number(row?.minutes) > 0, Number(row?.minutes) < 14]).toEqual([true, true]);
    expect(row?.row).not.toContain(Buffer.from('white garden').toString('hex'));
  });

  it.each([
    ['reconnect', new GraphRefusal(400, 190, 'Session has expired'), 'integrations/needs-reconnect', 'needs_reconnect'],
    ['permission', new GraphRefusal(403, 200, '(#200) Permissions error'), 'integrations/permission-missing', 'active'],
    [
      'duplicate',
      new GraphRefusal(400, 506, '(#506) Duplicate status message'),
      'integrations/duplicate-post',
      'active',
    ],
    ['refused', new GraphRefusal(400, 100, '(#100) Invalid parameter'), 'integrations/facebook-refused', 'active'],
    [
      'limited',
      new GraphRefusal(400, 32, '(#32) Page request limit reached'),
      'integrations/rate-limited',
      'rate_limited',
    ],
  ])('fails for good, with the text deleted: %s', async (_, how, type, state) => {
    const { ada, entryId } = await newWorld();
    graph.fail({ method: 'POST', path: FEED, how });
    expect(await jobOf(ada, PUSH, { entry_id: entryId })).toMatchObject({ state: 'failed', problem: { type } });
    expect(await waiting(ada)).toEqual([]);
    expect((await connectionOf(ada)).state).toBe(state);
    const due = `SELECT FROM due WHERE user_id = $1 AND task = 'facebook.push'`;
    expect(await api.database.look(due, [ada.id])).toEqual([]);
  });

  it('does not happen any more when the user disconnects or cancels, and the text goes', async () => {
    const { ada, person, entryId } = await newWorld();
    const ownFeed = new RegExp(`^/${person.pages[0]?.id}/feed$`);
    graph.fail({ method: 'POST', path: ownFeed, how: 'away', times: 2 });
    const { body: first } = await ada.post(PUSH, { entry_id: entryId });
    await isLeftForLater(ada);
    await ada.post(`/jobs/${first.job_id}/cancel`);
    await passTime('facebook.push');
    await eventually('the text is gone', async () => ((await waiting(ada)).length === 0 ? true : undefined));
    const { body: second } = await ada.post(PUSH, { entry_id: entryId });
    await isLeftForLater(ada);
    await ada.send('DELETE', `/integrations/${(await connectionOf(ada)).id}`, undefined);
    expect(await waiting(ada)).toEqual([]);
    graph.recover();
    await passTime('facebook.push');
    expect((await ended(ada, second.job_id)).problem).toMatchObject({ type: 'integrations/not-connected' });
    expect(feedOf(person)).toEqual([]);
  });
});
