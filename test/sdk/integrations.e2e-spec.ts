import { Daybook, MemorySessionStore, type Tier } from '@daybook/sdk';
import { afterEach, describe, expect, it } from '@jest/globals';
import { nativeArgon2, PASSWORD, weakestKdf } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';
import { useIntegrations } from '../harness/facebook/connected.js';
import type { FakePerson } from '../harness/facebook/graph-world.js';

describe.each<Tier>(['uce', 'e2e'])('Facebook through the SDK, tier %s', (tier) => {
  const { api, graph } = useIntegrations();
  afterEach(() => graph.recover());

  const signUp = async () => {
    const native = { kdf: weakestKdf, argon2: nativeArgon2 };
    const account = { url: api.origin, tier, email: api.newEmail(), password: PASSWORD, ...native };
    const { daybook } = await Daybook.signUp({ ...account, store: new MemorySessionStore() });
    // Its first request has brought along what waits for its key; the next that does is a minute away.
    await daybook.me();
    return daybook;
  };
  const agree = async ({ integrations }: Daybook, person: FakePerson) => {
    const { authorizationUrl, state } = await integrations.connectFacebook();
    const back = await graph.visit(authorizationUrl, person);
    expect(back.get('state')).toBe(state);
    return { code: back.get('code') ?? '', state };
  };
  const ended = ({ integrations }: Daybook, jobId: string) =>
    eventually('the job ends', async () => {
      const job = await integrations.job(jobId);
      return ['done', 'failed', 'cancelled'].includes(job.state) ? job : undefined;
    });
  /** Who follows a job in the uce tier has entries made of what it brings: this one is let alone. */
  const endedUnseen = (jobId: string) =>
    eventually('the job ends', async () => {
      const sql = "SELECT FROM jobs WHERE id = $1 AND state = 'done'";
      return (await api.database.look(sql, [jobId])).length === 1 ? true : undefined;
    });

  it('is connected, brings a post into the diary, publishes it, and is disconnected', async () => {
    const daybook = await signUp();
    const { integrations, inbox, entries } = daybook;
    const person = graph.world.newPerson({ pages: ['Garden notes', 'Kitchen notes'] });
    const [garden] = person.pages;
    const { id: postId } = graph.world.post(person, 'Snowdrops are out. ❄');

    const connection = await integrations.finishFacebook(await agree(daybook, person));
    expect(connection).toMatchObject({ provider: 'facebook', state: 'active' });
    await endedUnseen(await integrations.pullFacebook());

    const item = await eventually('the post is in the inbox', async () => (await inbox.list()).data[0]);
    expect(item).toMatchObject({
      source: 'facebook',
      external_id: postId,
      sealed_by: 'server',
      content: 'Snowdrops are out. ❄',
    });
    const { id: entryId } = await inbox.accept(item);
    expect(await entries.read(entryId)).toMatchObject({ source: 'facebook', content: 'Snowdrops are out. ❄' });
    expect((await inbox.list()).data).toEqual([]);

    const post = { entryId, pageId: garden?.id ?? '' };
    const pushed = await integrations.pushFacebook(tier === 'uce' ? post : { ...post, text: 'Snowdrops!' });
    expect(await ended(daybook, pushed)).toMatchObject({ state: 'done', result: { page_id: garden?.id } });
    expect(person.pages.map(({ feed }) => feed.map(({ message }) => message))).toEqual([
      [tier === 'uce' ? 'Snowdrops are out. ❄' : 'Snowdrops!'],
      [],
    ]);

    const [listed, ...others] = await integrations.list();
    expect([listed?.id, listed?.last_synced_at, others]).toEqual([connection.id, expect.any(String), []]);
    const parting = await integrations.disconnect(connection.id);
    expect(await integrations.list()).toEqual([]);
    expect(await ended(daybook, parting)).toMatchObject({ state: 'done', result: { revoked: true } });
    expect(graph.world.tokensOf(person).every(({ dead }) => dead === 'revoked')).toBe(true);
    await daybook.verifyHistory();
  });

  it('says what the server refuses', async () => {
    const daybook = await signUp();
    const { integrations, entries } = daybook;
    const refusal = (type: string, status: number) => expect.objectContaining({ name: 'DaybookProblem', type, status });
    const { id: entryId } = await entries.write({ content: 'First snow.' });
    const text = 'It snowed.';
    for (const call of [integrations.pullFacebook(), integrations.pushFacebook({ entryId, text })])
      await expect(call).rejects.toEqual(refusal('integrations/not-connected', 409));
    const back = await agree(daybook, graph.world.newPerson({ pages: ['Garden notes', 'Kitchen notes'] }));
    const { id } = await integrations.finishFacebook(back);
    await expect(integrations.finishFacebook(back)).rejects.toEqual(refusal('integrations/connect-not-found', 404));
    await expect(integrations.pushFacebook({ entryId, text })).rejects.toMatchObject({
      status: 422,
      errors: [{ pointer: '#/page_id' }],
    });
    if (tier === 'e2e')
      await expect(integrations.pushFacebook({ entryId })).rejects.toMatchObject({ errors: [{ pointer: '#/text' }] });
    await integrations.disconnect(id);
    await expect(integrations.disconnect(id)).rejects.toEqual(refusal('integrations/not-found', 404));
  });
});
