import { describe, expect, it } from '@jest/globals';
import { complete, download, newFile, put, remove, sendFile, upload, usedBytes, useMedia } from './harness/media.js';
import { expectProblem } from './harness/problems.js';
import { sha256 } from './harness/store.js';
import { send } from './storage/store-world.js';

describe('media', () => {
  const media = useMedia();
  const { api } = media;

  describe('whose object is another than was announced', () => {
    const keyOf = async (id: string) => (await media.held()).find((name) => name.includes(id)) ?? 'none';

    it.each([
      ['of other bytes', (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 1))],
      ['shorter by one', (bytes: Buffer) => bytes.subarray(1)],
      ['longer by one', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)])],
    ])('are refused, and can be sent again: %s', async (_what, spoilt) => {
      const ada = await api.newUser();
      const file = newFile(ada, 1000);
      const id = await sendFile(ada, file);
      // Past the store's own check, as damage on its disks would be.
      await media.world.newObject(spoilt(file.bytes), await keyOf(id));
      expectProblem(await complete(ada, id), 422, 'media/checksum-mismatch');
      expect(await keyOf(id)).toBe('none');
      expect((await ada.get(`/media/${id}`)).body.state).toBe('reserved');
      expectProblem(await complete(ada, id), 409, 'media/incomplete');
      expect((await upload(ada, file)).body.state).toBe('ready');
      expect((await download(ada, id)).bytes.equals(file.bytes)).toBe(true);
    });
  });

  it('cannot be changed under a row by an address that was given for something else', async () => {
    const ada = await api.newUser();
    const first = newFile(ada, 5000);
    const stale = (await ada.post('/media/upload', first.announced)).body.upload;
    await remove(ada, first.announced.id);
    const second = newFile(ada, 100, { id: first.announced.id });
    await upload(ada, second);
    // The old address is good for some minutes yet.
    expect((await put(stale, first.bytes)).status).toBe(200);
    expect((await download(ada, second.announced.id)).bytes.equals(second.bytes)).toBe(true);
    expect(await usedBytes(ada)).toBe(100);
  });

  it('are refused by the store when the request is not the one that was signed', async () => {
    const ada = await api.newUser();
    const file = newFile(ada, 1000);
    const { upload: signed } = (await ada.post('/media/upload', file.announced)).body;
    const other = newFile(ada, 1000);
    const { upload: otherSigned } = (await ada.post('/media/upload', other.announced)).body;
    const swapped = signed.url.replace(new URL(signed.url).pathname, new URL(otherSigned.url).pathname);
    const withHeaders = (headers: Record<string, string>) => ({
      ...signed,
      headers: { ...signed.headers, ...headers },
    });
    const longer = Buffer.concat([file.bytes, Buffer.alloc(1)]);
    const attempts: [string, typeof signed, Buffer][] = [
      ['another key', { ...signed, url: swapped }, file.bytes],
      ['one byte more', signed, longer],
      [
        'one byte more, and its checksum',
        withHeaders({ 'x-amz-checksum-sha256': sha256(longer).toString('base64') }),
        longer,
      ],
      ['other bytes', signed, other.bytes],
      [
        'another checksum',
        withHeaders({ 'x-amz-checksum-sha256': sha256(other.bytes).toString('base64') }),
        other.bytes,
      ],
      ['another type', withHeaders({ 'content-type': 'text/html' }), file.bytes],
      ['a later end', { ...signed, url: signed.url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=86400') }, file.bytes],
      ['another method', { ...signed, method: 'POST' }, file.bytes],
    ];
    for (const [what, request, bytes] of attempts) {
      const { status } = await put(request, bytes);
      expect([what, [400, 403, 405].includes(status) ? 'refused' : status]).toEqual([what, 'refused']);
    }
    for (const method of ['GET', 'DELETE']) expect((await send({ ...signed, method })).status).toBe(403);
    expect((await media.held()).filter((name) => name.includes(file.announced.id))).toEqual([]);
    expect((await put(signed, file.bytes)).status).toBe(200);
  });

  it('are neither sent nor fetched by an address that has expired', async () => {
    const ada = await api.newUser();
    const { id } = (await upload(ada)).body;
    const { url } = (await ada.get(`/media/${id}/download`)).body;
    const file = newFile(ada);
    const { upload: signed } = (await ada.post('/media/upload', file.announced)).body;
    const fetched = () => send({ method: 'GET', url, headers: {} });
    media.store.advance(59_000);
    expect((await fetched()).status).toBe(200);
    media.store.advance(2_000);
    expect((await fetched()).status).toBe(403);
    media.store.advance(240_000);
    expect((await put(signed, file.bytes)).status).toBe(403);
    media.store.advance(-301_000);
    expect((await put(signed, file.bytes)).status).toBe(200);
  });
});
