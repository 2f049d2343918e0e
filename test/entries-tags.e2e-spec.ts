import { tagToken, toBase64url } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { draftOf, noted, tokensOf } from './harness/diary.js';
import { sealedDraft } from './harness/entries.js';
import { verifiedLedger } from './harness/ledger.js';
import { expectProblem } from './harness/problems.js';
import { countsOf, removeTag, renameTag, tagOf, tagsOf, writeTagged } from './harness/tags.js';

describe('tags', () => {
  const api = useApi();
  const read = async (user: TestUser, id: string) => (await user.get(`/entries/${id}`)).body;
  const patch = (user: TestUser, path: string, body: object) => user.send('PATCH', path, JSON.stringify(body));
  const seqOf = async ({ id }: TestUser) => (await verifiedLedger(api.database, id)).length;

  describe('are listed', () => {
    it('not at all for who has none', async () => {
      expect((await (await api.newUser()).get('/entries/tags')).body).toEqual({ data: [], next_cursor: null });
    });

    it('by name, with how many entries have each, the trash left out', async () => {
      const user = await api.newUser();
      const [first, second] = [
        await writeTagged(user, ['snow', 'Garden']),
        await writeTagged(user, ['Éclair', 'snow']),
      ];
      await writeTagged(user, ['zebra', 'apple', 'snow']);
      expect((await tagsOf(user)).map(({ name }) => name)).toEqual(['apple', 'Éclair', 'Garden', 'snow', 'zebra']);
      expect(await countsOf(user)).toEqual({ apple: 1, Éclair: 1, Garden: 1, snow: 3, zebra: 1 });
      await user.send('DELETE', `/entries/${first}`, undefined);
      expect(await countsOf(user)).toEqual({ apple: 1, Éclair: 1, Garden: 0, snow: 2, zebra: 1 });
      await user.post(`/entries/${first}/restore`);
      await user.send('DELETE', `/entries/${second}?permanent=true`, undefined, { headers: { 'if-match': '"1"' } });
      expect(await countsOf(user)).toEqual({ apple: 1, Garden: 1, snow: 2, zebra: 1 });
    });

    it('as one where they differ in case, width, composition or outer spaces, as first written', async () => {
      const user = await api.newUser();
      const same = ['Café au lait', 'café au lait', ' CAFÉ AU LAIT\u3000', 'Cafe\u0301 au lait', 'Ｃafé au lait'];
      for (const tag of same) await writeTagged(user, [tag]);
      const both = await writeTagged(user, ['café au lait', 'CAFÉ AU LAIT', 'Cafe au lait']);
      expect(await countsOf(user)).toEqual({ 'Café au lait': 6, 'Cafe au lait': 1 });
      expect((await read(user, both)).tags).toEqual(['café au lait', 'Cafe au lait']);
      for (const tag of same)
        expect((await user.post('/entries/query', { tags: [tag] })).body.data).toHaveLength(same.length + 1);
    });

    it('no more once no entry has them', async () => {
      const user = await api.newUser();
      const id = await writeTagged(user, ['one', 'two', 'three']);
      await patch(user, `/entries/${id}`, { tags: ['two', 'four'] });
      expect(await countsOf(user)).toEqual({ two: 1, four: 1 });
      await patch(user, `/entries/${id}`, { tags: null });
      expect(await tagsOf(user)).toEqual([]);
      expect(await api.database.look('SELECT FROM tags WHERE user_id = $1', [user.id])).toEqual([]);
    });

    it('by nobody else, and without a word in the database', async () => {
      const [user, bob] = [await api.newUser(), await api.newUser()];
      await writeTagged(user, ['Honolulu']);
      expect(await tagsOf(bob)).toEqual([]);
      await writeTagged(bob, ['Honolulu']);
      const [mine, theirs] = [await tagOf(user, 'Honolulu'), await tagOf(bob, 'Honolulu')];
      expect(mine.token).not.toBe(theirs.token);
      expectProblem(await renameTag(bob, mine, 'Mine'), 404, 'entries/tag-not-found');
      expectProblem(await removeTag(bob, mine), 404, 'entries/tag-not-found');
      const rows = await api.database.look(
        `SELECT string_agg(tags::text, '') AS all FROM tags WHERE user_id IN ($1, $2)`,
        [user.id, bob.id],
      );
      expect(JSON.stringify(rows)).not.toMatch(/honolulu|486f6e6f/i);
    });
  });

  describe('removed', () => {
    it('are in no entry any more, but in the versions before', async () => {
      const user = await api.newUser();
      const [both, only] = [await writeTagged(user, ['Garden', 'snow']), await writeTagged(user, ['garden'])];
      const trashed = await writeTagged(user, ['garden', 'x']);
      await user.send('DELETE', `/entries/${trashed}`, undefined);
      const tag = await tagOf(user, 'Garden');
      const seq = await seqOf(user);
      const answer = await removeTag(user, tag);
      expect(answer.body).toEqual({ id: tag.id, entries: 2, history_head: expect.objectContaining({ seq: seq + 3 }) });
      expect((await read(user, both)).tags).toEqual(['snow']);
      expect((await read(user, only)).tags).toEqual([]);
      expect((await read(user, trashed)).tags).toEqual(['x']);
      expect((await user.get(`/entries/${only}/versions/1`)).body.tags).toEqual(['garden']);
      expect(await countsOf(user)).toEqual({ snow: 1, x: 0 });
      expectProblem(await removeTag(user, tag), 404, 'entries/tag-not-found');
      expect(await seqOf(user)).toBe(seq + 3);
    });

    it('come back with a version that has them', async () => {
      const user = await api.newUser();
      const id = await writeTagged(user, ['Garden']);
      await removeTag(user, await tagOf(user, 'Garden'));
      expect((await user.post(`/entries/${id}/versions/1/revert`, {})).body).toMatchObject({
        tags: ['Garden'],
        version: 3,
      });
      expect(await countsOf(user)).toEqual({ Garden: 1 });
    });
  });

  describe('of an e2e diary', () => {
    let eve: E2eTestUser;
    beforeAll(async () => {
      eve = await api.newE2eUser();
    });

    it('are tokens, which its client knows the names of', async () => {
      await eve.post('/entries', draftOf(eve, noted({ tags: ['Garden', 'snow'] })));
      await eve.post('/entries', draftOf(eve, noted({ tags: [' GARDEN '] })));
      await eve.post('/entries', sealedDraft(eve, { tags: ['unsaid'] }));
      const tags = await tagsOf(eve);
      expect(tags.map(({ name }) => name)).toEqual([null, null]);
      const [garden, snow] = ['garden', 'snow'].map((name) => toBase64url(tagToken(eve.account.master, name)));
      expect(Object.fromEntries(tags.map(({ token, entries }) => [token, entries]))).toEqual({
        [`${garden}`]: 2,
        [`${snow}`]: 1,
      });
      expect(tags.map(({ id }) => id)).toEqual(tags.map(({ id }) => id).toSorted());
      const [listed] = (await eve.post('/entries/query', { tag_tokens: tokensOf(eve, ['Snow']) })).body.data;
      expect(new Set(listed.tag_tokens)).toEqual(new Set([garden, snow]));
    });

    it('given twice in one entry are one', async () => {
      const user = await api.newE2eUser();
      const tag_tokens = tokensOf(user, ['a', 'A', 'b']);
      const { body } = await user.post('/entries', { ...sealedDraft(user), tag_tokens });
      expect(body.tag_tokens.toSorted()).toEqual(tag_tokens.slice(1).toSorted());
    });

    it('are renamed and removed by the client alone', async () => {
      const [tag] = await tagsOf(eve);
      if (!tag) throw new Error('no tag');
      for (const answer of [
        await renameTag(eve, tag, 'Balcony'),
        await removeTag(eve, tag),
        await renameTag(eve, { id: 'x' }, ''),
      ]) {
        expectProblem(answer, 403, 'tiers/not-in-your-tier');
        expect(answer.body.required_tier).toBe('uce');
      }
    });
  });

  it('are locked with the diary', async () => {
    const user = await api.newUser();
    await writeTagged(user, ['Garden']);
    const tag = await tagOf(user, 'Garden');
    await api.database.look("DELETE FROM slots WHERE user_id = $1 AND kind = 'access'", [user.id]);
    expectProblem(await user.get('/entries/tags'), 423, 'auth/locked');
    expectProblem(await renameTag(user, tag, 'x'), 423, 'auth/locked');
    expectProblem(await removeTag(user, tag), 423, 'auth/locked');
  });
});
