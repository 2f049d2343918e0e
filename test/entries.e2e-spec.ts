import { createId, historyHash, fromBase64url, openEntry, sha256, toBase64url } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { sealedDraft } from './harness/entries.js';
import { expectInvalid, expectProblem, withoutInstance } from './harness/problems.js';

const NO_HASH = toBase64url(new Uint8Array(32));
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const draft = (change: { id?: string; content?: string } = {}) => ({ content: 'First snow.', ...change });
const full = {
  kind: 'gratitude',
  entry_date: '2026-11-21',
  source: 'web',
  title: 'Winter',
  content: 'First snow. 雪 ❄️',
  mood: 'calm',
  tags: ['garden', 'cat'],
  location: { name: 'Home', latitude: 48.2, longitude: 16.37 },
};

describe('an entry', () => {
  const api = useApi();
  let ada: TestUser;
  let bob: TestUser;
  let eve: E2eTestUser;

  beforeAll(async () => {
    [ada, bob, eve] = [await api.newUser(), await api.newUser(), await api.newE2eUser()];
  });

  const seqOf = async ({ id }: TestUser): Promise<number> => {
    const [head] = await api.database.look<{ seq: number }>('SELECT seq FROM ledger_heads WHERE user_id = $1', [id]);
    return Number(head?.seq);
  };

  it('of a uce diary comes back as it was written', async () => {
    const written = await ada.post('/entries', full);
    expect(written.status).toBe(201);
    expect(written.headers.get('etag')).toBe('"1"');
    const { history_head: head, ...entry } = written.body;
    expect(head).toEqual({ seq: expect.any(Number), hash: expect.stringMatching(/^[\w-]{43}$/) });
    expect(entry).toEqual({
      ...full,
      id: expect.any(String),
      tier: 'uce',
      external_id: null,
      data: null,
      language: null,
      deleted_at: null,
      media_ids: [],
      media_count: 0,
      version: 1,
      prev_envelope_hash: NO_HASH,
      created_at: expect.stringMatching(INSTANT),
      updated_at: entry.created_at,
    });
    const read = await ada.get(`/entries/${entry.id}`);
    expect([read.status, read.headers.get('etag')]).toEqual([200, '"1"']);
    expect(read.body).toEqual(entry);
    expect((await ada.get('/entries')).body.data).toContainEqual(entry);
  });

  it('of a uce diary may say very little', async () => {
    const { body } = await ada.post('/entries', draft());
    const nothing = {
      kind: 'diary',
      entry_date: null,
      source: null,
      title: null,
      mood: null,
      tags: [],
      location: null,
    };
    expect(body).toMatchObject(nothing);
  });

  it('of an e2e diary comes back sealed as it was sent, and opens with the key of its writer alone', async () => {
    const sent = { ...sealedDraft(eve, { title: 'Winter' }), entry_date: '2026-11-21', source: 'cli', kind: 'note' };
    const written = await eve.post('/entries', sent);
    expect(written.status).toBe(201);
    const { history_head: _, ...entry } = written.body;
    expect(entry).toMatchObject({ ...sent, tier: 'e2e', version: 1, prev_envelope_hash: NO_HASH });
    expect(Object.keys(entry)).not.toContain('content');
    const read = await eve.get(`/entries/${sent.id}`);
    expect(read.body).toEqual(entry);
    const { sealed, wrapped_key: wrapped } = read.body;
    const opened = openEntry({
      tier: 'e2e',
      master: eve.account.master,
      userId: eve.id,
      entryId: sent.id,
      version: 1,
      sealed: fromBase64url(sealed),
      wrappedKey: fromBase64url(wrapped),
    });
    expect(opened).toEqual({ v: 1, title: 'Winter', content: 'First snow.' });
  });

  it('is closed to whoever is not signed in', async () => {
    for (const answer of [
      await api.http.post('/entries', draft()),
      await api.http.get('/entries'),
      await api.http.get(`/entries/${createId()}`),
    ])
      expectProblem(answer, 401, 'auth/signed-out');
  });

  it('of somebody else looks exactly like one that does not exist', async () => {
    const { body: hers } = await ada.post('/entries', draft());
    for (const reader of [bob, eve]) {
      const notTheirs = await reader.get(`/entries/${hers.id}`);
      const notThere = await reader.get(`/entries/${createId()}`);
      expectProblem(notTheirs, 404, 'entries/not-found');
      expect(withoutInstance(notTheirs)).toBe(withoutInstance(notThere));
      expect(notTheirs.headers.get('content-length')).toBe(notThere.headers.get('content-length'));
    }
  });

  describe('with an id that its writer chose', () => {
    it('is created once, however often it is sent', async () => {
      const sent = { id: createId(), ...full };
      const first = await ada.post('/entries', sent);
      const seq = await seqOf(ada);
      const again = await ada.post('/entries', sent);
      const capitals = await ada.post('/entries', { ...sent, id: sent.id.toUpperCase() });
      expect([first.status, again.status, capitals.status]).toEqual([201, 200, 200]);
      expect(again.body).toEqual(first.body);
      expect(capitals.body).toEqual(first.body);
      expect(again.headers.get('etag')).toBe('"1"');
      expect(await seqOf(ada)).toBe(seq);
    });

    it('is created once when it is sealed, too', async () => {
      const sent = sealedDraft(eve);
      const [first, again] = [await eve.post('/entries', sent), await eve.post('/entries', sent)];
      expect([first.status, again.status]).toEqual([201, 200]);
      expect(again.body).toEqual(first.body);
    });

    it('is the same however its numbers are spelled', async () => {
      const sent = (latitude: string) =>
        ada.send('POST', '/entries', `{"id":"${id}","content":"At the equator.","location":{"latitude":${latitude}}}`);
      const id = createId();
      expect((await sent('-0.0')).status).toBe(201);
      expect((await sent('-0.0')).status).toBe(200);
      expect((await sent('0')).status).toBe(200);
    });

    it.each([
      ['another text', { content: 'Second snow.' }],
      ['another title', { title: 'Summer' }],
      ['no title', { title: undefined }],
      ['another mood', { mood: 'wild' }],
      ['its tags in another order', { tags: ['cat', 'garden'] }],
      ['another place', { location: { name: 'Home' } }],
      ['another kind', { kind: 'dream' }],
      ['another day', { entry_date: '2026-11-22' }],
      ['no day', { entry_date: undefined }],
      ['another source', { source: 'cli' }],
    ])('is not overwritten by one with %s', async (_what, change) => {
      const sent = { id: createId(), ...full };
      const { body: entry } = await ada.post('/entries', sent);
      const seq = await seqOf(ada);
      expectProblem(await ada.post('/entries', { ...sent, ...change }), 409, 'entries/id-taken');
      expect(await seqOf(ada)).toBe(seq);
      const { history_head: _, ...written } = entry;
      expect((await ada.get(`/entries/${sent.id}`)).body).toEqual(written);
    });

    it('is not overwritten by the same words sealed anew', async () => {
      const id = createId();
      await eve.post('/entries', sealedDraft(eve, {}, id));
      expectProblem(await eve.post('/entries', sealedDraft(eve, {}, id)), 409, 'entries/id-taken');
    });

    it('may have the id of an entry of somebody else', async () => {
      const id = createId();
      expect((await ada.post('/entries', draft({ id }))).status).toBe(201);
      expect((await bob.post('/entries', draft({ id, content: 'Bob was here.' }))).status).toBe(201);
      expect((await eve.post('/entries', sealedDraft(eve, {}, id))).status).toBe(201);
      expect((await ada.get(`/entries/${id}`)).body.content).toBe('First snow.');
      expect((await bob.get(`/entries/${id}`)).body.content).toBe('Bob was here.');
    });

    it('is created once when it is sent fifty times at once', async () => {
      const [sent, seq] = [draft({ id: createId() }), await seqOf(bob)];
      const answers = await Promise.all(Array.from({ length: 50 }, () => bob.post('/entries', sent)));
      const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
      expect(statuses).toEqual([...Array(49).fill(200), 201]);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(
        await api.database.look('SELECT FROM entries WHERE user_id = $1 AND id = $2', [bob.id, sent.id]),
      ).toHaveLength(1);
      expect(await seqOf(bob)).toBe(seq + 1);
    });
  });

  it('is asked for by a UUIDv7', async () => {
    for (const id of ['1', 'null', '9b2e1f7a-6f38-4f63-8d3a-2f6a1e1c2b3d', `${createId()}'`, '%00'])
      expectInvalid(await ada.get(`/entries/${id}`), '#/path/id');
  });
});

