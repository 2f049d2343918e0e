import { sha256, utf8 } from '@daybook/sdk/crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { E2eTestUser, PASSWORD, TestApi } from '../harness/api.js';
import { daybook } from '../harness/cli.js';
import { sealedDraft } from '../harness/entries.js';
import { eventually } from '../harness/eventually.js';
import { useIntegrations } from '../harness/facebook/connected.js';
import { leave } from '../harness/facebook/left.js';
import { unboxed } from '../harness/inbox.js';
import { bytesNeedle, everyRow, found, textNeedle } from '../harness/leaks.js';
import { ConnectionTokens } from '../../src/modules/integrations/connections/connection-tokens.js';
import { ConnectionsRepository } from '../../src/modules/integrations/connections/connections.repository.js';
import { Database } from '../../src/platform/database/database.js';
import { ServerSecrets } from '../../src/platform/secrets/server-secrets.js';
import { UserId } from '../../src/platform/ids.js';

const FEED = /\/feed$/;
const PULL = '/integrations/facebook/pull';
const PUSH = '/integrations/facebook/push';
const SERVER_KEY = 'k1';

describe('Facebook and a diary', () => {
  const integrations = useIntegrations();
  const { api, graph, connect, jobOf, ended, connectionOf, passTime } = integrations;
  afterEach(() => graph.recover());

  it.each(['uce', 'e2e'] as const)('go all the way round: %s', async (tier) => {
    const ada = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    const person = graph.world.newPerson({ pages: ['Garden notes'] });
    const text = `Marker-post-${tier}-q7Zx2Kf9Wp`;
    graph.world.post(person, text);
    const { id } = await connect(ada, person);

    // The user is away: nobody asks for anything.
    await passTime('facebook.pull');
    const arrived = () =>
      api.database.look<{ id: string }>('SELECT id FROM inbox_items WHERE user_id = $1 AND deleted_at IS NULL', [
        ada.id,
      ]);
    const [item] = await eventually('it came', async () => ((await arrived()).length === 1 ? arrived() : undefined));
    expect(found([textNeedle('post', text)], await everyRow(api.database.superuserUrl))).toEqual([]);

    // The owner is there: it becomes an entry.
    const entryId = item?.id ?? '';
    if (ada instanceof E2eTestUser) {
      const [waiting] = (await ada.get('/inbox')).body.data;
      expect(unboxed(ada, waiting).content).toBe(text);
    }
    const { sealed, wrapped_key } =
      ada instanceof E2eTestUser ? sealedDraft(ada, { content: text }, entryId) : { sealed: '', wrapped_key: '' };
    const accepted = await ada.post(
      `/inbox/${entryId}/accept`,
      ada instanceof E2eTestUser ? { sealed, wrapped_key } : {},
    );
    expect({ status: accepted.status, text: accepted.text }).toMatchObject({ status: 200 });
    const entry = await eventually('it is an entry', async () => {
      const answer = await ada.get(`/entries/${entryId}`);
      return answer.status === 200 ? answer.body : undefined;
    });
    if (tier === 'uce') expect(entry).toMatchObject({ content: text, source: 'facebook' });

    const pushed = await jobOf(ada, PUSH, { entry_id: entryId, ...(tier === 'e2e' && { text }) });
    expect(pushed).toMatchObject({ state: 'done', result: { post_id: person.pages[0]?.feed[0]?.id } });
    expect(person.pages[0]?.feed.map(({ message }) => message)).toEqual([text]);

    const { status, body } = await ada.send('DELETE', `/integrations/${id}`, undefined);
    expect(status).toBe(202);
    expect(await connectionOf(ada)).toBeUndefined();
    expect(await ended(ada, body.job_id)).toMatchObject({ kind: 'facebook.disconnect', state: 'done' });
    expect(graph.world.tokensOf(person).every(({ dead }) => dead === 'revoked')).toBe(true);
    expect((await ada.get(`/entries/${entryId}`)).status).toBe(200);
    expect(found([textNeedle('post', text)], await everyRow(api.database.superuserUrl))).toEqual([]);
  });

  it('leave no text and no token anywhere: no table, no queue, no event', async () => {
    const ada = await api.newUser();
    const person = graph.world.newPerson({ pages: ['Garden notes'] });
    const words = {
      post: 'Marker-pulled-q7Zx2Kf9Wp',
      entry: 'Marker-entry-q7Zx2Kf9Wp',
      sent: 'Marker-sent-q7Zx2Kf9Wp',
    };
    graph.world.post(person, words.post);
    await connect(ada, person);
    const { body: entry } = await ada.post('/entries', { content: words.entry });
    graph.fail({ method: 'POST', path: FEED, how: 'away', times: 2 });
    const { body: one } = await ada.post(PUSH, { entry_id: entry.id });
    const { body: two } = await ada.post(PUSH, { entry_id: entry.id, text: words.sent });
    await jobOf(ada, PULL);
    await eventually('both wait', async () => {
      const rows = await api.database.look('SELECT FROM publications WHERE attempts > 0 AND leased_until IS NULL');
      return rows.length === 2 ? true : undefined;
    });
    const needles = [
      ...Object.entries(words).map(([name, word]) => textNeedle(name, word)),
      ...graph.world.tokensOf(person).map(({ text }, n) => textNeedle(`token ${n}`, text)),
      bytesNeedle('server key', Buffer.alloc(32, 4).toString('base64url')),
    ];
    // The queues are in this database too.
    const rows = await everyRow(api.database.superuserUrl);
    expect(rows.map(({ place }) => place)).toEqual(expect.arrayContaining(['public.publications']));
    expect(rows.some(({ place }) => place.startsWith('bullmq.'))).toBe(true);
    expect(found(needles, rows)).toEqual([]);
    expect(found([textNeedle('control', ada.email)], rows)).not.toEqual([]);
    for (const { job_id } of [one, two]) await ada.post(`/jobs/${job_id}/cancel`);
    await passTime('facebook.push');
    await eventually('the texts are gone', async () =>
      (await api.database.look('SELECT FROM publications')).length === 0 ? true : undefined,
    );
  });

  it.each(['uce', 'e2e'] as const)(
    'give whoever has the database and the server keys tokens and what waits for minutes, and nothing else: %s',
    async (tier) => {
      const { ada, person } = await leave(integrations, tier);
      const sealed = (await everySealed()).filter(({ user_id }) => user_id === ada.id);
      // What there is to be opened: the diary, the inbox, and the keys of the account.
      const places = new Set(sealed.map(({ place }) => place));
      const ofDiary = ['entries.sealed', 'entries.wrapped_key', 'inbox_items.sealed', 'slots.wrapped'];
      expect([...places]).toEqual(expect.arrayContaining(ofDiary));
      const opened = sealed.flatMap((row) => openedByServer(row));
      const tokens = graph.world.tokensOf(person).map(({ text }) => text);
      expect(new Set(opened.map(([place]) => place))).toEqual(
        new Set(['connections.sealed_token', 'connection_pages.sealed_token', 'publications.sealed_text']),
      );
      for (const [place, text] of opened)
        if (place === 'publications.sealed_text') expect(text).toBe('On its way.');
        else expect(tokens).toContain(text);
      // Every envelope that names the server key is one of these: nothing is sealed under it elsewhere.
      const idOfKey = Buffer.from(sha256(utf8(SERVER_KEY)).subarray(0, 16)).toString('hex');
      const named = sealed.filter(({ bytes }) => bytes.subarray(8, 24).toString('hex') === idOfKey);
      expect(named.map(({ place }) => place).toSorted()).toEqual(opened.map(([place]) => place).toSorted());
      // What waits is told to go within a quarter of an hour.
      const late = `SELECT FROM publications WHERE user_id = $1 AND expires_at > now() + interval '14 minutes'`;
      expect(await api.database.look(late, [ada.id])).toEqual([]);
    },
  );

  it('are told of in the export without a token, and erased with the grant', async () => {
    const ada = await api.newUser();
    const person = graph.world.newPerson({ pages: ['Garden notes'] });
    const post = graph.world.post(person, 'First snow.');
    const { id } = await connect(ada, person);
    await jobOf(ada, PULL);
    const { text, body: told } = await ada.get('/auth/export');
    expect(JSON.stringify(told)).toContain(id);
    expect(text).toContain(post.id);
    expect(text).toContain('Garden notes');
    for (const token of graph.world.tokensOf(person)) expect(text).not.toContain(token.text);
    expect(text).not.toContain('sealed_token');
    const { body } = await ada.post('/auth/erase', { password: PASSWORD });
    await eventually('it is erased', async () => {
      const { body: receipt } = await api.http.get(`/auth/erasures/${body.receipt}`);
      return receipt.state === 'erased' ? receipt : undefined;
    });
    expect(graph.world.tokensOf(person).every(({ dead }) => dead === 'revoked')).toBe(true);
    for (const table of ['connections', 'connection_pages', 'connects', 'external_posts', 'publications'])
      expect(await api.database.look(`SELECT FROM ${table} WHERE user_id = $1`, [ada.id])).toEqual([]);
  });

  it('part though Facebook is away: tokens go at once, the grant when it is back, and not after a new consent', async () => {
    const ada = await api.newUser();
    const person = graph.world.newPerson();
    const { id } = await connect(ada, person);
    const ofPerson = new RegExp(`^/${person.id}/permissions$`);
    graph.fail({ path: ofPerson, how: 'away', times: 2 });
    const { body: first } = await ada.send('DELETE', `/integrations/${id}`, undefined);
    expect(await api.database.look('SELECT FROM connections WHERE user_id = $1', [ada.id])).toEqual([]);
    const tried = (jobId: string, times: number) =>
      eventually('it was tried', async () => {
        const { body } = await ada.get(`/jobs/${jobId}`);
        return body.progress.done === times ? true : undefined;
      });
    await tried(first.job_id, 1);
    await connect(ada, person);
    expect((await ada.get(`/jobs/${first.job_id}`)).body.state).toBe('cancelled');
    await passTime('facebook.disconnect');
    expect(graph.callsTo('DELETE', ofPerson)).toHaveLength(1);
    const { body: second } = await ada.send('DELETE', `/integrations/${(await connectionOf(ada)).id}`, undefined);
    await tried(second.job_id, 1);
    await passTime('facebook.disconnect');
    expect(await ended(ada, second.job_id)).toMatchObject({ state: 'done', result: { revoked: true } });
  });

  it('are sealed anew under a new server key, from the old one', async () => {
    const ada = await api.newUser();
    const person = graph.world.newPerson({ pages: ['Garden notes'] });
    await connect(ada, person);
    const keysOf = async () =>
      (
        await api.database.look<{ id: string }>(
          `SELECT server_key_id AS id FROM connections WHERE user_id = $1
           UNION ALL SELECT server_key_id FROM connection_pages WHERE user_id = $1`,
          [ada.id],
        )
      ).map(({ id }) => id);
    expect(await keysOf()).toEqual(['k1', 'k1']);
    const environment = { ...api.environment(), ...graph.environment() };
    const { stdout } = await daybook(['keys', 'rotate', 'server-key'], { environment, mayShowSecrets: true });
    const list = stdout.trim();
    expect(list).toMatch(/^k\d{8}-[0-9a-f]{4}:[\w-]{43},k1:[\w-]{43}$/);
    const later = { ...environment, SERVER_KEYS: list };
    expect((await daybook(['keys', 'status'], { environment: later })).stdout).toMatch(/k1 +older +[1-9]\d* secrets/);
    const next = new TestApi({ sharing: api, environment: later });
    await next.start();
    const userId = UserId.parse(ada.id);
    await next.get(Database).asUser({ userId }, async (tx) => {
      const connection = await next.get(ConnectionsRepository).findFacebook(tx, userId);
      if (connection) await next.get(ConnectionTokens).renew(tx, connection);
    });
    const [fresh] = list.split(':');
    expect(await keysOf()).toEqual([fresh, fresh]);
    await next.stop();
  });

  /** What the server's own key makes of something sealed: its place and text, or nothing. */
  function openedByServer({ place, user_id, id, bytes }: Awaited<ReturnType<typeof everySealed>>[number]) {
    const userId = UserId.parse(user_id);
    return (['uce', 'e2e'] as const).flatMap((tier) => {
      try {
        const sealed = { sealed: bytes, serverKeyId: SERVER_KEY };
        return [[place, api.get(ServerSecrets).open({ tier, userId, objectId: id }, sealed)] as const];
      } catch {
        return [];
      }
    });
  }

  /** Everything sealed in the database: any column of bytes of any table with a user. */
  async function everySealed() {
    const columns = await api.database.look<{ table: string; column: string }>(
      `SELECT c.table_name AS table, c.column_name AS column FROM information_schema.columns c
       JOIN information_schema.columns i USING (table_schema, table_name)
       WHERE c.table_schema = 'public' AND c.data_type = 'bytea' AND i.column_name = 'id'`,
    );
    const all = [];
    for (const { table, column } of columns) {
      const rows = await api.database.look<{ user_id: string; id: string; bytes: Buffer }>(
        `SELECT user_id, id, ${column} AS bytes FROM ${table} WHERE octet_length(${column}) > 64`,
      );
      all.push(...rows.map((row) => ({ place: `${table}.${column}`, ...row })));
    }
    return all;
  }
});
