import { createId, toBase64url } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { E2eTestUser, TestUser } from './harness/api.js';
import {
  complete,
  MIB,
  newFile,
  newUserOf,
  put,
  TIERS,
  usedBytes,
  useMedia,
  WHOLE_BYTES_MAX,
} from './harness/media.js';
import { expectInvalid, expectProblem, pointersOf } from './harness/problems.js';

const key = (value: string) => ({ headers: { 'idempotency-key': value } });

describe('media', () => {
  const media = useMedia();
  const { api } = media;

  describe('that are reserved', () => {
    let ada: TestUser;
    let eve: E2eTestUser;
    beforeAll(async () => {
      [ada, eve] = [await api.newUser(), await api.newE2eUser()];
    });

    it.each(TIERS)('once more get a fresh address, and no more room: %s', async (tier) => {
      const user = await newUserOf(api, tier);
      const { announced } = newFile(user);
      const first = await user.post('/media/upload', announced);
      const again = await user.post('/media/upload', announced);
      expect([first.status, again.status]).toEqual([201, 200]);
      expect(again.body.upload).toMatchObject({ method: 'PUT', headers: first.body.upload.headers });
      expect(await usedBytes(user)).toBe(65);
      for (const other of [
        { byte_size: 66 },
        { content_type: 'image/png' },
        { sha256: toBase64url(new Uint8Array(32)) },
      ])
        expectProblem(await user.post('/media/upload', { ...announced, ...other }), 409, 'media/id-taken');
      const { key_id: _id, key: _key, wrapped_key: _wrapped, ...others } = announced;
      const { key_id, key, wrapped_key } = newFile(user).announced;
      for (const keys of tier === 'uce'
        ? [
            { key_id, key: announced.key },
            { key_id: announced.key_id, key },
          ]
        : [{ wrapped_key }])
        expectProblem(await user.post('/media/upload', { ...others, ...keys }), 409, 'media/id-taken');
      expect(await usedBytes(user)).toBe(65);
    });

    it('have their whole time again when they are reserved once more', async () => {
      const file = newFile(ada);
      await ada.post('/media/upload', file.announced);
      await api.database.look(`UPDATE due SET due_at = now() WHERE id = $1`, [file.announced.id]);
      const { body } = await ada.post('/media/upload', file.announced);
      const [due] = await api.database.look<{ due_at: Date }>('SELECT due_at FROM due WHERE id = $1', [body.id]);
      expect(due?.due_at.toISOString()).toBe(body.expires_at);
      expect(Date.parse(body.expires_at) - Date.now()).toBeGreaterThan(23 * 60 * 60 * 1000);
    });

    it('are not there to be downloaded or completed, and not in the list', async () => {
      const { id } = (await ada.post('/media/upload', newFile(ada).announced)).body;
      expectProblem(await ada.get(`/media/${id}/download`), 409, 'media/incomplete');
      expectProblem(await complete(ada, id), 409, 'media/incomplete');
      expect((await ada.get(`/media/${id}`)).body).toMatchObject({ state: 'reserved', ready_at: null });
    });

    it('in the form of the other tier are refused, and nothing is reserved', async () => {
      const { wrapped_key } = newFile(eve).announced;
      const { key, key_id, ...plain } = newFile(ada).announced;
      expectInvalid(await ada.post('/media/upload', { ...plain, wrapped_key }), '#/wrapped_key');
      expectInvalid(await eve.post('/media/upload', { ...plain, key, key_id }), '#/key');
      for (const user of [ada, eve])
        expectProblem(await user.post('/media/upload', { ...plain, wrapped_key, key, key_id }), 422, 'request/invalid');
      expectProblem(await eve.get(`/media/${plain.id}`), 404);
    });

    it.each([
      ['sha256', { sha256: undefined }],
      ['sha256', { byte_size: WHOLE_BYTES_MAX + 1 }],
      ['byte_size', { byte_size: 64 }],
      ['id', { id: 'x' }],
      ['thumbnail_of', { thumbnail_of: createId() }],
      ['sealed_metadata', { sealed_metadata: 'AAAA' }],
    ])('are refused for what is wrong: %s', async (field, wrong) => {
      for (const user of [ada, eve]) {
        const answer = await user.post('/media/upload', { ...newFile(user).announced, ...wrong });
        expectInvalid(answer, `#/${field}`);
      }
    });

    it('are refused under a key that is not the account’s: e2e', async () => {
      const other = await api.newE2eUser();
      const { wrapped_key } = newFile(other).announced;
      expectInvalid(await eve.post('/media/upload', { ...newFile(eve).announced, wrapped_key }), '#/wrapped_key');
    });
  });

  describe('that are refused', () => {
    it.each(TIERS)('have no address, no row and no room taken: %s', async (tier) => {
      const user = await newUserOf(api, tier);
      const large = newFile(user, 65, { byte_size: 50 * MIB + 1, sha256: undefined });
      const tooLarge = await user.post('/media/upload', large.announced);
      expectProblem(tooLarge, 413, 'media/too-large');
      expect(tooLarge.body.upload_bytes_max).toBe(50 * MIB);
      const wrongType = await user.post('/media/upload', newFile(user, 65, { content_type: 'text/html' }).announced);
      expectProblem(wrongType, 422, 'media/type-not-allowed');
      expect(wrongType.body.content_types).toContain('image/jpeg');
      expect(pointersOf(wrongType)).toEqual(['#/content_type']);
      await api.database.look('UPDATE storage SET quota_bytes = 20000000 WHERE user_id = $1', [user.id]);
      for (const byte_size of [20_000_001, 50 * MIB]) {
        const answer = await user.post('/media/upload', newFile(user, 65, { byte_size, sha256: undefined }).announced);
        expectProblem(answer, 507, 'tiers/out-of-storage');
        expect(answer.text).not.toContain('http');
      }
      expect(await usedBytes(user)).toBe(0);
      expect(await api.database.look('SELECT FROM media WHERE user_id = $1', [user.id])).toEqual([]);
      expect((await media.held()).filter((name) => name.includes(user.id))).toEqual([]);
    });

    it('cannot get past the quota by being many at once', async () => {
      const ada = await api.newUser();
      await api.database.look('UPDATE storage SET quota_bytes = 350 WHERE user_id = $1', [ada.id]);
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => ada.post('/media/upload', newFile(ada, 100).announced)),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
      expect(answers.filter(({ status }) => status === 507)).toHaveLength(5);
      expect(await usedBytes(ada)).toBe(300);
    });
  });

  it('that were reserved with a key are answered with fresh addresses when that is sent again', async () => {
    const ada = await api.newUser();
    const file = newFile(ada);
    const [first, again] = [
      await ada.post('/media/upload', file.announced, key('photo')),
      await ada.post('/media/upload', file.announced, key('photo')),
    ];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect((await put(again.body.upload, file.bytes)).status).toBe(200);
    expectProblem(
      await ada.post('/media/upload', newFile(ada).announced, key('photo')),
      422,
      'request/idempotency-key-reused',
    );
  });
});
