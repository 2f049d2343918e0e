import { createId, type EntryContent, sealEntry, toBase64url } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { type TestUser, useApi } from './harness/api.js';
import { draftOf, noted, type Noted } from './harness/diary.js';
import { expectInvalid } from './harness/problems.js';

describe('entries by their ids', () => {
  const api = useApi();
  const get = (user: TestUser, ids: readonly string[]) => user.post('/entries/batch/get', { ids });

  it.each(['uce', 'e2e'])('come in the order of the ids, each once, the trash too: %s', async (tier) => {
    const user = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    const other = await api.newUser();
    const entries = Array.from({ length: 6 }, (_, n) => noted({ content: `Entry ${n}`, tags: ['t', `t${n}`] }));
    for (const entry of entries) await user.post('/entries', draftOf(user, entry));
    const [a, b, c, trashed, erased, unasked] = entries.map(({ id }) => id) as [string, ...string[]];
    await user.send('DELETE', `/entries/${trashed}`, undefined);
    await user.send('DELETE', `/entries/${erased}?permanent=true`, undefined, { headers: { 'if-match': '"1"' } });
    const theirs = (await other.post('/entries', { content: 'Theirs.' })).body.id;
    const missing = createId();
    const { status, body } = await get(user, [
      c as string,
      missing,
      a,
      erased as string,
      c as string,
      theirs,
      (trashed as string).toUpperCase(),
      b as string,
      missing,
      erased as string,
    ]);
    expect(status).toBe(200);
    expect(body.data.map(({ id }: Noted) => id)).toEqual([c, a, trashed, b]);
    expect(body.erased).toEqual([erased]);
    expect(body.missing).toEqual([missing, theirs]);
    for (const entry of body.data) expect((await user.get(`/entries/${entry.id}`)).body).toEqual(entry);
    expect(body.data.find(({ id }: Noted) => id === trashed).deleted_at).not.toBeNull();
    expect(JSON.stringify(body)).not.toContain(unasked);
  });

  it('are at least one and at most 300', async () => {
    const user = await api.newUser();
    const ids = Array.from({ length: 300 }, () => createId());
    expect((await get(user, ids)).body).toEqual({ data: [], erased: [], missing: ids });
    expectInvalid(await get(user, [...ids, createId()]), '#/ids');
    expectInvalid(await get(user, []), '#/ids');
    expectInvalid(await get(user, [createId(), 'x']), '#/ids/1');
  });

  it('come as they were sealed, whatever is in them', async () => {
    const eve = await api.newE2eUser();
    const content: EntryContent = { v: 1, content: 'x', 'a field of tomorrow': [1, 2] };
    const id = createId();
    const place = { tier: 'e2e', master: eve.account.master, userId: eve.id, entryId: id, version: 1 } as const;
    const { sealed, wrappedKey } = sealEntry({ ...place, content });
    const draft = { id, sealed: toBase64url(sealed), wrapped_key: toBase64url(wrappedKey) };
    await batchOf(eve, draft);
    expect((await get(eve, [id])).body.data[0]).toMatchObject(draft);
  });

  const batchOf = (user: TestUser, ...entries: object[]) => user.post('/entries/batch', { entries });
});
