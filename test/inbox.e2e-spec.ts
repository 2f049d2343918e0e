import { createId, fromBase64url, toBase64url, verifyKeyLog } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { InboxRemoval } from '../src/modules/inbox/inbox-removal.js';
import { type E2eTestUser, PASSWORD, type TestUser, useApi } from './harness/api.js';
import { remove, sealedDraft } from './harness/entries.js';
import { eventually } from './harness/eventually.js';
import { boxed, newScript, unboxed } from './harness/inbox.js';
import { verifiedLedger } from './harness/ledger.js';
import { expectInvalid, expectProblem, pointersOf } from './harness/problems.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const text = (content: string) => ({ content, source: 'station', entry_date: '2026-11-21' });

describe('the inbox', () => {
  const api = useApi();

  const list = async (user: TestUser, query = '') => (await user.get(`/inbox${query}`)).body.data;
  const used = async (user: TestUser) => (await user.get('/auth/features')).body.storage.used_bytes;
  const accept = (user: TestUser, id: string, body: object = {}) => user.post(`/inbox/${id}/accept`, body);
  /** Lets the time of a user's items be up, and counts those that went. */
  const erased = async ({ id }: TestUser) => {
    await api.database.look(
      "UPDATE due SET due_at = due_at - interval '14 days 1 minute' WHERE task = 'inbox.erase' AND user_id = $1",
      [id],
    );
    return api.get(InboxRemoval).eraseDue();
  };
  /** A uce user whose requests open nothing by themselves: an item is there until somebody asks. */
  async function newWriter(): Promise<TestUser> {
    const user = await api.newUser();
    await user.get('/entries');
    return user;
  }

  it.each(['client', 'server'])(
    'makes an entry of what a script brought, in a request of its owner (uce, %s)',
    async (by) => {
      const ada = await newWriter();
      const { http, recipient, keyId } = await newScript(ada);
      const said = { title: 'Weather', content: 'Four degrees.', tags: ['weather'], mood: 'calm' };
      const about = { source: 'station', external_id: 'a1', entry_date: '2026-11-20', kind: 'capture' };
      const arrival = { ...about, ...(by === 'client' ? boxed(recipient, said) : { id: createId(), ...said }) };
      const brought = await http.post('/inbox', arrival);
      expect(brought.status).toBe(201);
      expect(brought.body).toEqual({ id: arrival.id, history_head: expect.any(Object) });

      const [item] = await list(ada);
      expect(item).toMatchObject({
        id: arrival.id,
        tier: 'uce',
        kind: 'capture',
        source: 'station',
        external_id: 'a1',
        brought_by: 'api_key',
        brought_by_id: keyId,
        sealed_by: by,
        state: 'waiting',
        title: 'Weather',
        content: 'Four degrees.',
      });
      const entry = await eventually('it is an entry', async () => {
        const { status, body } = await ada.get(`/entries/${arrival.id}`);
        return status === 200 ? body : undefined;
      });
      expect(entry).toMatchObject({ ...about, ...said, version: 1 });
      expect(await list(ada)).toEqual([]);
      const events = (await verifiedLedger(api.database, ada.id)).filter(({ subject }) => subject === arrival.id);
      expect(events.map(({ type }) => type)).toEqual(['brought', 'accepted']);
      expect((await http.post('/inbox', arrival)).status).toBe(200);
      expect(await list(ada)).toEqual([]);
    },
  );

  it('keeps what it holds for an e2e user until a client takes it', async () => {
    const eve = await api.newE2eUser();
    const { http, recipient } = await newScript(eve);
    const arrival = boxed(recipient, { content: 'Only for Eve.' });
    expect((await http.post('/inbox', arrival)).status).toBe(201);
    const [item] = await list(eve);
    expect(item).toMatchObject({ tier: 'e2e', sealed: arrival.sealed, boxed_key: arrival.boxed_key });
    const said = unboxed(eve, item);
    expect(said.content).toBe('Only for Eve.');

    const { sealed, wrapped_key } = sealedDraft(eve, said, item.id);
    const before = await used(eve);
    const accepted = await accept(eve, item.id, { sealed, wrapped_key, entry_date: '2026-11-21' });
    expect(accepted.status).toBe(200);
    expect(accepted.headers.get('etag')).toBe('"1"');
    expect(accepted.body).toMatchObject({ id: item.id, version: 1, sealed, entry_date: '2026-11-21' });
    const size = (...parts: string[]) => parts.reduce((sum, part) => sum + fromBase64url(part).length, 0);
    const change = size(sealed, wrapped_key) - size(arrival.sealed, arrival.boxed_key);
    expect((await used(eve)) - before).toBe(change);
    expect(await list(eve)).toEqual([]);
    expect((await accept(eve, item.id, { sealed, wrapped_key })).body.id).toBe(item.id);
  });

  it('tells scripts to whom to seal, with the log that proves it', async () => {
    for (const user of [await api.newUser(), await api.newE2eUser()]) {
      const { recipient } = await newScript(user);
      const { body } = await user.get('/inbox/recipient');
      expect(body).toMatchObject(recipient);
      const { identity } = verifyKeyLog(body.key_log.map(fromBase64url), user.id);
      expect(toBase64url(identity.x25519)).toBe(body.public_key);
    }
  });

  it('is filled by keys with inbox:write, which cannot read it', async () => {
    const ada = await api.newUser();
    const { http } = await newScript(ada);
    const { id } = (await http.post('/inbox', text('One.'))).body;
    for (const [method, path] of [
      ['GET', '/inbox'],
      ['POST', `/inbox/${id}/accept`],
      ['DELETE', `/inbox/${id}`],
      ['GET', `/entries/${id}`],
    ] as const)
      expectProblem(await http.send(method, path, method === 'POST' ? '{}' : undefined), 403);
    const { body } = await ada.post('/auth/api-keys', { name: 'reader', scopes: ['entries:write', 'entries:read'] });
    expectProblem(await ada.withToken(body.key).post('/inbox', text('Two.')), 403);
  });

  it('is not opened in requests of an API key, though the key could', async () => {
    const ada = await newWriter();
    const { http } = await newScript(ada);
    const made = await ada.post('/auth/api-keys', { name: 'reader', scopes: ['entries:read'] });
    const { id } = (await http.post('/inbox', text('One.'))).body;
    const reader = ada.withToken(made.body.key);
    for (let times = 0; times < 3; times++) expect((await reader.get('/entries')).body.data).toEqual([]);
    expectProblem(await reader.get(`/entries/${id}`), 404);
    expect(await api.database.look('SELECT FROM inbox_items WHERE id = $1', [id])).toHaveLength(1);
  });

  it('becomes entries in the order in which it came', async () => {
    const ada = await newWriter();
    const { http } = await newScript(ada);
    const ids: string[] = [];
    for (let n = 0; n < 12; n++) ids.push((await http.post('/inbox', text(`Number ${n}.`))).body.id);
    expect((await list(ada)).map(({ id }: { id: string }) => id)).toEqual(ids);
    await eventually('all are entries', async () => ((await list(ada)).length === 0 ? true : undefined));
    const events = await verifiedLedger(api.database, ada.id);
    expect(events.filter(({ type }) => type === 'accepted').map(({ subject }) => subject)).toEqual(ids);
  });

  it('is told of in pages', async () => {
    const eve = await api.newE2eUser();
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await eve.post('/inbox', text(`Number ${n}.`))).body.id);
    const first = (await eve.get('/inbox?limit=2')).body;
    const second = (await eve.get(`/inbox?limit=3&cursor=${first.next_cursor}`)).body;
    expect([...first.data, ...second.data].map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
    expectInvalid(await eve.get(`/inbox?deleted=true&cursor=${first.next_cursor}`), '#/query/cursor');
  });

  it('takes each thing once: by its id, and by what its source calls it', async () => {
    const eve = await api.newE2eUser();
    const { http, recipient } = await newScript(eve);
    const arrival = { ...boxed(recipient), source: 'station', external_id: 'x' };
    expect((await http.post('/inbox', arrival)).status).toBe(201);
    expect((await http.post('/inbox', arrival)).status).toBe(200);
    const again = await http.post('/inbox', { ...boxed(recipient), source: 'station', external_id: 'x' });
    expect([again.status, again.body.id]).toEqual([200, arrival.id]);
    expectProblem(await http.post('/inbox', boxed(recipient, {}, arrival.id)), 409, 'inbox/id-taken');
    expect(await list(eve)).toHaveLength(1);

    const entry = sealedDraft(eve);
    await eve.post('/entries', { ...entry, source: 'station', external_id: 'y' });
    const known = await http.post('/inbox', { ...boxed(recipient), source: 'station', external_id: 'y' });
    expect([known.status, known.body.id]).toEqual([200, entry.id]);
  });

  it('has one entry of an item that two accept at once', async () => {
    const ada = await newWriter();
    const { id } = (await ada.post('/inbox', text('Once.'))).body;
    const answers = await Promise.all(Array.from({ length: 8 }, () => accept(ada, id)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    const events = await verifiedLedger(api.database, ada.id);
    expect(events.filter(({ type }) => type === 'accepted')).toHaveLength(1);
  });

  it('has its effect once for one idempotency key', async () => {
    const ada = await newWriter();
    const key = { headers: { 'idempotency-key': 'bring-1' } };
    const first = await ada.post('/inbox', text('Once.'), key);
    const second = await ada.post('/inbox', text('Once.'), key);
    expect([second.status, second.body.id]).toEqual([201, first.body.id]);
    const { id } = first.body;
    for (let times = 0; times < 2; times++) {
      const answer = await ada.post(`/inbox/${id}/accept`, {}, { headers: { 'idempotency-key': 'accept-1' } });
      expect([answer.status, answer.body.content]).toEqual([200, 'Once.']);
    }
    const other = (await ada.post('/inbox', text('Away.'))).body.id;
    await ada.send('DELETE', `/inbox/${other}`, undefined);
    for (let times = 0; times < 2; times++) {
      const answer = await ada.post(`/inbox/${other}/restore`, undefined, { headers: { 'idempotency-key': 'r-1' } });
      expect([answer.status, answer.body.deleted_at]).toEqual([200, null]);
    }
  });

  it('keeps what was discarded for 14 days, and gives it back', async () => {
    const eve = await api.newE2eUser();
    const { id } = (await eve.post('/inbox', text('Perhaps.'))).body;
    const discarded = await eve.send('DELETE', `/inbox/${id}`, undefined);
    expect(discarded.body).toMatchObject({ id, deleted_at: expect.any(String), expires_at: expect.any(String) });
    expect(Date.parse(discarded.body.expires_at) - Date.parse(discarded.body.deleted_at)).toBe(14 * DAY_MS);
    expect(await list(eve)).toEqual([]);
    expect((await list(eve, '?deleted=true')).map((item: { id: string }) => item.id)).toEqual([id]);
    expect((await eve.post(`/inbox/${id}/restore`)).body).toMatchObject({ id, deleted_at: null });
    expect(await list(eve)).toHaveLength(1);

    await eve.send('DELETE', `/inbox/${id}`, undefined);
    const before = await used(eve);
    expect(await erased(eve)).toBe(1);
    expect(await used(eve)).toBeLessThan(before);
    expect(await list(eve, '?deleted=true')).toEqual([]);
    expectProblem(await eve.post('/inbox', { ...text('Perhaps.'), id }), 410, 'entries/erased');
    expectProblem(await eve.get(`/entries/${id}`), 410);
    const events = (await verifiedLedger(api.database, eve.id)).filter(({ subject }) => subject === id);
    expect(events.map(({ type }) => type)).toEqual(['brought', 'deleted', 'restored', 'deleted', 'erased']);
  });

  it('erases what its owner was told of and left alone, and nothing that nobody was told of', async () => {
    const [eve, told] = [await api.newE2eUser(), await api.newE2eUser()];
    await eve.post('/inbox', text('Unseen.'));
    await told.post('/inbox', text('Seen.'));
    const [item] = await list(told);
    expect(Date.parse(item.expires_at) - Date.now()).toBeGreaterThan(13 * DAY_MS);
    expect([await erased(told), await erased(eve)]).toEqual([1, 0]);
    expect(await list(told)).toEqual([]);
    expect(await list(eve)).toHaveLength(1);
  });

  it('says what cannot become an entry, and goes on with the rest', async () => {
    const ada = await newWriter();
    const { http, recipient } = await newScript(ada);
    const stranger = await newScript(await api.newUser());
    const elsewhere = { ...stranger.recipient, public_key: recipient.public_key };
    const bad = [
      boxed(elsewhere),
      boxed(recipient, new TextEncoder().encode('not JSON')),
      boxed(recipient, { content: '' }),
      boxed(recipient, { content: 'x', tags: Array.from({ length: 51 }, (_, n) => `tag ${n}`) }),
      { ...boxed(recipient, { content: 'x', data: { questions: 1 } }), kind: 'diary' },
    ];
    for (const arrival of bad) expect((await http.post('/inbox', arrival)).status).toBe(201);
    const good = boxed(recipient, { content: 'Fine.' });
    await http.post('/inbox', good);
    await eventually('the good one is an entry', async () => {
      await list(ada);
      return (await ada.get(`/entries/${good.id}`)).status === 200 ? true : undefined;
    });
    const left = await list(ada);
    expect(left.map(({ state }: { state: string }) => state)).toEqual(bad.map(() => 'unreadable'));
    for (const { id } of bad) expectProblem(await accept(ada, id), 422, 'inbox/unreadable');
    expect((await ada.send('DELETE', `/inbox/${bad[0]?.id}`, undefined)).status).toBe(200);
  });

  it('waits for room, in the diary and in itself', async () => {
    const ada = await newWriter();
    const limit = (bytes: number | null) =>
      api.database.look('UPDATE storage SET quota_bytes = $2 WHERE user_id = $1', [ada.id, bytes]);
    const { id } = (await ada.post('/inbox', text('There is no room for this.'))).body;
    await limit(100);
    expectProblem(await ada.post('/inbox', text('Nor for this.')), 507, 'tiers/out-of-storage');
    expectProblem(await accept(ada, id), 507, 'tiers/out-of-storage');
    await eventually('it says so', async () => ((await list(ada))[0].state === 'no_room' ? true : undefined));
    await limit(null);
    expect((await accept(ada, id)).status).toBe(200);
  });

  it('takes no more than it holds', async () => {
    const eve = await api.newE2eUser();
    const { id } = (await eve.post('/inbox', text('First.'))).body;
    await api.database.look(
      `INSERT INTO inbox_items (user_id, id, seq, kind, brought_by, sealed_by, sealed, boxed_key, created_at)
       SELECT user_id, gen_random_uuid(), seq + n, kind, brought_by, sealed_by, sealed, boxed_key, created_at
       FROM inbox_items, generate_series(1, 9999) AS n WHERE user_id = $1 AND id = $2`,
      [eve.id, id],
    );
    expectProblem(await eve.post('/inbox', text('One more.')), 409, 'inbox/full');
    expect((await eve.post('/inbox', { ...text('First.'), id })).status).toBe(200);
  });

  it('refuses envelopes that are not for its owner', async () => {
    const ada = await api.newUser();
    const { http, recipient } = await newScript(ada);
    const stranger = await newScript(await api.newUser());
    const { sealed, boxed_key } = boxed(recipient);
    const inOtherTier = boxed({ ...recipient, tier: 'e2e' });
    expectInvalid(
      await http.post('/inbox', { id: createId(), sealed, boxed_key: boxed(stranger.recipient).boxed_key }),
      '#/boxed_key',
    );
    expectInvalid(await http.post('/inbox', { id: createId(), sealed: inOtherTier.sealed, boxed_key }), '#/sealed');
    expectInvalid(await http.post('/inbox', { id: createId(), sealed, boxed_key: sealed.slice(0, 40) }), '#/boxed_key');
    expectInvalid(await http.post('/inbox', { id: createId(), boxed_key, sealed: boxed_key }), '#/sealed');
  });

  it('takes from each tier what its client does', async () => {
    const [ada, eve] = [await newWriter(), await api.newE2eUser()];
    const ofAda = (await ada.post('/inbox', text('One.'))).body.id;
    const ofEve = (await eve.post('/inbox', text('Two.'))).body.id;
    const { sealed, wrapped_key } = sealedDraft(eve, {}, ofEve);
    expect(pointersOf(await accept(ada, ofAda, { sealed, wrapped_key }))).toEqual(['#/sealed', '#/wrapped_key']);
    expect(pointersOf(await accept(eve, ofEve, {}))).toEqual(['#/sealed', '#/wrapped_key']);
    expect((await accept(eve, ofEve, { sealed, wrapped_key })).status).toBe(200);
  });

  it('does not accept what is not there, what was erased, and what is another entry', async () => {
    const [ada, eve] = [await newWriter(), await api.newE2eUser()];
    expectProblem(await accept(ada, createId()), 404, 'inbox/not-found');
    expectProblem(await ada.send('DELETE', `/inbox/${createId()}`, undefined), 404, 'inbox/not-found');
    const entry = (await ada.post('/entries', { content: 'There.' })).body;
    await remove(ada, entry.id, '"1"', '?permanent=true');
    expectProblem(await accept(ada, entry.id), 410, 'entries/erased');

    const { id } = (await eve.post('/inbox', text('Two.'))).body;
    await eve.post('/entries', sealedDraft(eve, { content: 'In the meantime.' }, id));
    const { sealed, wrapped_key } = sealedDraft(eve, { content: 'Two.' }, id);
    expectProblem(await accept(eve, id, { sealed, wrapped_key }), 409, 'entries/id-taken');
    expect(await list(eve)).toHaveLength(1);
  });

  it('is closed to a session that has no key', async () => {
    const ada = await newWriter();
    await ada.post('/inbox', text('One.'));
    await api.database.look("DELETE FROM slots WHERE user_id = $1 AND kind = 'access'", [ada.id]);
    expectProblem(await ada.get('/inbox'), 423, 'auth/locked');
    const [item] = await api.database.look<{ id: string }>('SELECT id FROM inbox_items WHERE user_id = $1', [ada.id]);
    expectProblem(await accept(ada, item?.id ?? ''), 423, 'auth/locked');
    const { body } = await api.http.post('/auth/login', { email: ada.email, password: PASSWORD });
    expect((await ada.withToken(body.tokens.access_token).get('/inbox')).body.data).toHaveLength(1);
  });

  it('goes with the account', async () => {
    const eve: E2eTestUser = await api.newE2eUser();
    await eve.post('/inbox', text('One.'));
    const { body } = await eve.get('/auth/export');
    expect(body.held.inbox).toEqual([{ brought_by: 'session', items: 1, bytes: expect.any(Number) }]);
  });
});
