import { createId } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import type { TestUser } from './harness/api.js';
import { download, newFile, newUserOf, remove, TIERS, upload, useMedia } from './harness/media.js';
import { expectProblem, withoutInstance } from './harness/problems.js';

describe('media', () => {
  const media = useMedia();
  const { api } = media;

  it('look to everybody else exactly like what does not exist', async () => {
    const [ada, bob] = [await api.newUser(), await api.newUser()];
    const { id } = (await upload(ada)).body;
    const calls: ((at: string) => ReturnType<TestUser['get']>)[] = [
      (at) => bob.get(`/media/${at}`),
      (at) => bob.get(`/media/${at}/download`),
      (at) => bob.post(`/media/${at}/complete`, {}),
      (at) => bob.post(`/media/${at}/parts`, { parts: [] }),
      (at) => bob.post(`/media/${at}/restore`),
      (at) => remove(bob, at),
      (at) => remove(bob, at, '?permanent=true'),
      (at) => bob.post('/media/upload', newFile(bob, 65, { thumbnail_of: at }).announced),
    ];
    for (const call of calls) expect(withoutInstance(await call(id))).toBe(withoutInstance(await call(createId())));
    expect((await bob.get('/media')).body.data).toEqual([]);
    const file = newFile(bob, 65, { id });
    expect((await upload(bob, file)).status).toBe(200);
    expect((await download(ada, id)).status).toBe(200);
  });

  describe('of a session that is locked', () => {
    it('are neither shown nor taken: 423', async () => {
      const ada = await api.newUser();
      const { id } = (await upload(ada)).body;
      await api.database.look(`DELETE FROM slots WHERE user_id = $1 AND kind = 'access'`, [ada.id]);
      const answers = [
        await ada.post('/media/upload', newFile(ada).announced),
        await ada.post(`/media/${id}/parts`, { parts: [] }),
        await ada.post(`/media/${id}/complete`, {}),
        await ada.post(`/media/${id}/restore`),
        await ada.get('/media'),
        await ada.get(`/media/${id}`),
        await ada.get(`/media/${id}/download`),
        await ada.get(`/media/${createId()}`),
        await remove(ada, id),
        await remove(ada, id, '?permanent=true'),
      ];
      for (const answer of answers) expectProblem(answer, 423, 'auth/locked');
    });
  });

  describe('with an API key', () => {
    it.each(TIERS)(
      'may be read by media:read and written by media:write, and not the other way round: %s',
      async (tier) => {
        const user = await newUserOf(api, tier);
        const file = newFile(user);
        const { id } = (await upload(user, file)).body;
        const newKey = async (scope: string): Promise<string> =>
          (await user.post('/auth/api-keys', { name: scope, scopes: [scope] })).body.key;
        const [reading, writing] = [await newKey('media:read'), await newKey('media:write')];
        const next = newFile(user).announced;
        const calls = (token: string) => ({
          reads: [
            () => user.get('/media', { token }),
            () => user.get(`/media/${id}`, { token }),
            () => user.get(`/media/${id}/download`, { token }),
          ],
          writes: [
            () => user.post('/media/upload', next, { token }),
            () => user.post(`/media/${id}/complete`, {}, { token }),
            () => user.send('DELETE', `/media/${id}`, undefined, { token }),
            () => user.post(`/media/${id}/restore`, undefined, { token }),
          ],
        });
        for (const read of calls(reading).reads) expect((await read()).status).toBe(200);
        for (const write of calls(writing).writes) expect((await write()).status).toBeLessThan(300);
        for (const call of [...calls(reading).writes, ...calls(writing).reads])
          expectProblem(await call(), 403, 'auth/insufficient-scope');
      },
    );
  });
});