describe('the history of a diary', () => {
  const api = useApi();

  interface Row {
    readonly seq: string;
    readonly entry_id: string;
    readonly version: string;
    readonly device_id: string | null;
    readonly session_id: string;
    readonly at: Date;
    readonly envelope_hash: Buffer;
    readonly prev_hash: Buffer;
    readonly hash: Buffer;
  }

  it.each(['uce', 'e2e'])('of the %s tier is a chain that its writer can verify', async (tier) => {
    const user = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    const next = () => ('account' in user ? sealedDraft(user as E2eTestUser) : draft());
    const answers = [await user.post('/entries', next()), await user.post('/entries', next())];
    answers.push(await user.post('/entries', next()));

    const rows = await api.database.look<Row>('SELECT * FROM ledger_events WHERE user_id = $1 ORDER BY seq', [user.id]);
    // It begins with the account.
    let prevHash: Uint8Array = new Uint8Array(rows.shift()?.hash ?? []);
    for (const [index, { body }] of answers.entries()) {
      const row = rows[index];
      if (!row) throw new Error('an event is missing');
      const envelope = 'sealed' in body ? sha256(fromBase64url(body.sealed)) : new Uint8Array(row.envelope_hash);
      const hash = historyHash({
        userId: user.id,
        seq: index + 2,
        type: 'created',
        entryId: body.id,
        version: 1,
        deviceId: row.device_id ?? undefined,
        sessionId: row.session_id,
        atMs: row.at.getTime(),
        envelopeHash: envelope,
        prevHash,
      });
      expect(body.history_head).toEqual({ seq: index + 2, hash: toBase64url(hash) });
      prevHash = hash;
    }
    expect(rows).toHaveLength(3);
  });
});
