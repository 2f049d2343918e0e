import { createId } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { Collector } from '../src/modules/media/collector.js';
import { newFile, remove, sendFile, sendParts, upload, useMedia, WHOLE_BYTES_MAX } from './harness/media.js';
import { expectProblem } from './harness/problems.js';
import { bytesOf } from './harness/store.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('the collector', () => {
  const media = useMedia();
  const { api } = media;
  const collect = () => api.get(Collector).run();
  /** Every user is looked at once in a week. */
  const collectForAWeek = async () => {
    const total = { orphans: 0, missing: 0, found: 0 };
    for (let day = 0; day < 7; day++) {
      const { orphans, missing, found } = await collect();
      total.orphans += orphans;
      total.missing += missing;
      total.found += found;
      api.advance(DAY_MS);
    }
    api.advance(-7 * DAY_MS);
    return total;
  };

  it('takes away what no row knows of when it is older than a day, and leaves what is younger or known', async () => {
    const ada = await api.newUser();
    const { id } = (await upload(ada)).body;
    const { id: trashed } = (await upload(ada)).body;
    await remove(ada, trashed);
    const whole = await sendFile(ada, newFile(ada));
    const inParts = newFile(ada, WHOLE_BYTES_MAX + 1);
    await ada.post('/media/upload', inParts.announced);
    await sendParts(ada, inParts.announced.id, inParts.bytes, [3]);
    const known = await media.held();
    expect(
      known.map((name) => [id, trashed, whole, inParts.announced.id].filter((known) => name.includes(known)).length),
    ).toEqual([1, 1, 1, 1]);
    const [first = ''] = known;
    const orphans = [
      `media/${ada.id}/${createId()}/parts`,
      `media/${createId()}/${id}/parts`,
      `media/${ada.id}/${id}/${'0'.repeat(64)}`,
      `${first}/more`,
      'media/nonsense',
      'media/%2e%2e/x y+z',
    ];
    for (const key of orphans) await media.world.newObject(bytesOf(100), key);
    for (const key of [first, orphans[0] ?? '']) await media.world.store.beginUpload(key, 'image/jpeg');
    await media.world.newObject(bytesOf(100), 'elsewhere/not-media');

    expect(await collect()).toMatchObject({ orphans: 0 });
    expect((await media.held()).length).toBe(known.length + orphans.length + 2);
    api.advance(DAY_MS + 60_000);
    expect(await collect()).toMatchObject({ orphans: orphans.length + 2 });
    expect(await media.held()).toEqual(known);
    expect(await media.world.store.find('elsewhere/not-media')).not.toBeNull();
    api.advance(-(DAY_MS + 60_000));
  });

  it('says of media that the store has lost that they are missing, and that they are there when they are found', async () => {
    const ada = await api.newUser();
    const [lost, cut, kept] = [newFile(ada), newFile(ada), newFile(ada)];
    for (const file of [lost, cut, kept]) await upload(ada, file);
    const keyOf = async (id: string) => (await media.held()).find((name) => name.includes(id)) ?? '';
    const [lostKey, cutKey] = [await keyOf(lost.announced.id), await keyOf(cut.announced.id)];
    await media.world.store.erase(lostKey);
    await media.world.newObject(cut.bytes.subarray(1), cutKey);
    expect(await collectForAWeek()).toEqual({ orphans: 0, missing: 2, found: 0 });
    for (const { announced } of [lost, cut]) {
      expect((await ada.get(`/media/${announced.id}`)).body.state).toBe('missing');
      expectProblem(await ada.get(`/media/${announced.id}/download`), 409, 'media/missing');
    }
    expect((await ada.get(`/media/${kept.announced.id}`)).body.state).toBe('ready');
    expect((await ada.get('/media')).body.data).toHaveLength(3);

    await media.world.newObject(lost.bytes, lostKey);
    await media.world.newObject(cut.bytes, cutKey);
    expect(await collectForAWeek()).toEqual({ orphans: 0, missing: 0, found: 2 });
    expect((await ada.get(`/media/${lost.announced.id}/download`)).status).toBe(200);
  });
});
