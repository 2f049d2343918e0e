import { afterEach, describe, expect, it } from '@jest/globals';
import { Collector } from '../src/modules/media/collector.js';
import { MediaTrashService } from '../src/modules/media/media-trash.service.js';
import { ObjectStore } from '../src/platform/storage/object-store.js';
import { complete, download, newFile, put, remove, sendFile, upload, usedBytes, useMedia } from './harness/media.js';
import { expectProblem } from './harness/problems.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('an object that is there, and is looked at or taken away twice at once,', () => {
  const media = useMedia();
  const { api } = media;
  const keysOf = async (id: string) => (await media.held()).filter((name) => name.includes(id));

  let release = () => undefined as void;
  afterEach(() => release());

  /** The first call waits for `release`, before or after it was answered; the others do not. */
  const hold = (name: 'find' | 'erase', when: 'before' | 'after') => {
    const store = api.get(ObjectStore);
    const original = store[name].bind(store) as (key: string) => Promise<never>;
    const released = new Promise<void>((resolve) => (release = resolve));
    let isFirst = true;
    return new Promise<void>((resolveHeld) => {
      store[name] = async (key: string) => {
        if (!isFirst) return original(key);
        isFirst = false;
        const answer = when === 'after' ? await original(key) : undefined;
        resolveHeld();
        await released;
        Object.assign(store, { [name]: original });
        return when === 'after' ? (answer as never) : original(key);
      };
    });
  };

  /** Something that was reserved, with bytes in its place that are not its own: as damage on the store's disks would be. */
  const spoilt = async () => {
    const ada = await api.newUser();
    const file = newFile(ada, 1000);
    const { upload: address } = (await ada.post('/media/upload', file.announced)).body;
    await put(address, file.bytes);
    const { id } = file.announced;
    const [key = ''] = await keysOf(id);
    await media.world.newObject(file.bytes.subarray(1), key);
    return { ada, file, id, address, key };
  };

  it('stays when it was sent again and completed after the first look had found something else', async () => {
    const { ada, file, id, address } = await spoilt();
    const held = hold('find', 'after');
    const slow = complete(ada, id);
    await held;
    expect((await put(address, file.bytes)).status).toBe(200);
    expect((await complete(ada, id)).body.state).toBe('ready');
    release();
    expect((await slow).body.state).toBe('ready');
    expect((await download(ada, id)).bytes.equals(file.bytes)).toBe(true);
  });

  it('stays when it was refused, reserved and sent again before the first look came to an end', async () => {
    const { ada, file, id } = await spoilt();
    const held = hold('find', 'after');
    const slow = complete(ada, id);
    await held;
    expectProblem(await complete(ada, id), 422, 'media/checksum-mismatch');
    expect((await upload(ada, file)).body.state).toBe('ready');
    release();
    expect((await slow).body.state).toBe('ready');
    expect((await download(ada, id)).bytes.equals(file.bytes)).toBe(true);
    expect(await usedBytes(ada)).toBe(1000);
  });

  it('is not ready when it was refused after the first look had found it good', async () => {
    const ada = await api.newUser();
    const file = newFile(ada, 1000);
    const id = await sendFile(ada, file);
    const held = hold('find', 'after');
    const slow = complete(ada, id);
    await held;
    const [key = ''] = await keysOf(id);
    await media.world.newObject(file.bytes.subarray(1), key);
    expectProblem(await complete(ada, id), 422, 'media/checksum-mismatch');
    release();
    expectProblem(await slow, 409, 'media/incomplete');
    expect((await ada.get(`/media/${id}`)).body.state).toBe('reserved');
    expect(await keysOf(id)).toEqual([]);
    expect((await upload(ada, file)).body.state).toBe('ready');
  });

  it('is not reached any more by an address that was given before it was refused', async () => {
    const { ada, file, id, address } = await spoilt();
    expectProblem(await complete(ada, id), 422, 'media/checksum-mismatch');
    expect((await put(address, file.bytes)).status).toBe(200);
    expectProblem(await complete(ada, id), 409, 'media/incomplete');
    expect((await upload(ada, file)).body.state).toBe('ready');
    expect((await keysOf(id)).length).toBe(2);
    expect((await download(ada, id)).bytes.equals(file.bytes)).toBe(true);
  });

  it('is taken away later when the store did not answer while it was refused', async () => {
    const { ada, file, id, key } = await spoilt();
    const store = api.get(ObjectStore);
    const { erase } = store;
    store.erase = () => Promise.reject(new Error('the store is away'));
    expect((await complete(ada, id)).status).toBe(500);
    store.erase = erase;
    expect((await ada.get(`/media/${id}`)).body.state).toBe('reserved');
    expect((await upload(ada, file)).body.state).toBe('ready');
    expect((await keysOf(id)).includes(key)).toBe(true);
    api.advance(DAY_MS + 60_000);
    await api.get(Collector).run();
    api.advance(-(DAY_MS + 60_000));
    expect((await keysOf(id)).length).toBe(1);
    expect((await download(ada, id)).bytes.equals(file.bytes)).toBe(true);
  });

  it('stays when its id was given up twice at once, and used again in between', async () => {
    const ada = await api.newUser();
    const file = newFile(ada, 1000);
    const id = await sendFile(ada, file);
    const held = hold('erase', 'before');
    const slow = remove(ada, id);
    await held;
    // The job goes on with an erasing that seems broken off, and the id is free again.
    expect(await api.get(MediaTrashService).emptyTrash()).toBe(1);
    expect((await upload(ada, file)).body.state).toBe('ready');
    release();
    expect((await slow).status).toBe(200);
    expect((await download(ada, id)).bytes.equals(file.bytes)).toBe(true);
    expect([(await keysOf(id)).length, await usedBytes(ada)]).toEqual([1, 1000]);
  });
});
