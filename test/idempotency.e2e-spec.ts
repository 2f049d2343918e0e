import { createId } from '@daybook/sdk/crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, PASSWORD, type TestUser, useApi } from './harness/api.js';
import { sealedDraft } from './harness/entries.js';
import { connectTo } from './harness/facebook/connected.js';
import { useFacebook } from './harness/facebook/fake-graph.js';
import type { Answer } from './harness/http.js';
import { newFile, remove, sendFile, upload, useMedia, WHOLE_BYTES_MAX } from './harness/media.js';
import { operations } from './harness/openapi.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

const HOUR_MS = 60 * 60 * 1000;
const TWENTY = Array.from({ length: 20 }, (_, n) => n);
const key = (value: string) => ({ headers: { 'idempotency-key': value } });
const isE2e = (user: TestUser): user is E2eTestUser => 'account' in user;
/** An entry without an id of the client's choosing, where that can be: only the key makes it once. */
const newDraft = (user: TestUser) => (isE2e(user) ? sealedDraft(user) : { content: 'First snow.' });
const isToRepeat = ({ status, headers }: Answer) => status === 503 || (status === 409 && headers.has('retry-after'));

/** As a client does: again and again until there is an answer. */
async function sendUntilDone(send: () => Promise<Answer>): Promise<Answer> {
  const answer = await send();
  return isToRepeat(answer) ? sendUntilDone(send) : answer;
}

