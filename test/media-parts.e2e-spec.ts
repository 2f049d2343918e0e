import { beforeAll, describe, expect, it } from '@jest/globals';
import type { TestUser } from './harness/api.js';
import {
  complete,
  download,
  MIB,
  newFile,
  newUserOf,
  PART_BYTES,
  partOf,
  put,
  remove,
  sendParts,
  type TestFile,
  TIERS,
  upload,
  usedBytes,
  useMedia,
  WHOLE_BYTES_MAX,
} from './harness/media.js';
import { expectInvalid, expectProblem } from './harness/problems.js';
import { sha256 } from './harness/store.js';
import { ObjectStore } from '../src/platform/storage/object-store.js';

describe('an upload in parts', () => {
  const media = useMedia();
  const { api } = media;
  let ada: TestUser;

  beforeAll(async () => {
    ada = await api.newUser();
  });

  const sum = (bytes: Uint8Array) => sha256(bytes).toString('base64url');
  const ask = (user: TestUser, id: string, parts: { number: number; sha256: string }[] = []) =>
    user.post(`/media/${id}/parts`, { parts });
  const reserve = async (user: TestUser, size = WHOLE_BYTES_MAX + 1): Promise<TestFile & { id: string }> => {
    const file = newFile(user, size);
    const { status, text } = await user.post('/media/upload', file.announced);
    if (status !== 201) throw new Error(text);
    return { ...file, id: file.announced.id };
  };
  const held = async (id: string) => (await media.held()).filter((name) => name.includes(id));

  it.each(TIERS)('of one byte more than 16 MiB comes back as it was: %s', async (tier) => {
    const user = await newUserOf(api, tier);
    const file = newFile(user, WHOLE_BYTES_MAX + 1);
    const reserved = await user.post('/media/upload', file.announced);
    expect([reserved.status, reserved.body.upload]).toEqual([201, { part_bytes: PART_BYTES, part_count: 3 }]);
    const { body } = await upload(user, file);
    expect([body.state, body.sha256, body.byte_size]).toEqual(['ready', null, WHOLE_BYTES_MAX + 1]);
    const { status, bytes } = await download(user, body.id);
    expect([status, bytes.equals(file.bytes)]).toEqual([200, true]);
    expect(await usedBytes(user)).toBe(WHOLE_BYTES_MAX + 1);
    expect((await ask(user, body.id)).body).toEqual({ parts: [], uploaded: [1, 2, 3] });
  });

  it('goes on after a break, out of order, with what is there', async () => {
    const { id, bytes } = await reserve(ada, 20 * MIB);
    expect((await ask(ada, id)).body).toEqual({ parts: [], uploaded: [] });
    await sendParts(ada, id, bytes, [3, 1]);
    expectProblem(await complete(ada, id), 409, 'media/incomplete');
    expect((await ask(ada, id)).body).toEqual({ parts: [], uploaded: [1, 3] });
    await sendParts(ada, id, bytes, [2]);
    expect((await complete(ada, id)).body.state).toBe('ready');
    expect((await download(ada, id)).bytes.equals(bytes)).toBe(true);
    expect(await held(id)).toHaveLength(1);
  });

  it('counts a part as it was last announced', async () => {
    const { id, bytes } = await reserve(ada);
    await sendParts(ada, id, bytes);
    const other = { number: 1, sha256: sum(partOf(bytes, 2)) };
    expect((await ask(ada, id, [other])).body.uploaded).toEqual([2, 3]);
    expectProblem(await complete(ada, id), 409, 'media/incomplete');
    expect((await ask(ada, id, [{ ...other, sha256: sum(partOf(bytes, 1)) }])).body.uploaded).toEqual([1, 2, 3]);
    expect((await complete(ada, id)).status).toBe(200);
  });

  it('takes of each part what was announced, and nothing else', async () => {
    const { id, bytes } = await reserve(ada);
    const asked = [1, 2, 3].map((number) => ({ number, sha256: sum(partOf(bytes, number)) }));
    const { parts } = (await ask(ada, id, asked)).body;
    expect(parts.map(({ number }: { number: number }) => number)).toEqual([1, 2, 3]);
    const [first, second, third] = parts;
    expect((await put(first, partOf(bytes, 2))).status).toBe(400);
    expect((await put(third, Buffer.alloc(2))).status).toBe(403);
    expect(
      (await put({ ...second, url: second.url.replace('partNumber=2', 'partNumber=1') }, partOf(bytes, 2))).status,
    ).toBe(403);
    expect((await ask(ada, id)).body.uploaded).toEqual([]);
  });

  it('is asked for in the form that it has', async () => {
    const { id } = await reserve(ada);
    const zeros = sum(new Uint8Array());
    expectInvalid(await ask(ada, id, [{ number: 4, sha256: zeros }]), '#/parts/0/number');
    expectInvalid(await ask(ada, id, [{ number: 0, sha256: zeros }]), '#/parts/0/number');
    expectInvalid(
      await ask(
        ada,
        id,
        [1, 1].map((number) => ({ number, sha256: zeros })),
      ),
      '#/parts',
    );
    const many = Array.from({ length: 101 }, (_, index) => ({ number: index + 1, sha256: zeros }));
    expectInvalid(await ask(ada, id, many), '#/parts');
    const whole = (await ada.post('/media/upload', newFile(ada).announced)).body;
    expectInvalid(await ask(ada, whole.id), '#/parts');
  });

  it('is begun once, however many ask at the same time', async () => {
    const { id, bytes } = await reserve(ada);
    const asked = [{ number: 1, sha256: sum(partOf(bytes, 1)) }];
    const store = api.get(ObjectStore);
    const begin = store.beginUpload.bind(store);
    const begun: (() => void)[] = [];
    // None goes on before all have begun one of their own.
    store.beginUpload = async (...place) => {
      const uploadId = await begin(...place);
      await new Promise<void>((resolve) => {
        if (begun.push(resolve) === 5) for (const go of begun) go();
      });
      return uploadId;
    };
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(ada, id, asked)));
    store.beginUpload = begin;
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const uploads = new Set(answers.map(({ body }) => new URL(body.parts[0].url).searchParams.get('uploadId')));
    expect([uploads.size, await held(id)]).toEqual([1, [expect.stringMatching(/^unfinished /)]]);
  });

  it('leaves nothing in the store when it is given up, and its room is free', async () => {
    const user = await api.newUser();
    const { id, bytes } = await reserve(user);
    await sendParts(user, id, bytes, [1]);
    expect(await usedBytes(user)).toBe(WHOLE_BYTES_MAX + 1);
    expect((await remove(user, id)).body.deleted_at).toBeNull();
    expect([await held(id), await usedBytes(user)]).toEqual([[], 0]);
    expectProblem(await user.get(`/media/${id}`), 404, 'media/not-found');
  });

  it('is completed by asking again when the parts were joined and nobody heard of it', async () => {
    const { id, bytes } = await reserve(ada);
    await sendParts(ada, id, bytes);
    const store = api.get(ObjectStore);
    const [row] = await api.database.look<{ upload_id: string }>('SELECT upload_id FROM media WHERE id = $1', [id]);
    const key = (await held(id))[0]?.replace('unfinished ', '') ?? '';
    const parts = (await store.listParts(key, row?.upload_id ?? '')) ?? [];
    expect(await store.completeUpload(key, row?.upload_id ?? '', parts)).toBe(true);
    const all = [1, 2, 3].map((number) => ({ number, sha256: sum(Buffer.alloc(number)) }));
    expect((await ask(ada, id, all)).body).toEqual({ parts: [], uploaded: [1, 2, 3] });
    expect((await complete(ada, id)).body.state).toBe('ready');
  });

  it('is begun anew when the store does not know of it any more', async () => {
    const { id, bytes } = await reserve(ada);
    await sendParts(ada, id, bytes, [1]);
    const [row] = await api.database.look<{ upload_id: string }>('SELECT upload_id FROM media WHERE id = $1', [id]);
    const key = (await held(id))[0]?.replace('unfinished ', '') ?? '';
    await media.world.store.abortUpload(key, row?.upload_id ?? '');
    expect((await ask(ada, id)).body.uploaded).toEqual([]);
    expectProblem(await complete(ada, id), 409, 'media/incomplete');
    await sendParts(ada, id, bytes);
    expect((await complete(ada, id)).body.state).toBe('ready');
  });

  it('is completed once, however many ask at the same time', async () => {
    const { id, bytes } = await reserve(ada);
    await sendParts(ada, id, bytes);
    const answers = await Promise.all(Array.from({ length: 5 }, () => complete(ada, id)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await download(ada, id)).bytes.equals(bytes)).toBe(true);
  });

  it.each([
    ['of other bytes', (bytes: Buffer) => Buffer.from(bytes).fill(7, bytes.length - 1)],
    ['shorter by one', (bytes: Buffer) => bytes.subarray(1)],
  ])('whose object is another is refused, and can be sent again: %s', async (_what, spoilt) => {
    const { id, bytes } = await reserve(ada);
    await sendParts(ada, id, bytes);
    const [row] = await api.database.look<{ upload_id: string }>('SELECT upload_id FROM media WHERE id = $1', [id]);
    const key = (await held(id))[0]?.replace('unfinished ', '') ?? '';
    await media.world.store.abortUpload(key, row?.upload_id ?? '');
    await media.world.newObject(spoilt(bytes), key);
    expectProblem(await complete(ada, id), 422, 'media/checksum-mismatch');
    expect(await held(id)).toEqual([]);
    expect((await ask(ada, id)).body.uploaded).toEqual([]);
    await sendParts(ada, id, bytes);
    expect((await complete(ada, id)).body.state).toBe('ready');
    expect((await download(ada, id)).bytes.equals(bytes)).toBe(true);
  });

  it('in a store that keeps no checksum of parts is read, part by part', async () => {
    const { id, bytes } = await reserve(ada);
    await sendParts(ada, id, bytes);
    const [row] = await api.database.look<{ upload_id: string }>('SELECT upload_id FROM media WHERE id = $1', [id]);
    const key = (await held(id))[0]?.replace('unfinished ', '') ?? '';
    await media.world.store.abortUpload(key, row?.upload_id ?? '');
    // An object in one piece has a checksum of its bytes, and none of parts.
    await media.world.newObject(bytes, key);
    expect((await complete(ada, id)).body.state).toBe('ready');
  });
});
