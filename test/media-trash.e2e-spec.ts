import { createId } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ERASE_MEDIA, MediaErasing } from '../src/modules/media/media-erasing.js';
import { MediaTrashService } from '../src/modules/media/media-trash.service.js';
import { UserId } from '../src/platform/ids.js';
import { ObjectStore } from '../src/platform/storage/object-store.js';
import type { TestUser } from './harness/api.js';
import { verifiedLedger } from './harness/ledger.js';
import {
  complete,
  download,
  newFile,
  newUserOf,
  remove,
  sealedMetadata,
  sendFile,
  sendParts,
  TIERS,
  upload,
  usedBytes,
  useMedia,
  WHOLE_BYTES_MAX,
} from './harness/media.js';
import { expectProblem } from './harness/problems.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('media in the trash', () => {
  const media = useMedia();
  const { api } = media;
  let ada: TestUser;

  beforeAll(async () => {
    ada = await api.newUser();
  });

  const sweep = async () => {
    const trash = api.get(MediaTrashService);
    return (await trash.emptyTrash()) + (await trash.expireUploads());
  };
  const held = async (id: string) => (await media.held()).filter((name) => name.includes(id));
  const idsOf = async (query = '') => (await ada.get(`/media${query}`)).body.data.map((row: { id: string }) => row.id);
  /** Lets so many days go by for what is due of this one. */
  const wait = (id: string, days: number) =>
    api.database.look(`UPDATE due SET due_at = due_at - make_interval(days => $2) WHERE id = $1`, [id, days]);
  const rowsOf = (id: string) => api.database.look('SELECT FROM media WHERE id = $1', [id]);

  it('are out of the list, can be looked at, and come back as they were', async () => {
    const file = newFile(ada);
    const { history_head: _, ...before } = (await upload(ada, file)).body;
    const { id } = before;
    const removed = await remove(ada, id);
    expect([removed.status, removed.body.id, await idsOf()]).toEqual([200, id, []]);
    expect(await idsOf('?deleted=true')).toEqual([id]);
    expect((await ada.get(`/media/${id}`)).body).toEqual({ ...before, deleted_at: removed.body.deleted_at });
    expect((await download(ada, id)).bytes.equals(file.bytes)).toBe(true);
    // Once more changes nothing, and notes nothing.
    expect((await remove(ada, id)).body).toEqual(removed.body);
    const restored = await ada.post(`/media/${id}/restore`);
    expect(restored.body).toMatchObject({ ...before, deleted_at: null });
    expect((await ada.post(`/media/${id}/restore`)).body).toEqual(restored.body);
    expect([await idsOf(), await idsOf('?deleted=true')]).toEqual([[id], []]);
  });

  it.each(TIERS)('are erased after 30 days, not before, and their id is never used again: %s', async (tier) => {
    const user = await newUserOf(api, tier);
    const file = newFile(user);
    const { id } = (await upload(user, file)).body;
    await remove(user, id);
    const [due] = await api.database.look<{ due_at: Date }>('SELECT due_at FROM due WHERE id = $1', [id]);
    const { deleted_at: deletedAt } = (await user.get(`/media/${id}`)).body;
    expect((due?.due_at.getTime() ?? 0) - Date.parse(deletedAt)).toBe(30 * DAY_MS);
    await wait(id, 29);
    expect([await sweep(), (await rowsOf(id)).length]).toEqual([0, 1]);
    await wait(id, 1);
    expect(await sweep()).toBe(1);
    expect([await rowsOf(id), await held(id), await usedBytes(user)]).toEqual([[], [], 0]);
    expect(await api.database.look('SELECT FROM due WHERE id = $1', [id])).toEqual([]);
    for (const answer of [
      await user.get(`/media/${id}`),
      await user.get(`/media/${id}/download`),
      await complete(user, id),
      await remove(user, id),
      await remove(user, id, '?permanent=true'),
      await user.post(`/media/${id}/restore`),
      await user.post('/media/upload', file.announced),
    ])
      expectProblem(answer, 410, 'media/erased');
    const last = (await verifiedLedger(api.database, user.id)).at(-1);
    expect(last).toMatchObject({ type: 'media_erased', subject: id, session: null });
  });

  it('are not erased when they were restored in the meantime, nor when they were deleted anew', async () => {
    const { id } = (await upload(ada)).body;
    await remove(ada, id);
    await ada.post(`/media/${id}/restore`);
    await wait(id, 31);
    expect([await sweep(), (await rowsOf(id)).length]).toEqual([0, 1]);
    await remove(ada, id);
    await wait(id, 31);
    await ada.post(`/media/${id}/restore`);
    await remove(ada, id);
    expect([await sweep(), (await rowsOf(id)).length]).toEqual([0, 1]);
    // A sweep that had looked it up before all of that comes to it now.
    expect(await api.get(MediaErasing).eraseDue(UserId.parse(ada.id), ERASE_MEDIA, id)).toBeNull();
    expect((await ada.get(`/media/${id}`)).status).toBe(200);
  });

  it('can be erased at once, and so can what is not in it', async () => {
    const user = await api.newUser();
    for (const isInTrash of [true, false]) {
      const { id } = (await upload(user)).body;
      if (isInTrash) await remove(user, id);
      const { status, body } = await remove(user, id, '?permanent=true');
      expect([status, body.deleted_at, await held(id), await rowsOf(id)]).toEqual([200, null, [], []]);
      expectProblem(await user.get(`/media/${id}`), 410, 'media/erased');
    }
    expect(await usedBytes(user)).toBe(0);
    expectProblem(await remove(user, createId(), '?permanent=true'), 404, 'media/not-found');
  });

  it('take their thumbnails with them, in whatever state, and all of their room', async () => {
    const user = await api.newUser();
    const { id } = (await upload(user, newFile(user, 1000))).body;
    const shown = newFile(user, 70, { thumbnail_of: id });
    const begun = newFile(user, 80, { thumbnail_of: id });
    await user.post('/media/upload', begun.announced);
    await upload(user, { ...shown, announced: { ...shown.announced, sealed_metadata: sealedMetadata(user, id) } });
    expect(await usedBytes(user)).toBeGreaterThan(1000 + 70 + 80 + 256);
    await remove(user, id, '?permanent=true');
    expect([await usedBytes(user), await held(user.id)]).toEqual([0, []]);
    expectProblem(await user.get(`/media/${shown.announced.id}`), 410, 'media/erased');
    expectProblem(await user.get(`/media/${begun.announced.id}`), 404, 'media/not-found');
    expect(await api.database.look('SELECT FROM due WHERE user_id = $1', [user.id])).toEqual([]);
    const erased = (await verifiedLedger(api.database, user.id)).filter(({ type }) => type === 'media_erased');
    expect(erased.map(({ subject }) => subject)).toEqual([shown.announced.id, id]);
  });

  it('whose erasing is broken off are gone for everybody, and are taken away later', async () => {
    const user = await api.newUser();
    const file = newFile(user);
    const { id } = (await upload(user, file)).body;
    const store = api.get(ObjectStore);
    const { erase } = store;
    store.erase = () => Promise.reject(new Error('the store is away'));
    expect((await remove(user, id, '?permanent=true')).status).toBe(500);
    expectProblem(await user.get(`/media/${id}`), 410, 'media/erased');
    expectProblem(await user.post('/media/upload', file.announced), 410, 'media/erased');
    expect((await user.get('/media?deleted=true')).body.data).toEqual([]);
    // The job tells of what it could not do, and does it the next time.
    await expect(sweep()).rejects.toThrow('media.erase: 1 that were due could not be done');
    expect((await held(id)).length).toBe(1);
    store.erase = erase;
    expect(await sweep()).toBe(1);
    expect([await held(id), await rowsOf(id), await usedBytes(user)]).toEqual([[], [], 0]);
  });

  describe('that were reserved and never came', () => {
    it('are given up after a day, not before, with what was sent of them', async () => {
      const user = await api.newUser();
      const whole = newFile(user, 5000);
      await sendFile(user, whole);
      const inParts = newFile(user, WHOLE_BYTES_MAX + 1);
      await user.post('/media/upload', inParts.announced);
      await sendParts(user, inParts.announced.id, inParts.bytes, [3]);
      expect([await sweep(), (await held(user.id)).length]).toEqual([0, 2]);
      for (const { announced } of [whole, inParts]) await wait(announced.id, 1);
      expect(await sweep()).toBe(2);
      expect([await held(user.id), await usedBytes(user)]).toEqual([[], 0]);
      expectProblem(await user.get(`/media/${whole.announced.id}`), 404, 'media/not-found');
      // It was never there, so its id is as good as new.
      expect((await upload(user, whole)).body.state).toBe('ready');
      expect((await verifiedLedger(api.database, user.id)).map(({ type }) => type)).toEqual([
        'account_created',
        'media_added',
      ]);
    });

    it('stay when they were completed in the last moment', async () => {
      const file = newFile(ada);
      const id = await sendFile(ada, file);
      await wait(id, 1);
      await complete(ada, id);
      await api.database.look(`INSERT INTO due VALUES ($1, 'media.expire', $2, now() - interval '1 hour')`, [
        ada.id,
        id,
      ]);
      expect([await sweep(), (await held(id)).length]).toEqual([0, 1]);
      expect((await ada.get(`/media/${id}`)).body.state).toBe('ready');
    });

    it('are given up at once when they are deleted', async () => {
      const user = await api.newUser();
      const file = newFile(user, 5000);
      const id = await sendFile(user, file);
      expect((await remove(user, id)).body).toMatchObject({ id, deleted_at: null });
      expect([await held(id), await usedBytes(user)]).toEqual([[], 0]);
      expectProblem(await complete(user, id), 404, 'media/not-found');
    });
  });
});
