import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checksumOfParts } from '../../src/platform/storage/stored-object.js';
import { bytesOf, sha256 } from '../harness/store.js';
import type { StoreTraits } from './behaviour.js';
import { send, StoreWorld } from './store-world.js';

const PART = 5 * 1024 * 1024;

/** What holds of uploads in parts in every store. */
export function describeUploadsInParts(
  name: string,
  environment: () => Record<string, string>,
  { hasChecksums }: StoreTraits,
): void {
  describe(`an upload in parts to ${name}`, () => {
    let world: StoreWorld;
    let key: string;
    const [first, second] = [bytesOf(PART), bytesOf(100_001)];

    beforeAll(() => {
      world = new StoreWorld(environment());
    });
    afterAll(() => world.close());
    const begin = () => {
      key = world.newKey();
      return world.store.beginUpload(key, 'application/octet-stream');
    };

    it('becomes one object', async () => {
      const id = await begin();
      const parts = [await world.putPart(key, id, 1, first), await world.putPart(key, id, 2, second)];
      expect(await world.store.find(key)).toBeNull();
      expect(await world.store.completeUpload(key, id, parts)).toBe(true);
      expect(await world.store.find(key)).toEqual({
        byteSize: first.length + second.length,
        contentType: 'application/octet-stream',
        checksum: hasChecksums ? checksumOfParts([sha256(first), sha256(second)]) : undefined,
      });
      const { bytes } = await world.fetch(key);
      expect(bytes.equals(Buffer.concat([first, second]))).toBe(true);
      expect(await world.store.listParts(key, id)).toBeNull();
    });

    it('is taken up again where it was interrupted', async () => {
      const id = await begin();
      await world.putPart(key, id, 2, second);
      expect(await world.store.listParts(key, id)).toEqual([
        {
          number: 2,
          byteSize: second.length,
          etag: expect.stringMatching(/^"?\w{32}"?$/),
          sha256: hasChecksums ? sha256(second) : undefined,
        },
      ]);
      await world.putPart(key, id, 1, first);
      const parts = (await world.store.listParts(key, id)) ?? [];
      expect(parts.map(({ number }) => number)).toEqual([1, 2]);
      expect(await world.store.completeUpload(key, id, parts)).toBe(true);
      expect((await world.store.measure(key))?.sha256).toEqual(sha256(Buffer.concat([first, second])));
    });

    it('takes the last upload of a part', async () => {
      const id = await begin();
      const old = await world.putPart(key, id, 1, bytesOf(1000));
      const fresh = await world.putPart(key, id, 1, second);
      expect(await world.store.completeUpload(key, id, [old])).toBe(false);
      expect(await world.store.completeUpload(key, id, [fresh])).toBe(true);
      expect((await world.store.find(key))?.byteSize).toBe(second.length);
    });

    it('is not completed with a part that is missing, another or too small', async () => {
      const id = await begin();
      const [one, two] = [await world.putPart(key, id, 1, first), await world.putPart(key, id, 2, second)];
      const missing = { ...two, number: 4 };
      const other = { ...two, etag: `"${'0'.repeat(32)}"` };
      for (const last of [missing, other]) expect(await world.store.completeUpload(key, id, [one, last])).toBe(false);
      const three = await world.putPart(key, id, 3, second);
      expect(await world.store.completeUpload(key, id, [one, two, three])).toBe(false);
      expect(await world.store.find(key)).toBeNull();
      const large = await world.putPart(key, id, 2, first);
      expect(await world.store.completeUpload(key, id, [one, large, three])).toBe(true);
    });

    const itChecked = hasChecksums ? it : it.skip;
    itChecked('is not completed with the checksum of another part, and a part not taken with one', async () => {
      const id = await begin();
      const part = await world.putPart(key, id, 1, second);
      expect(await world.store.completeUpload(key, id, [{ ...part, sha256: sha256(first) }])).toBe(false);
      const announced = { byteSize: second.length, sha256: sha256(first) };
      const request = await world.store.presignPart(key, id, 2, announced);
      expect((await send(request, second)).status).toBe(400);
      expect((await world.store.listParts(key, id))?.map(({ number }) => number)).toEqual([1]);
      await world.store.abortUpload(key, id);
    });

    it('has addresses for one part each', async () => {
      const id = await begin();
      const announced = { byteSize: second.length, sha256: sha256(second) };
      const request = await world.store.presignPart(key, id, 1, announced);
      const other = await world.store.beginUpload(key, 'application/octet-stream');
      for (const url of [request.url.replace('partNumber=1', 'partNumber=2'), request.url.replace(id, other)])
        expect((await send({ ...request, url }, second)).status).toBe(403);
      expect((await send(request, bytesOf(second.length + 1))).status).toBe(403);
      expect((await send({ ...request, headers: {} }, second)).status).toBe(403);
      expect(await world.store.listParts(key, id)).toEqual([]);
      for (const upload of [id, other]) await world.store.abortUpload(key, upload);
    });

    it('leaves nothing behind when it is aborted', async () => {
      const id = await begin();
      const part = await world.putPart(key, id, 1, second);
      const announced = { byteSize: second.length, sha256: sha256(second) };
      const late = await world.store.presignPart(key, id, 2, announced);
      const before = await world.store.listUploads(key);
      expect(before.items.map(({ uploadId }) => uploadId)).toEqual([id]);
      await world.store.abortUpload(key, id);
      await world.store.abortUpload(key, id);
      expect(await world.store.listParts(key, id)).toBeNull();
      expect((await world.store.listUploads(key)).items).toEqual([]);
      expect((await send(late, second)).code).toBe('NoSuchUpload');
      // Some stores call it a failure of their own; what counts is that there is no object.
      const isComplete = await world.store.completeUpload(key, id, [part]).catch(() => false);
      expect([isComplete, await world.store.find(key)]).toEqual([false, null]);
    });
  });
}
