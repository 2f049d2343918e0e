import { createId } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { change, remove, room, sealedChange, sealedDraft, stored } from './harness/entries.js';
import { verifiedLedger } from './harness/ledger.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

const QUOTA = 3_000;
const LONG = 'x'.repeat(2_000);

describe('an edit that does not fit', () => {
  const api = useApi({ environment: { STORAGE_BYTES_MAX: String(QUOTA) } });

  /** The next version of an entry, with this text. */
  const next = (user: TestUser | E2eTestUser, before: never, content: string) =>
    'account' in user ? sealedChange(user, before, { content }) : { content, tags: ['new'] };

  it.each([
    ['uce', 'PUT'],
    ['uce', 'PATCH'],
    ['e2e', 'PUT'],
    ['e2e', 'PATCH'],
  ])('is refused whole, with the numbers: %s by %s', async (tier, method) => {
    const user = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    const draft = 'account' in user ? sealedDraft(user as E2eTestUser) : { content: 'Snow.', tags: ['old'] };
    const { body: entry } = await user.post('/entries', draft);
    const before = await stored(api.database, user, entry.id);
    const answer = await change(user, method, entry.id, next(user, entry as never, 'x'.repeat(QUOTA)));
    expectProblem(answer, 507, 'tiers/out-of-storage');
    const { counted } = await room(api.database, user);
    expect(answer.body).toMatchObject({ used_bytes: counted, quota_bytes: QUOTA });
    expect(answer.body.used_bytes + answer.body.wanted_bytes).toBeGreaterThan(QUOTA);
    expect(await stored(api.database, user, entry.id)).toEqual(before);
    await verifiedLedger(api.database, user.id);
    // A smaller one fits after it.
    expect((await change(user, method, entry.id, next(user, entry as never, 'Rain.'))).body.version).toBe(2);
  });

  it('may be a revert, too', async () => {
    const ada = await api.newUser();
    const { body: entry } = await ada.post('/entries', { content: LONG });
    await change(ada, 'PUT', entry.id, { content: 'Short.' });
    const before = await stored(api.database, ada, entry.id);
    expectProblem(await ada.post(`/entries/${entry.id}/versions/1/revert`, {}), 507, 'tiers/out-of-storage');
    expect(await stored(api.database, ada, entry.id)).toEqual(before);
  });

  it('fits when the version before goes in its place', async () => {
    const ada = await api.newUser();
    await ada.send('PATCH', '/auth/me', JSON.stringify({ settings: { versions_kept: 0 } }));
    const { body: entry } = await ada.post('/entries', { content: LONG });
    for (let version = 2; version <= 4; version++) {
      expect((await change(ada, 'PUT', entry.id, { content: LONG })).body.version).toBe(version);
      const { counted, stored: there } = await room(api.database, ada);
      expect(counted).toBe(there);
    }
  });
});

describe('what an import brings', () => {
  const api = useApi();
  const external = (change: object = {}) => ({
    content: 'A post.',
    source: 'import',
    external_id: 'post-1',
    ...change,
  });

  it('is there once, however often it is brought, with the id that it got first', async () => {
    const ada = await api.newUser();
    const first = await ada.post('/entries', external());
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ source: 'import', external_id: 'post-1' });
    const before = await stored(api.database, ada, first.body.id);
    for (const again of [external(), external({ id: createId() }), external({ content: 'Changed there.' })]) {
      const { status, body, headers } = await ada.post('/entries', again);
      expect([status, headers.get('etag')]).toEqual([200, '"1"']);
      expect(body).toEqual(first.body);
    }
    expect(await stored(api.database, ada, first.body.id)).toEqual(before);
  });

  it('is there once in an e2e diary, too', async () => {
    const eve = await api.newE2eUser();
    const sealed = () => ({ ...sealedDraft(eve), source: 'import', external_id: 'post-1' });
    const [first, again] = [await eve.post('/entries', sealed()), await eve.post('/entries', sealed())];
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    expectInvalid(await eve.post('/entries', { ...sealed(), source: undefined }), '#/external_id');
  });

  it('is there once when it is brought twenty times at once', async () => {
    const ada = await api.newUser();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ada.post('/entries', external())));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([...Array(19).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it('is another thing from another source, by another name, and of another user', async () => {
    const [ada, bob] = [await api.newUser(), await api.newUser()];
    for (const [user, draft] of [
      [ada, external()],
      [ada, external({ source: 'web' })],
      [ada, external({ external_id: 'post-2' })],
      [bob, external()],
    ] as const)
      expect((await user.post('/entries', draft)).status).toBe(201);
  });

  it('needs a source to be called something by', async () => {
    const ada = await api.newUser();
    expectInvalid(await ada.post('/entries', external({ source: undefined })), '#/external_id');
    expectInvalid(await ada.post('/entries', external({ external_id: '' })), '#/external_id');
    expectInvalid(await ada.post('/entries', external({ external_id: 'x'.repeat(201) })), '#/external_id');
  });

  it('is answered as it is now: edited, or in the trash', async () => {
    const ada = await api.newUser();
    const { body: first } = await ada.post('/entries', external());
    await change(ada, 'PATCH', first.id, { content: 'Edited here.' });
    const edited = await ada.post('/entries', external());
    expect([edited.status, edited.headers.get('etag')]).toEqual([200, '"2"']);
    expect(edited.body).toMatchObject({ id: first.id, content: 'Edited here.', version: 2 });
    await remove(ada, first.id);
    const trashed = await ada.post('/entries', external());
    expect([trashed.status, trashed.body.id]).toEqual([200, first.id]);
    expect(trashed.body.deleted_at).toEqual(expect.any(String));
    expect((await ada.get('/entries')).body.data).toEqual([]);
  });

  it('is brought anew when it was erased, but never under the id that was', async () => {
    const ada = await api.newUser();
    const { body: first } = await ada.post('/entries', external());
    expect((await remove(ada, first.id, '"1"', '?permanent=true')).status).toBe(200);
    expectProblem(await ada.post('/entries', external({ id: first.id })), 410, 'entries/erased');
    const again = await ada.post('/entries', external());
    expect(again.status).toBe(201);
    expect(again.body.id).not.toBe(first.id);
  });

  it('does not take the id of another entry', async () => {
    const ada = await api.newUser();
    const { body: other } = await ada.post('/entries', { content: 'Mine.' });
    expectProblem(await ada.post('/entries', external({ id: other.id })), 409, 'entries/id-taken');
    expect((await ada.get(`/entries/${other.id}`)).body).toMatchObject({ content: 'Mine.', external_id: null });
  });
});