describe('a request with an Idempotency-Key', () => {
  const api = useApi();
  const rotated = useApi({
    sharing: api,
    environment: {
      SESSION_PEPPERS: [4, 3].map((byte) => `k${byte - 2}:${Buffer.alloc(32, byte).toString('base64url')}`).join(),
    },
  });
  let ada: TestUser;
  let eve: E2eTestUser;

  beforeEach(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
  });

  const idsOf = async (user: TestUser) => {
    const rows = await api.database.look<{ id: string }>('SELECT id FROM entries WHERE user_id = $1', [user.id]);
    return rows.map(({ id }) => id);
  };
  const seqOf = async (user: TestUser) => {
    const [head] = await api.database.look<{ seq: number }>('SELECT seq::int FROM ledger_heads WHERE user_id = $1', [
      user.id,
    ]);
    return head?.seq ?? 0;
  };
  const kept = ({ id }: TestUser) =>
    api.database.look<{ key_hash: Buffer; fingerprint: Buffer; status: number; made: unknown }>(
      'SELECT * FROM idempotency_keys WHERE user_id = $1',
      [id],
    );

  it.each(['uce', 'e2e'])('has its effect once when it is sent twenty times at the same time: %s', async (tier) => {
    const user = tier === 'uce' ? ada : eve;
    const draft = newDraft(user);
    const before = await seqOf(user);
    const answers = await Promise.all(TWENTY.map(() => sendUntilDone(() => user.post('/entries', draft, key('snow')))));
    const ids = await idsOf(user);
    expect(ids).toHaveLength(1);
    expect(answers.map(({ status, body }) => [status, body.id])).toEqual(TWENTY.map(() => [201, ids[0]]));
    expect(await seqOf(user)).toBe(before + 1);
    const records = (await kept(user)).map(({ status, made }) => ({ status, made }));
    expect(records).toEqual([{ status: 201, made: [{ id: ids[0], version: 1 }] }]);
  });

  it('has its effect each time without the key, or with another one', async () => {
    for (const options of [{}, {}, key('a'), key('b')])
      expect((await ada.post('/entries', { content: 'First snow.' }, options)).status).toBe(201);
    expect(await idsOf(ada)).toHaveLength(4);
  });

  it.each(['uce', 'e2e'])('is refused when the key was used with another body: %s', async (tier) => {
    const user = tier === 'uce' ? ada : eve;
    const first = newDraft(user);
    const { body } = await user.post('/entries', first, key('snow'));
    for (const other of [
      { ...first, kind: 'dream' },
      { ...newDraft(user), source: 'phone' },
    ])
      expectProblem(await user.post('/entries', other, key('snow')), 422, 'request/idempotency-key-reused');
    expect(await idsOf(user)).toEqual([body.id]);
  });

  it('is the same request with its members in another order, and other white space', async () => {
    const send = (text: string) => ada.send('POST', '/entries', text, key('snow'));
    const first = await send('{"content":"Snow","location":{"name":"Graz","latitude":47},"tags":["a","b"]}');
    const again = await send(
      '{ "tags": ["a", "b"], "location": {"latitude": 47.0, "name": "Gr\\u0061z"}, "content": "Snow" }',
    );
    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
    const other = await send('{"content":"Snow","location":{"name":"Graz","latitude":47},"tags":["b","a"]}');
    expectProblem(other, 422, 'request/idempotency-key-reused');
  });

  it('has nothing to do with the same key of somebody else', async () => {
    const bob = await api.newUser();
    for (const user of [ada, bob]) expect((await user.post('/entries', newDraft(user), key('snow'))).status).toBe(201);
    // Without a key in them, hashes would let anybody who has the database try what was written.
    expectProblem(await bob.post('/entries', { content: 'Rain.' }, key('snow')), 422, 'request/idempotency-key-reused');
    const [[ofAda], [ofBob]] = [await kept(ada), await kept(bob)];
    expect(ofAda?.key_hash.equals(ofBob?.key_hash ?? Buffer.alloc(0))).toBe(false);
    expect(ofAda?.fingerprint.equals(ofBob?.fingerprint ?? Buffer.alloc(0))).toBe(false);
  });

  it('is known again in another session, to an API key, and under a new pepper', async () => {
    const script = (await ada.post('/auth/api-keys', { name: 'script', scopes: ['entries:write'] })).body.key;
    const login = await api.http.post('/auth/login', { email: ada.email, password: PASSWORD });
    const draft = newDraft(ada);
    const { body } = await ada.post('/entries', draft, key('snow'));
    for (const token of [script, login.body.tokens.access_token])
      expect((await ada.post('/entries', draft, { ...key('snow'), token })).body.id).toBe(body.id);

    const sealed = sealedDraft(eve);
    await eve.post('/entries', sealed, key('snow'));
    const { accessToken: token } = eve;
    const send = (draft: object) => rotated.http.post('/entries', draft, { ...key('snow'), token });
    expect((await send(sealed)).status).toBe(201);
    expectProblem(await send(sealedDraft(eve)), 422, 'request/idempotency-key-reused');
  });

  it('is answered with the status of the first time, and what is there now', async () => {
    const draft = sealedDraft(eve);
    const first = await eve.post('/entries', draft, key('snow'));
    expect((await eve.post('/entries', draft)).status).toBe(200);
    const later = await eve.post('/entries', sealedDraft(eve));
    await api.database.look(`UPDATE entries SET kind = 'note' WHERE id = $1`, [draft.id]);

    const again = await eve.post('/entries', draft, key('snow'));
    expect([again.status, again.headers.get('etag')]).toEqual([201, '"1"']);
    expect(again.body).toEqual({ ...first.body, kind: 'note', history_head: later.body.history_head });

    await api.database.look('DELETE FROM entries WHERE id = $1', [draft.id]);
    expectProblem(await eve.post('/entries', draft, key('snow')), 404, 'entries/not-found');
  });

  it('is answered 200 again when it found its entry there the first time', async () => {
    const draft = { ...newDraft(ada), id: createId() };
    await ada.post('/entries', draft);
    for (const _ of [1, 2]) {
      const { status, body } = await ada.post('/entries', draft, key('snow'));
      expect([status, body.id]).toEqual([200, draft.id]);
    }
  });

  it('leaves nothing behind when it fails, and can be sent again, corrected too', async () => {
    const quota = (bytes: number | null) =>
      api.database.look('UPDATE storage SET quota_bytes = $2 WHERE user_id = $1', [ada.id, bytes]);
    expectInvalid(await ada.post('/entries', { content: 7 }, key('snow')), '#/content');
    await quota(0);
    expectProblem(await ada.post('/entries', { content: 'Snow.' }, key('snow')), 507);
    expect(await kept(ada)).toEqual([]);
    await quota(null);
    const { status, body } = await ada.post('/entries', { content: 'Less.' }, key('snow'));
    expect([status, await idsOf(ada)]).toEqual([201, [body.id]]);
  });

  it('has its effect once when the database has it done a second time', async () => {
    await api.database.look(`
      CREATE SEQUENCE tries; GRANT USAGE ON tries TO daybook_api;
      CREATE FUNCTION lose_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('tries') = 1 THEN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END IF; RETURN NEW;
      END $$;
      CREATE TRIGGER lose_once BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION lose_once()`);
    const first = await ada.post('/entries', newDraft(ada), key('snow'));
    const [tries] = await api.database.look<{ tries: number }>('SELECT last_value::int AS tries FROM tries');
    await api.database.look('DROP TRIGGER lose_once ON entries; DROP FUNCTION lose_once; DROP SEQUENCE tries');
    expect([first.status, tries?.tries]).toEqual([201, 2]);
    const again = await ada.post('/entries', newDraft(ada), key('snow'));
    expect([again.status, again.body.id, await kept(ada)]).toMatchObject([201, first.body.id, [{ status: 201 }]]);
  });

  it.each([[''], ['two words'], ['snöw'], ['x'.repeat(256)]])('is refused when the key is %j', async (value) => {
    expectInvalid(await ada.post('/entries', newDraft(ada), key(value)), '#/header/idempotency-key');
    expect(await idsOf(ada)).toEqual([]);
  });

  it('may have any visible characters in its key, 255 of them', async () => {
    for (const value of ['"quoted"', `${'x'.repeat(254)}~`, '!'])
      for (const _ of [1, 2]) expect((await ada.post('/entries', newDraft(ada), key(value))).status).toBe(201);
    expect(await idsOf(ada)).toHaveLength(3);
  });

  it('is an ordinary one for signing in: the key is ignored, whatever it is', async () => {
    const credentials = { email: ada.email, password: PASSWORD };
    const login = (value: string) => api.http.post('/auth/login', credentials, key(value));
    const answers = [await login('snow'), await login('snow'), await login('two words')];
    expect(new Set(answers.map(({ body }) => body.tokens.refresh_token)).size).toBe(3);
    expect(await kept(ada)).toEqual([]);
  });
});

