import { createId } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { EntryIndex } from '../src/modules/entries/index/entry-index.js';
import { type TestUser, useApi } from './harness/api.js';
import { keep, noted } from './harness/diary.js';
import { verifiedLedger } from './harness/ledger.js';
import { expectInvalid, expectProblem } from './harness/problems.js';
import { countsOf, removeTag, renameTag, tagOf, writeTagged } from './harness/tags.js';

describe('tags that are renamed', () => {
  const api = useApi();
  let ada: TestUser;

  beforeAll(async () => {
    ada = await api.newUser();
  });

  const read = async (user: TestUser, id: string) => (await user.get(`/entries/${id}`)).body;
  const patch = (user: TestUser, path: string, body: object) => user.send('PATCH', path, JSON.stringify(body));
  const seqOf = async ({ id }: TestUser) => (await verifiedLedger(api.database, id)).length;

  /** The entries whose index was brought up to date meanwhile, with the tags it was given. */
  const indexedDuring = async (work: () => Promise<unknown>) => {
    const index = api.get(EntryIndex);
    const put = index.put.bind(index);
    const seen: [string, readonly string[] | undefined][] = [];
    index.put = async (tx, caller, entry, written) => {
      seen.push([entry.id, written.tags]);
      return put(tx, caller, entry, written);
    };
    await work();
    index.put = put;
    return seen;
  };

  it('change every entry that has them, as a new version; the versions before keep the old name', async () => {
    const user = await api.newUser();
    const [both, other] = [await writeTagged(user, ['Garden', 'snow']), await writeTagged(user, ['snow'])];
    const loud = await writeTagged(user, ['GARDEN']);
    const trashed = await writeTagged(user, ['garden']);
    await user.send('DELETE', `/entries/${trashed}`, undefined);
    const tag = await tagOf(user, 'Garden');
    const seq = await seqOf(user);
    const answer = await renameTag(user, tag, ' Balcony ');
    expect(answer.status).toBe(200);
    const { history_head, ...renamed } = answer.body;
    expect(renamed).toEqual({ id: tag.id, name: 'Balcony', token: expect.any(String), entries: 2 });
    expect(history_head.seq).toBe(seq + 3);
    expect(await tagOf(user, 'Balcony')).toEqual(renamed);
    expect((await read(user, both)).tags).toEqual(['Balcony', 'snow']);
    expect((await read(user, loud)).tags).toEqual(['Balcony']);
    expect(await read(user, trashed)).toMatchObject({
      tags: ['Balcony'],
      version: 2,
      deleted_at: expect.any(String),
    });
    expect(await read(user, other)).toMatchObject({ tags: ['snow'], version: 1 });
    expect((await user.get(`/entries/${both}/versions/1`)).body.tags).toEqual(['Garden', 'snow']);
    expect((await user.get(`/entries/${both}/versions`)).body.data).toMatchObject([{ version: 2 }, { version: 1 }]);
    const lines = (await verifiedLedger(api.database, user.id)).slice(seq);
    expect(lines.map(({ type }) => type)).toEqual(['updated', 'updated', 'updated']);
    expect(new Set(lines.map(({ subject }) => subject))).toEqual(new Set([both, loud, trashed]));
    expect((await user.post('/entries/query', { tags: ['balcony'] })).body.data).toHaveLength(2);
    expect((await user.post('/entries/query', { tags: ['garden'] })).body.data).toEqual([]);
  });

  it('leave all else of an entry as it is, and its content key', async () => {
    const user = await api.newUser();
    const full = {
      kind: 'weekly_review',
      entry_date: '2020-02-29',
      title: 'Snow',
      content: '',
      language: 'en',
      mood: 'calm',
      location: { name: 'Bristol' },
      data: { rating: 7 },
      source: 'app',
      external_id: '1',
    };
    const { body: before } = await user.post('/entries', { ...full, tags: ['Garden', 'x'] });
    const keyOf = () => api.database.look('SELECT wrapped_key, listed_on FROM entries WHERE id = $1', [before.id]);
    const key = await keyOf();
    await renameTag(user, await tagOf(user, 'Garden'), 'Balcony');
    expect(await keyOf()).toEqual(key);
    const { history_head: _, ...stable } = before;
    const after = await read(user, before.id);
    expect(after).toEqual({
      ...stable,
      tags: ['Balcony', 'x'],
      version: 2,
      prev_envelope_hash: after.prev_envelope_hash,
      updated_at: after.updated_at,
    });
    const patched = await patch(user, `/entries/${before.id}`, { mood: 'joy' });
    expect(patched.body).toMatchObject({ version: 3, tags: ['Balcony', 'x'] });
  });

  it('bring the index of each changed entry up to date', async () => {
    const user = await api.newUser();
    const ids = [await writeTagged(user, ['a', 'x']), await writeTagged(user, ['A'])];
    await writeTagged(user, ['x']);
    const seen = await indexedDuring(async () => renameTag(user, await tagOf(user, 'a'), 'b'));
    expect(new Map(seen)).toEqual(
      new Map([
        [ids[0], ['b', 'x']],
        [ids[1], ['b']],
      ] as [string, string[]][]),
    );
    const gone = await indexedDuring(async () => removeTag(user, await tagOf(user, 'b')));
    expect(new Map(gone)).toEqual(
      new Map([
        [ids[0], ['x']],
        [ids[1], []],
      ] as [string, string[]][]),
    );
  });

  it('to what is another tag are refused, and nothing changes', async () => {
    const user = await api.newUser();
    const id = await writeTagged(user, ['Garden', 'snow']);
    const seq = await seqOf(user);
    expectProblem(await renameTag(user, await tagOf(user, 'Garden'), ' SNOW'), 409, 'entries/tag-name-taken');
    expect((await read(user, id)).version).toBe(1);
    expect(await seqOf(user)).toBe(seq);
    expect(await countsOf(user)).toEqual({ Garden: 1, snow: 1 });
  });

  it('in their letters alone are the same tag, and only entries in other letters change', async () => {
    const user = await api.newUser();
    const [small, large] = [await writeTagged(user, ['garden']), await writeTagged(user, ['Garden'])];
    const tag = await tagOf(user, 'garden');
    expect((await renameTag(user, tag, 'Garden')).body).toMatchObject({ ...tag, name: 'Garden', entries: 2 });
    expect(await read(user, small)).toMatchObject({ tags: ['Garden'], version: 2 });
    expect(await read(user, large)).toMatchObject({ tags: ['Garden'], version: 1 });
  });

  it('twice the same way change nothing the second time', async () => {
    const user = await api.newUser();
    const id = await writeTagged(user, ['Garden']);
    const tag = await tagOf(user, 'Garden');
    const first = await renameTag(user, tag, 'Balcony');
    expect((await renameTag(user, tag, 'Balcony')).body).toEqual(first.body);
    expect((await read(user, id)).version).toBe(2);
  });

  it('beyond the quota are refused, and nothing is half-renamed', async () => {
    const user = await api.newUser();
    const ids = [];
    for (let n = 0; n < 130; n++) ids.push(noted({ tags: ['Garden'] }));
    await keep(user, ids);
    const seq = await seqOf(user);
    await api.database.look('UPDATE storage SET quota_bytes = used_bytes + 50000 WHERE user_id = $1', [user.id]);
    expectProblem(await renameTag(user, await tagOf(user, 'Garden'), 'Balcony'), 507, 'tiers/out-of-storage');
    expectProblem(await removeTag(user, await tagOf(user, 'Garden')), 507, 'tiers/out-of-storage');
    expect(await countsOf(user)).toEqual({ Garden: 130 });
    expect(await seqOf(user)).toBe(seq);
    expect(await api.database.look('SELECT FROM entry_versions WHERE user_id = $1', [user.id])).toEqual([]);
  });

  it('keep as many earlier versions as the user wants, and the storage counted', async () => {
    const user = await api.newUser();
    const id = await writeTagged(user, ['n0']);
    await patch(user, '/auth/me', { settings: { versions_kept: 2 } });
    for (let n = 1; n <= 4; n++) await renameTag(user, await tagOf(user, `n${n - 1}`), `n${n}`);
    const { data } = (await user.get(`/entries/${id}/versions`)).body;
    expect(data.map(({ version }: { version: number }) => version)).toEqual([5, 4, 3]);
    await patch(user, '/auth/me', { settings: { versions_kept: 0 } });
    await renameTag(user, await tagOf(user, 'n4'), 'n5');
    expect((await user.get(`/entries/${id}/versions`)).body.data).toHaveLength(1);
    const [row] = await api.database.look<{ used: number; there: number }>(
      `SELECT used_bytes::int AS used, (SELECT octet_length(sealed) + octet_length(wrapped_key) FROM entries
         WHERE entries.user_id = storage.user_id) AS there FROM storage WHERE user_id = $1`,
      [user.id],
    );
    expect(row?.used).toBe(row?.there);
  });

  it('by two at once end as one of the names, with an unbroken history', async () => {
    const user = await api.newUser();
    const id = await writeTagged(user, ['Garden']);
    const tag = await tagOf(user, 'Garden');
    const writes = ['b', 'c'].map((name) => renameTag(user, tag, name));
    const edits = [1, 2].map((n) => patch(user, `/entries/${id}`, { content: `Edit ${n}.` }));
    const answers = await Promise.all([...writes, ...edits]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { tags, version } = await read(user, id);
    expect(version).toBe(5);
    expect(await countsOf(user)).toEqual({ [tags[0]]: 1 });
    expect(await seqOf(user)).toBe(6);
  });

  it('or removed in a thousand entries are done in one request', async () => {
    const user = await api.newUser();
    const entries = Array.from({ length: 1_000 }, (_, n) =>
      noted({ content: `Entry ${n}`, tags: ['Garden', `t${n % 7}`] }),
    );
    await keep(user, entries);
    const seq = await seqOf(user);
    const renamed = await renameTag(user, await tagOf(user, 'Garden'), 'Balcony');
    expect(renamed.body).toMatchObject({ entries: 1_000, history_head: { seq: seq + 1_000 } });
    const removed = await removeTag(user, await tagOf(user, 'Balcony'));
    expect(removed.body).toMatchObject({ entries: 1_000, history_head: { seq: seq + 2_000 } });
    expect(await seqOf(user)).toBe(seq + 2_000);
    for (const { id } of [entries[0], entries[500], entries[999]].flatMap((one) => one ?? [])) {
      expect((await read(user, id)).tags).toHaveLength(1);
      expect((await user.get(`/entries/${id}/versions/2`)).body.tags[0]).toBe('Balcony');
      expect((await user.get(`/entries/${id}/versions/1`)).body.tags[0]).toBe('Garden');
    }
  }, 60_000);

  it.each([
    ['to nothing', { name: '' }, '#/name'],
    ['to spaces', { name: ' \u3000' }, '#/name'],
    ['to 101 characters', { name: 'n'.repeat(101) }, '#/name'],
    ['to no text', { name: null }, '#/name'],
    ['without a name', {}, '#/name'],
    ['with a field that there is not', { name: 'x', colour: 'red' }, '#/colour'],
  ])('%s are refused', async (_what, body, pointer) => {
    expectInvalid(await patch(ada, `/entries/tags/${createId()}`, body), pointer);
  });

  it('where there is none are not found', async () => {
    expectProblem(await renameTag(ada, { id: createId() }, 'x'), 404, 'entries/tag-not-found');
    expectProblem(await removeTag(ada, { id: createId() }), 404, 'entries/tag-not-found');
    expectInvalid(await removeTag(ada, { id: 'garden' }), '#/path/id');
  });
});
