import { ObjectType, unwrapContentKey } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { verifiedLedger } from './harness/ledger.js';
import {
  complete,
  newFile,
  newUserOf,
  put,
  remove,
  sealedMetadata,
  sendFile,
  TIERS,
  upload,
  usedBytes,
  useMedia,
  WHOLE_BYTES_MAX,
} from './harness/media.js';
import { expectInvalid } from './harness/problems.js';
import { send } from './storage/store-world.js';

describe('media', () => {
  const media = useMedia();
  const { api } = media;

  const sizes = [65, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, WHOLE_BYTES_MAX];
  it.each(TIERS.flatMap((tier) => sizes.map((size) => ({ tier, size }))))(
    'come back byte for byte: $tier, $size bytes',
    async ({ tier, size }) => {
      const user = await newUserOf(api, tier);
      const file = newFile(user, size);
      const reserved = await user.post('/media/upload', file.announced);
      expect(reserved.status).toBe(201);
      const { method, url, headers, expires_at } = reserved.body.upload;
      expect([method, Date.parse(expires_at) - Date.now() <= 300_000]).toEqual(['PUT', true]);
      expect((await put({ method, url, headers }, file.bytes)).status).toBe(200);
      const { status, body } = await complete(user, file.announced.id);
      expect([status, body.state, body.byte_size, body.sha256]).toEqual([200, 'ready', size, file.announced.sha256]);

      const answer = await user.get(`/media/${body.id}/download`);
      expect(Date.parse(answer.body.expires_at) - Date.now()).toBeLessThanOrEqual(60_000);
      const fetched = await send({ method: 'GET', url: answer.body.url, headers: {} });
      expect([fetched.status, fetched.bytes.equals(file.bytes)]).toEqual([200, true]);
      expect(fetched.headers.get('content-disposition')).toBe('attachment');
      expect(fetched.headers.get('content-type')).toBe('application/octet-stream');
      const range = await send({ method: 'GET', url: answer.body.url, headers: { range: 'bytes=3-9' } });
      expect([range.status, range.bytes]).toEqual([206, file.bytes.subarray(3, 10)]);
    },
  );

  it('are described to their owner with what opens them: uce', async () => {
    const ada = await api.newUser();
    const file = newFile(ada, 100, { content_type: 'video/mp4' });
    const sealed_metadata = sealedMetadata(ada, file.announced.id);
    const written = await upload(ada, { ...file, announced: { ...file.announced, sealed_metadata } });
    const { body } = await ada.get(`/media/${file.announced.id}`);
    const { history_head, ...view } = written.body;
    expect(history_head).toEqual({ seq: 2, hash: expect.any(String) });
    expect(body).toEqual(view);
    expect(body).toEqual({
      ...file.announced,
      tier: 'uce',
      state: 'ready',
      sealed_metadata,
      thumbnail_id: null,
      thumbnail_of: null,
      created_at: expect.any(String),
      ready_at: expect.any(String),
      deleted_at: null,
    });
  });

  it('are described to their owner with what opens them: e2e', async () => {
    const eve = await api.newE2eUser();
    const file = newFile(eve);
    await upload(eve, file);
    const { body } = await eve.get(`/media/${file.announced.id}`);
    expect(body).toMatchObject({ ...file.announced, tier: 'e2e', state: 'ready' });
    expect(Object.keys(body)).not.toContain('key');
    const context = { userId: eve.id, objectType: ObjectType.media, objectId: body.id };
    const wrapped = Buffer.from(body.wrapped_key, 'base64url');
    expect(unwrapContentKey({ tier: 'e2e', master: eve.account.master, context, wrapped }).key).toHaveLength(32);
  });

  it('keep their raw key from the database: it is wrapped under the master key', async () => {
    const ada = await api.newUser();
    const file = newFile(ada);
    await upload(ada, file);
    const [row] = await api.database.look<{ text: string; wrapped_key: Buffer }>(
      'SELECT media::text AS text, wrapped_key FROM media WHERE user_id = $1',
      [ada.id],
    );
    expect(row?.wrapped_key).toHaveLength(112);
    expect(row?.text).not.toContain(Buffer.from(file.announced.key, 'base64url').toString('hex'));
  });

  it('are listed newest first, page by page, by type, and without thumbnails and reservations', async () => {
    const ada = await api.newUser();
    const ids: string[] = [];
    for (const content_type of ['image/png', 'video/mp4', 'audio/ogg', 'application/pdf', 'image/webp'])
      ids.unshift((await upload(ada, newFile(ada, 65, { content_type }))).body.id);
    await upload(ada, newFile(ada, 65, { thumbnail_of: ids[0] }));
    await ada.post('/media/upload', newFile(ada).announced);
    const idsOf = async (query: string) =>
      (await ada.get(`/media?${query}`)).body.data.map((row: { id: string }) => row.id);
    expect(await idsOf('')).toEqual(ids);
    expect(await idsOf('type=image')).toEqual([ids[0], ids[4]]);
    expect([await idsOf('type=video'), await idsOf('type=audio'), await idsOf('type=other')]).toEqual([
      [ids[3]],
      [ids[2]],
      [ids[1]],
    ]);
    const first = (await ada.get('/media?limit=2')).body;
    const second = (await ada.get(`/media?limit=2&cursor=${first.next_cursor}`)).body;
    const third = (await ada.get(`/media?limit=2&cursor=${second.next_cursor}`)).body;
    const pages = [first, second, third].map(({ data }) => data.map((row: { id: string }) => row.id));
    expect([pages.flat(), third.next_cursor]).toEqual([ids, null]);
    expectInvalid(await ada.get('/media?type=text'), '#/query/type');
  });

  describe('with a thumbnail', () => {
    it('name it, and it names them; there is one', async () => {
      const ada = await api.newUser();
      const { id } = (await upload(ada, newFile(ada, 500))).body;
      const thumbnail = newFile(ada, 70, { thumbnail_of: id });
      await ada.post('/media/upload', thumbnail.announced);
      expect((await ada.get(`/media/${id}`)).body.thumbnail_id).toBeNull();
      await upload(ada, thumbnail);
      const thumbnailId = thumbnail.announced.id;
      expect((await ada.get(`/media/${id}`)).body.thumbnail_id).toBe(thumbnailId);
      expect((await ada.get('/media')).body.data).toMatchObject([{ id, thumbnail_id: thumbnailId }]);
      expect((await ada.get(`/media/${thumbnailId}`)).body.thumbnail_of).toBe(id);
      expect((await ada.post('/media/upload', thumbnail.announced)).status).toBe(200);
      for (const thumbnail_of of [id, thumbnailId])
        expectInvalid(await ada.post('/media/upload', newFile(ada, 65, { thumbnail_of }).announced), '#/thumbnail_of');
      expect(await usedBytes(ada)).toBe(570);
    });
  });

  it('are completed once, however many ask at the same time', async () => {
    const ada = await api.newUser();
    const id = await sendFile(ada, newFile(ada));
    const answers = await Promise.all(Array.from({ length: 6 }, () => complete(ada, id)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await verifiedLedger(api.database, ada.id)).filter(({ type }) => type === 'media_added')).toHaveLength(1);
  });

  it('are in the history: added, deleted, restored and erased', async () => {
    const eve = await api.newE2eUser();
    const { id } = (await upload(eve)).body;
    await remove(eve, id);
    await eve.post(`/media/${id}/restore`);
    const erased = await remove(eve, id, '?permanent=true');
    const lines = (await verifiedLedger(api.database, eve.id)).filter(({ type }) => type.startsWith('media_'));
    expect(lines.map(({ type, subject }) => [type, subject])).toEqual(
      ['media_added', 'media_deleted', 'media_restored', 'media_erased'].map((type) => [type, id]),
    );
    expect(lines.every(({ session }) => session !== null)).toBe(true);
    const [head] = await api.database.look<{ seq: number }>('SELECT seq::int FROM ledger_heads WHERE user_id = $1', [
      eve.id,
    ]);
    expect(erased.body.history_head.seq).toBe(head?.seq);
  });
});