describe('an operation that takes an Idempotency-Key', () => {
  const graph = useFacebook();
  const { api } = useMedia({
    // Where the other service listens is known when it has started.
    get environment() {
      return graph.environment();
    },
  });
  const posts = operations().filter(({ takesKey }) => takesKey);
  /** For every such operation a request that can be sent, and what it changes. A new operation needs a line here. */
  const requests: Record<string, () => Promise<{ user: TestUser; path: string; body?: object; counts: string }>> = {
    'POST /api/v1/entries': async () => ({
      user: await api.newUser(),
      path: '/entries',
      body: { content: 'First snow.' },
      counts: 'ledger_events',
    }),
    'POST /api/v1/entries/batch': async () => ({
      user: await api.newUser(),
      path: '/entries/batch',
      body: { entries: [{ content: 'First snow.' }, { content: 'Thaw.', source: 'import', external_id: '7' }] },
      counts: 'ledger_events',
    }),
    'POST /api/v1/entries/{id}/restore': async () => {
      const user = await api.newUser();
      const { id } = (await user.post('/entries', { content: 'First snow.' })).body;
      await user.send('DELETE', `/entries/${id}`, undefined);
      return { user, path: `/entries/${id}/restore`, counts: 'ledger_events' };
    },
    'POST /api/v1/entries/{id}/versions/{version}/revert': async () => {
      const user = await api.newUser();
      const { id } = (await user.post('/entries', { content: 'First snow.' })).body;
      await user.send('PATCH', `/entries/${id}`, JSON.stringify({ content: 'Thaw.' }));
      return { user, path: `/entries/${id}/versions/1/revert`, body: {}, counts: 'ledger_events' };
    },
    'POST /api/v1/inbox': async () => ({
      user: await newWriter(),
      path: '/inbox',
      body: { content: 'Brought.' },
      counts: 'ledger_events',
    }),
    'POST /api/v1/inbox/{id}/accept': async () => {
      const user = await newWriter();
      const { id } = (await user.post('/inbox', { content: 'Brought.' })).body;
      return { user, path: `/inbox/${id}/accept`, body: {}, counts: 'ledger_events' };
    },
    'POST /api/v1/inbox/{id}/restore': async () => {
      const user = await newWriter();
      const { id } = (await user.post('/inbox', { content: 'Brought.' })).body;
      await user.send('DELETE', `/inbox/${id}`, undefined);
      return { user, path: `/inbox/${id}/restore`, counts: 'ledger_events' };
    },
    'POST /api/v1/integrations/facebook/pull': async () => {
      const user = await api.newUser();
      await connectTo(graph, user, graph.world.newPerson());
      return { user, path: '/integrations/facebook/pull', counts: 'jobs' };
    },
    'POST /api/v1/integrations/facebook/push': async () => {
      const user = await api.newUser();
      await connectTo(graph, user, graph.world.newPerson({ pages: ['Garden notes'] }));
      const { id } = (await user.post('/entries', { content: 'First snow.' })).body;
      return { user, path: '/integrations/facebook/push', body: { entry_id: id }, counts: 'jobs' };
    },
    // In parts: an address would be another one a second later.
    'POST /api/v1/media/upload': async () => {
      const user = await api.newUser();
      return { user, path: '/media/upload', body: newFile(user, WHOLE_BYTES_MAX + 1).announced, counts: 'media' };
    },
    'POST /api/v1/media/{id}/complete': async () => {
      const user = await api.newUser();
      return {
        user,
        path: `/media/${await sendFile(user, newFile(user))}/complete`,
        body: {},
        counts: 'ledger_events',
      };
    },
    'POST /api/v1/media/{id}/restore': async () => {
      const user = await api.newUser();
      const { id } = (await upload(user)).body;
      await remove(user, id);
      return { user, path: `/media/${id}/restore`, counts: 'ledger_events' };
    },
  };

  /** A user whose requests make no entries of the inbox for a minute. */
  async function newWriter(): Promise<TestUser> {
    const user = await api.newUser();
    await user.get('/entries');
    return user;
  }

  it('is tried below', () => {
    expect(Object.keys(requests).toSorted()).toEqual(posts.map(({ name }) => name).toSorted());
  });

  it.each(posts)('has its effect once, and the same answer twice: $name', async ({ name }) => {
    const request = await requests[name]?.();
    if (!request) throw new Error('there is no line for this operation');
    const { user, path, body, counts } = request;
    const rows = async () => (await api.database.look(`SELECT FROM ${counts} WHERE user_id = $1`, [user.id])).length;
    const before = await rows();
    const first = await user.post(path, body, key('once'));
    expect(first.status).toBeLessThan(300);
    const after = await rows();
    const second = await user.post(path, body, key('once'));
    expect([second.status, second.body, second.headers.get('etag')]).toEqual([
      first.status,
      first.body,
      first.headers.get('etag'),
    ]);
    expect([await rows(), after > before]).toEqual([after, true]);
  });
});

describe('an Idempotency-Key', () => {
  const api = useApi();

  it('is remembered for 24 hours, and is a new one then', async () => {
    const ada = await api.newUser();
    const draft = { content: 'First snow.' };
    const send = async () => {
      const { body } = await api.http.post('/auth/login', { email: ada.email, password: PASSWORD });
      return ada.post('/entries', draft, { ...key('snow'), token: body.tokens.access_token });
    };
    const first = await send();
    api.advance(24 * HOUR_MS - 60_000);
    expect((await send()).body.id).toBe(first.body.id);
    api.advance(2 * 60_000);
    const later = await send();
    expect([later.status, later.body.id === first.body.id]).toEqual([201, false]);
    expect((await send()).body.id).toBe(later.body.id);
    expect(await api.database.look('SELECT FROM idempotency_keys')).toHaveLength(1);
  });
});
