import { createId } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { change, remove, room, sealedChange, sealedDraft, stored } from './harness/entries.js';
import type { Answer } from './harness/http.js';
import { everyRow } from './harness/leaks.js';
import { verifiedLedger } from './harness/ledger.js';
import { expectInvalid, expectProblem, withoutInstance } from './harness/problems.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const FOR_GOOD = '?permanent=true';

describe.each(['uce', 'e2e'])('the trash of a diary of the %s tier', (tier) => {
  const api = useApi();
  let user: TestUser;

  beforeAll(async () => {
    user = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
  });

  const draft = () =>
    'account' in user
      ? { ...sealedDraft(user as E2eTestUser), tag_tokens: ['AAAAAAAAAAAAAAAAAAAAAA'] }
      : { content: 'First snow.', tags: ['garden'] };
  const next = (before: never) =>
    'account' in user ? sealedChange(user as E2eTestUser, before) : { content: 'Edited.' };
  /** An entry with a version before it. */
  const written = async () => {
    const { body } = await user.post('/entries', draft());
    return (await change(user, 'PATCH', body.id, next(body as never))).body;
  };
  const idsIn = async (path: string): Promise<string[]> =>
    (await user.get(path)).body.data.map(({ id }: { id: string }) => id);
  const typesOf = async (id: string): Promise<string[]> =>
    (await user.get(`/entries/${id}/history`)).body.data.map(({ type }: { type: string }) => type);

  it('takes an entry, and gives it back as it was', async () => {
    const { history_head: before, ...entry } = await written();
    const deleted = await remove(user, entry.id);
    expect(deleted.status).toBe(200);
    const { deleted_at } = deleted.body;
    expect(deleted.body).toEqual({
      id: entry.id,
      deleted_at: expect.stringMatching(/^\d{4}-/),
      history_head: { seq: before.seq + 1, hash: expect.any(String) },
    });
    expect(await idsIn('/entries')).not.toContain(entry.id);
    expect(await idsIn('/entries?deleted=true')).toContain(entry.id);
    expect((await user.get(`/entries/${entry.id}`)).body).toEqual({ ...entry, deleted_at });
    expect((await user.get(`/entries/${entry.id}/versions`)).body.data).toHaveLength(2);

    const restored = await user.post(`/entries/${entry.id}/restore`);
    expect([restored.status, restored.headers.get('etag')]).toEqual([200, '"2"']);
    const { history_head: head, ...back } = restored.body;
    expect(back).toEqual(entry);
    expect(head.seq).toBe(before.seq + 2);
    expect(await idsIn('/entries')).toContain(entry.id);
    expect(await idsIn('/entries?deleted=true')).not.toContain(entry.id);
    expect(await typesOf(entry.id)).toEqual(['created', 'updated', 'deleted', 'restored']);
    expect((await change(user, 'PUT', entry.id, next(entry as never), '"2"')).body.version).toBe(3);
    await verifiedLedger(api.database, user.id);
  });

  it('keeps what is in it from being changed', async () => {
    const entry = await written();
    await remove(user, entry.id);
    const before = await stored(api.database, user, entry.id);
    for (const method of ['PUT', 'PATCH'])
      for (const match of [undefined, '"2"', '"1"', '*'])
        expectProblem(await change(user, method, entry.id, next(entry as never), match), 409, 'entries/in-trash');
    expect(await stored(api.database, user, entry.id)).toEqual(before);
  });

  it('takes an entry once, and gives it back once, however often it is asked', async () => {
    const entry = await written();
    const [first, again] = [await remove(user, entry.id), await remove(user, entry.id)];
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body).toEqual(first.body);
    const restore = () => user.post(`/entries/${entry.id}/restore`);
    const [back, backAgain] = [await restore(), await restore()];
    expect([back.status, backAgain.status]).toEqual([200, 200]);
    expect(backAgain.body).toEqual(back.body);
    expect(await typesOf(entry.id)).toEqual(['created', 'updated', 'deleted', 'restored']);
  });

  it('takes the version that is meant alone', async () => {
    const entry = await written();
    const before = await stored(api.database, user, entry.id);
    const stale = await remove(user, entry.id, '"1"');
    expectProblem(stale, 412, 'entries/conflict');
    expect(stale.body.current_version).toBe(2);
    expectInvalid(await remove(user, entry.id, '2'), '#/header/if-match');
    expectInvalid(await remove(user, entry.id, '"2"', '?permanent=yes'), '#/query/permanent');
    expect(await stored(api.database, user, entry.id)).toEqual(before);
    expect((await remove(user, entry.id, '"2"')).status).toBe(200);
  });

  it('counts what is in it as stored', async () => {
    const entry = await written();
    const before = await room(api.database, user);
    await remove(user, entry.id);
    expect(await room(api.database, user)).toEqual(before);
  });

  it('says of what is not there that it is not there', async () => {
    const stranger = tier === 'uce' ? await api.newE2eUser() : await api.newUser();
    const entry = await written();
    const none = createId();
    for (const ask of [
      (id: string) => remove(stranger, id),
      (id: string) => remove(stranger, id, '"1"', FOR_GOOD),
      (id: string) => stranger.post(`/entries/${id}/restore`),
    ]) {
      expectProblem(await ask(none), 404, 'entries/not-found');
      expect(withoutInstance(await ask(entry.id))).toBe(withoutInstance(await ask(none)));
    }
    expect(withoutInstance(await remove(stranger, entry.id, undefined, FOR_GOOD))).toBe(
      withoutInstance(await remove(stranger, none, undefined, FOR_GOOD)),
    );
    expect((await user.get(`/entries/${entry.id}`)).body.deleted_at).toBeNull();
  });

  describe('emptied of an entry for good', () => {
    it.each([
      ['no version is named', undefined],
      ['any version would do', '*'],
    ])('needs If-Match: not when %s', async (_what, match) => {
      const entry = await written();
      const before = await stored(api.database, user, entry.id);
      expectProblem(await remove(user, entry.id, match, FOR_GOOD), 428, 'entries/if-match-required');
      const stale = await remove(user, entry.id, '"1"', FOR_GOOD);
      expectProblem(stale, 412, 'entries/conflict');
      expect(stale.body.current_version).toBe(2);
      expect(await stored(api.database, user, entry.id)).toEqual(before);
    });

    it.each(['from the diary', 'from the trash'])('%s, leaves its id, its history, and nothing else', async (from) => {
      const room0 = await room(api.database, user);
      const entry = await written();
      if (from === 'from the trash') await remove(user, entry.id);
      const { status, body } = await remove(user, entry.id, '"2"', FOR_GOOD);
      expect([status, body.id, body.deleted_at]).toEqual([200, entry.id, null]);
      expect(await room(api.database, user)).toEqual(room0);
      const places = (await everyRow(api.database.superuserUrl)).filter(({ text }) => text.includes(entry.id));
      expect(places.map(({ place }) => place)).toEqual(['public.ledger_events', 'public.tombstones']);
      const [tombstone] = await api.database.look('SELECT * FROM tombstones WHERE id = $1', [entry.id]);
      expect(tombstone).toEqual({ user_id: user.id, id: entry.id, erased_at: expect.any(Date) });
      expect((await typesOf(entry.id)).at(-1)).toBe('erased');
      await verifiedLedger(api.database, user.id);
    });

    it('is gone for ever, on every route, and its id is not used again', async () => {
      const sent = { id: createId(), ...draft() };
      const { body: entry } = await user.post('/entries', sent);
      const edit = next(entry as never);
      await remove(user, entry.id, '"1"', FOR_GOOD);
      const before = await stored(api.database, user, entry.id);
      const revert = 'account' in user ? edit : {};
      const asked: Promise<Answer>[] = [
        user.get(`/entries/${entry.id}`),
        change(user, 'PUT', entry.id, edit),
        change(user, 'PATCH', entry.id, edit),
        change(user, 'PUT', entry.id, edit, '"1"'),
        remove(user, entry.id),
        remove(user, entry.id, '"1"', FOR_GOOD),
        user.post(`/entries/${entry.id}/restore`),
        user.get(`/entries/${entry.id}/versions`),
        user.get(`/entries/${entry.id}/versions/1`),
        user.post(`/entries/${entry.id}/versions/1/revert`, revert),
        user.post('/entries', { ...sent, id: entry.id }),
        user.post('/entries', { ...draft(), id: entry.id }),
      ];
      for (const answer of await Promise.all(asked)) expectProblem(answer, 410, 'entries/erased');
      expect(await stored(api.database, user, entry.id)).toEqual(before);
      expect(await idsIn('/entries?deleted=true')).not.toContain(entry.id);
      // Another diary may have the id: it is of this one alone that it is gone.
      const other = await api.newUser();
      expect((await other.post('/entries', { id: entry.id, content: 'Mine.' })).status).toBe(201);
    });
  });

  it('is to be emptied of an entry when it has been there for 30 days, and not before', async () => {
    const entry = await written();
    const due = async () => {
      const [row] = await api.database.look<{ due_at: Date }>('SELECT due_at FROM due WHERE id = $1', [entry.id]);
      return row?.due_at.getTime();
    };
    const at = async (deleted: Answer) => Date.parse(deleted.body.deleted_at) + 30 * DAY_MS;
    expect(await due()).toBeUndefined();
    const deleted = await remove(user, entry.id);
    expect(await due()).toBe(await at(deleted));
    await user.post(`/entries/${entry.id}/restore`);
    expect(await due()).toBeUndefined();
    api.advance(DAY_MS / 100);
    const again = await remove(user, entry.id);
    expect(again.body.deleted_at).not.toBe(deleted.body.deleted_at);
    expect(await due()).toBe(await at(again));
  });

  it('is not for who is signed out, nor for a key that only reads', async () => {
    const entry = await written();
    await remove(user, entry.id);
    const { body } = await user.post('/auth/api-keys', { name: 'reader', scopes: ['entries:read'] });
    for (const [token, status] of [
      [undefined, 401],
      [body.key, 403],
    ] as const) {
      const ask = (method: string, path: string) => user.send(method, path, undefined, { token });
      expectProblem(await ask('DELETE', `/entries/${entry.id}`), status);
      expectProblem(await ask('DELETE', `/entries/${entry.id}${FOR_GOOD}`), status);
      expectProblem(await ask('POST', `/entries/${entry.id}/restore`), status);
    }
  });
});
