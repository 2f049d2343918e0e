import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { sealedDraft } from './harness/entries.js';
import { eventually } from './harness/eventually.js';
import { expectProblem } from './harness/problems.js';

const key = (value: string) => ({ headers: { 'idempotency-key': value } });

describe('a request that is still being worked on', () => {
  const api = useApi();
  beforeAll(async () => {
    // What waits in these tests may wait longer than the server's own limits allow.
    for (const limit of ['lock_timeout', 'statement_timeout'])
      await api.database.look(`ALTER ROLE daybook_api IN DATABASE ${api.database.name} SET ${limit} = '60s'`);
  });
  const patient = useApi({ sharing: api });
  let eve: E2eTestUser;

  beforeEach(async () => {
    eve = await patient.newE2eUser();
  });

  /** Keeps the user's writers waiting, in the middle of their transactions. */
  const stop = async ({ id }: TestUser) => {
    const lock = api.database.hold(`SELECT FROM ledger_heads WHERE user_id = '${id}' FOR UPDATE`);
    await lock.held;
    return lock;
  };
  const begun = () =>
    eventually('the request has begun', async () => {
      const locks = await api.database.look(
        `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
         WHERE locktype = 'advisory' AND granted AND datname = current_database()`,
      );
      return locks.length > 0 ? true : undefined;
    });
  const count = async () => (await api.database.look('SELECT FROM entries WHERE user_id = $1', [eve.id])).length;

  it('is not waited for: who sends it again is told so', async () => {
    const draft = sealedDraft(eve);
    const lock = await stop(eve);
    const first = eve.post('/entries', draft, key('snow'));
    await begun();
    const second = await eve.post('/entries', draft, key('snow'));
    expectProblem(second, 409, 'request/in-progress');
    expect([second.headers.get('retry-after'), second.body.retry_after_seconds]).toEqual(['1', 1]);
    await lock.release();
    expect((await first).status).toBe(201);
    expect((await eve.post('/entries', draft, key('snow'))).body.id).toBe(draft.id);
    expect(await count()).toBe(1);
  });

  it('goes on when its connection is lost; sent again, it answers what was made', async () => {
    const body = JSON.stringify(sealedDraft(eve));
    const lock = await stop(eve);
    const { hostname, port, host } = new URL(patient.origin);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(
      `POST /api/v1/entries HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${eve.accessToken}\r\n` +
        `Idempotency-Key: snow\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await begun();
    socket.destroy();
    await lock.release();
    await eventually('the entry is there', async () => ((await count()) === 1 ? true : undefined));
    const again = await eve.send('POST', '/entries', body, key('snow'));
    expect([again.status, again.body.id, await count()]).toEqual([201, JSON.parse(body).id, 1]);
  });

  it('is taken back when the record of another one has come in between', async () => {
    const stranger = await patient.newE2eUser();
    const move = (from: TestUser, to: TestUser) =>
      api.database.look('UPDATE idempotency_keys SET user_id = $2 WHERE user_id = $1', [from.id, to.id]);
    const [first, second] = [sealedDraft(eve), sealedDraft(eve)];
    await eve.post('/entries', first, key('snow'));
    await move(eve, stranger);
    const lock = await stop(eve);
    const late = eve.post('/entries', second, key('snow'));
    await begun();
    await move(stranger, eve);
    await lock.release();
    expectProblem(await late, 409, 'request/in-progress');
    expect(await count()).toBe(1);
  });
});
