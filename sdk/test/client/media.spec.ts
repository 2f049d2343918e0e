import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createId, MasterKey, randomBytes, ready } from '../../src/crypto/index.js';
import { silenceMsMax } from '../../src/media/object-transfer.js';
import type { UploadRecord } from '../../src/media/upload-record.js';
import { realSurroundings } from '../../src/surroundings.js';
import { Imagined, refusal } from './imagined.js';
import { clientOf, ImaginedMedia, PART_BYTES } from './imagined-media.js';

const MIB = 1024 * 1024;
const image = { contentType: 'image/jpeg' };

/** Bytes of any size that no two places have alike. */
function file(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) bytes.set(randomBytes(Math.min(65_536, length - at)), at);
  return bytes;
}

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());
const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

function begin(tier: 'uce' | 'e2e' = 'e2e', master?: MasterKey) {
  const imagined = new ImaginedMedia(tier);
  const around = { ...realSurroundings(imagined.fetch), random: () => 0 };
  return { imagined, media: clientOf(imagined, around, master) };
}

beforeAll(ready);

describe.each(['uce', 'e2e'] as const)('a file of a %s account', (tier) => {
  it('comes back as it was, and is sealed wherever it lies', async () => {
    for (const size of [0, 1, 65_535, 65_536, 65_537, 3 * MIB]) {
      const { imagined, media } = begin(tier);
      const plain = file(size);
      const metadata = { file_name: 'Schnee.jpg', width: 4, content_type: 'image/jpeg' };
      const { id, metadata: opened } = await media.upload(plain, { contentType: 'application/octet-stream', metadata });
      expect(opened).toEqual({ v: 1, ...metadata });
      const { item, blob } = await media.download(id);
      const there = await blob();
      expect(there.type).toBe('image/jpeg');
      expect(isSame(await bytesOf(there), plain)).toBe(true);
      expect(item).toMatchObject({ tier, state: 'ready', metadata: { file_name: 'Schnee.jpg' } });
      expect(JSON.stringify(imagined.view(id))).not.toContain('Schnee');
      const object = Buffer.from(imagined.kept.get(id)?.object ?? []);
      expect(object).toHaveLength(item.byte_size);
      if (size > 16) expect(object.includes(Buffer.from(plain.subarray(0, 16)))).toBe(false);
    }
  });

  it('is sent in parts above 16 MiB, with a checksum for each', async () => {
    const { imagined, media } = begin(tier);
    const plain = file(17 * MIB);
    const seen: number[] = [];
    const { id } = await media.upload(plain, { ...image, onProgress: ({ doneBytes }) => seen.push(doneBytes) });
    const { object } = imagined.kept.get(id) ?? {};
    expect(seen).toEqual([...[1, 2, 3, 4].map((n) => n * PART_BYTES), object?.length]);
    expect(imagined.log.filter((line) => line.startsWith('PUT'))).toHaveLength(5);
    expect(isSame(await bytesOf(await (await media.download(id)).blob()), plain)).toBe(true);
  });
});

describe('an upload', () => {
  it('takes files, and anything that knows its size', async () => {
    const { media } = begin();
    const plain = file(200_000);
    const folder = mkdtempSync(join(tmpdir(), 'daybook-'));
    writeFileSync(join(folder, 'file'), plain);
    const sources = [
      new File([plain], 'a.jpg'),
      await openAsBlob(join(folder, 'file')),
      {
        size: plain.length,
        *stream() {
          yield plain.subarray(0, 5);
          yield plain.subarray(5);
        },
      },
    ];
    for (const source of sources) {
      const { id } = await media.upload(source, image);
      expect(isSame(await bytesOf(await (await media.download(id)).blob()), plain)).toBe(true);
    }
    rmSync(folder, { recursive: true });
  });

  it('sends the store no token, and the API no byte of the file', async () => {
    const { imagined, media } = begin();
    await media.upload(file(1000), image);
    expect(imagined.log).toEqual([
      'POST /upload',
      expect.stringMatching(/^PUT \/[0-9a-f-]{36}$/),
      expect.stringMatching(/^POST .*\/complete$/),
    ]);
  });

  it('of a file that is not as large as it said is refused, and leaves nothing', async () => {
    for (const size of [99, 101, 20 * MIB]) {
      const { imagined, media } = begin();
      const source = { size, stream: () => [file(100)] };
      await expect(media.upload(source, image)).rejects.toMatchObject({
        name: 'UploadRefused',
        reason: 'source-changed',
      });
      expect(imagined.kept.size).toBe(0);
    }
  });

  it('that the server refuses is told as the problem it is', async () => {
    const { imagined, media } = begin();
    imagined.meddle = () => refusal(413, 'media/too-large');
    await expect(media.upload(file(1), image)).rejects.toMatchObject({ type: 'media/too-large' });
  });

  it('never removes another file that has the id', async () => {
    const { imagined, media } = begin();
    const { id } = await media.upload(file(10), image);
    await expect(media.upload(file(11), { ...image, id })).rejects.toMatchObject({ type: 'media/id-taken' });
    expect(imagined.view(id)).toMatchObject({ state: 'ready', deleted_at: null });
  });

  it('asks for another address when the store refuses one, and gives up after three', async () => {
    const { imagined, media } = begin();
    let refusals = 0;
    const refuseFirst = (times: number) => {
      refusals = 0;
      imagined.meddle = ({ method }) =>
        method === 'PUT' && refusals++ < times ? new Response(null, { status: 403 }) : undefined;
    };
    for (const size of [10, 17 * MIB]) {
      refuseFirst(2);
      await expect(media.upload(file(size), image)).resolves.toMatchObject({ state: 'ready' });
      refuseFirst(3);
      await expect(media.upload(file(size), image)).rejects.toMatchObject({ name: 'StoreRefused', status: 403 });
      expect([...imagined.kept.values()].every(({ state }) => state === 'ready')).toBe(true);
    }
  });

  it('sends a part again when the connection is lost', async () => {
    const { imagined, media } = begin();
    const lost = new Set<string>();
    imagined.meddle = ({ method }, { href }) => {
      if (method !== 'PUT' || lost.has(href)) return undefined;
      lost.add(href);
      return new TypeError('fetch failed');
    };
    const plain = file(17 * MIB);
    const { id } = await media.upload(plain, image);
    expect(lost.size).toBe(5);
    expect(isSame(await bytesOf(await (await media.download(id)).blob()), plain)).toBe(true);
  });

  it('does not go where an answer that cannot be right sends it', async () => {
    for (const upload of [{ part_bytes: 0 }, { part_bytes: 2 ** 40 }, { part_bytes: '8' }, {}]) {
      const { imagined, media } = begin();
      imagined.meddle = ({ path }) => (path.endsWith('/upload') ? Response.json({ upload }) : undefined);
      for (const size of [1, 17 * MIB]) {
        await expect(media.upload(file(size), image)).rejects.toMatchObject({ reason: 'upload' });
      }
    }
  });
});

describe('an upload that is given up', () => {
  it.each([1000, 17 * MIB])('of %d bytes leaves nothing, wherever it was', async (size) => {
    const { imagined: whole, media: wholly } = begin();
    const thumbnail = { source: file(10), contentType: 'image/webp' };
    await wholly.upload(file(size), { ...image, thumbnail });
    const steps = whole.log.length;
    for (let step = 1; step <= steps; step++) {
      const leaving = new AbortController();
      const { imagined, media } = begin();
      imagined.meddle = () => {
        if (imagined.log.length === step) leaving.abort(new Error('the user left'));
        return undefined;
      };
      const upload = media.upload(file(size), { ...image, thumbnail, signal: leaving.signal });
      await expect(upload).rejects.toThrow('the user left');
      expect([step, ...imagined.kept.keys()]).toEqual([step]);
    }
  });

  it('before it began sends nothing', async () => {
    const { imagined, media } = begin();
    await expect(media.upload(file(1), { ...image, signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
    expect(imagined.log).toEqual([]);
  });
});

describe('an upload that broke off', () => {
  /** An upload of which one part did not get through, and the record that was kept. */
  async function brokenOff(size = 17 * MIB, lostPart = 3) {
    const { imagined, media } = begin();
    const plain = file(size);
    const records: UploadRecord[] = [];
    const onRecord = (record: UploadRecord) => void records.push(structuredClone(record));
    imagined.meddle = (_, { searchParams }) =>
      searchParams.get('part') === String(lostPart) ? new TypeError('fetch failed') : undefined;
    await expect(media.upload(plain, { ...image, onRecord })).rejects.toMatchObject({ name: 'ConnectionFailed' });
    imagined.meddle = () => undefined;
    imagined.log.length = 0;
    const record = records.at(-1);
    if (!record) throw new Error('no record was kept');
    return { imagined, media, plain, records, record };
  }

  it('goes on where it was, and becomes the same file', async () => {
    const { imagined, media, plain, record } = await brokenOff();
    const kept = JSON.parse(JSON.stringify(record)) as UploadRecord;
    const seen: number[] = [];
    const item = await media.resume(kept, plain, { onProgress: ({ doneBytes }) => seen.push(doneBytes) });
    expect(item).toMatchObject({ id: record.id, state: 'ready' });
    expect(imagined.log.filter((line) => line.startsWith('PUT'))).toHaveLength(3);
    expect(seen).toHaveLength(5);
    expect(isSame(await bytesOf(await (await media.download(item.id)).blob()), plain)).toBe(true);
  });

  it('is known of before any byte of a part is sent', async () => {
    const { imagined, media } = begin();
    const known = new Set<string>();
    const unknown: string[] = [];
    imagined.meddle = ({ path, body }) => {
      if (!path.endsWith('/parts')) return undefined;
      const { parts } = JSON.parse(body) as { parts: { sha256: string }[] };
      for (const { sha256 } of parts) if (!known.has(sha256)) unknown.push(sha256);
      return undefined;
    };
    const onRecord = async ({ parts }: UploadRecord) => {
      await new Promise((resolve) => void setImmediate(resolve));
      for (const part of parts) known.add(part);
    };
    await media.upload(file(17 * MIB), { ...image, onRecord });
    expect([known.size, unknown]).toEqual([5, []]);
  });

  it('has a record without a key', async () => {
    const { record } = await brokenOff();
    expect(Object.keys(record).toSorted()).toEqual([
      'id',
      'key_id',
      'part_bytes',
      'parts',
      'plain_bytes',
      'stream_header',
      'v',
    ]);
  });

  it('does not go on with another file, and sends nothing of it', async () => {
    const { imagined, media, plain, record } = await brokenOff();
    const stored = new Map(imagined.kept.get(record.id)?.parts);
    for (const at of [0, PART_BYTES + 5, 2 * PART_BYTES + 5]) {
      const other = plain.with(at, (plain[at] ?? 0) ^ 1);
      await expect(media.resume(record, other)).rejects.toMatchObject({ reason: 'source-changed' });
    }
    await expect(media.resume(record, plain.subarray(1))).rejects.toMatchObject({ reason: 'source-changed' });
    expect(imagined.log.filter((line) => line.startsWith('PUT'))).toEqual([]);
    expect(imagined.kept.get(record.id)?.parts).toEqual(stored);
  });

  it('does not go on from a record that is older than what was sent', async () => {
    const { imagined, media, plain, records } = await brokenOff();
    const [oldest] = records;
    if (!oldest) throw new Error('no record was kept');
    await expect(media.resume(oldest, plain)).rejects.toMatchObject({ reason: 'record-outdated' });
    expect(imagined.log.filter((line) => line.startsWith('PUT'))).toEqual([]);
  });

  it('does not go on under another key than it began with', async () => {
    const { media, plain, record } = await brokenOff();
    const other = { ...record, key_id: 'AAAAAAAAAAAAAAAAAAAAAA' };
    await expect(media.resume(other, plain)).rejects.toMatchObject({ reason: 'does-not-open', mediaId: record.id });
  });

  it('is there already when its last answer alone was lost', async () => {
    const { imagined, media, plain, record } = await brokenOff();
    await media.resume(record, plain);
    imagined.log.length = 0;
    expect(await media.resume(record, plain)).toMatchObject({ state: 'ready' });
    expect(imagined.log).toHaveLength(1);
  });

  it('may still be given up, and then leaves nothing', async () => {
    const { imagined, media, plain, record } = await brokenOff();
    const leaving = new AbortController();
    imagined.meddle = ({ method }) => {
      if (method === 'PUT') leaving.abort(new Error('the user left'));
      return undefined;
    };
    await expect(media.resume(record, plain, { signal: leaving.signal })).rejects.toThrow('the user left');
    expect(imagined.kept.size).toBe(0);
  });
});

describe('a download', () => {
  const uploaded = async (size: number) => {
    const { imagined, media } = begin();
    const plain = file(size);
    const { id } = await media.upload(plain, image);
    return { imagined, media, plain, id };
  };

  it('fetches nothing before it is read, and tells how far it is', async () => {
    const { imagined, media, id } = await uploaded(300_000);
    imagined.log.length = 0;
    const seen: { doneBytes: number; totalBytes: number }[] = [];
    const { blob, item } = await media.download(id, { onProgress: (progress) => seen.push(progress) });
    expect(imagined.log).toEqual([`GET /${id}`]);
    await blob();
    expect(seen.at(-1)).toEqual({ doneBytes: item.byte_size, totalBytes: item.byte_size });
  });

  it('goes on where it was when the connection breaks off', async () => {
    const { imagined, media, plain, id } = await uploaded(MIB);
    const ranges: (string | null)[] = [];
    imagined.meddle = ({ init }, url) => {
      if (url.pathname !== `/${id}`) return undefined;
      const range = new Headers(init.headers).get('range');
      ranges.push(range);
      const from = Number(/\d+/.exec(range ?? '')?.[0] ?? 0);
      const part = imagined.kept.get(id)?.object?.slice(from, from + 400_000);
      return new Response(part as Uint8Array<ArrayBuffer>, { status: range === null ? 200 : 206 });
    };
    expect(isSame(await bytesOf(await (await media.download(id)).blob()), plain)).toBe(true);
    expect(ranges).toEqual([null, 'bytes=400000-', 'bytes=800000-']);
  });

  it('goes on where it was when the connection falls silent', async () => {
    const imagined = new ImaginedMedia('e2e');
    const clock = new Imagined(() => new Error('not asked'), [15_000, silenceMsMax]);
    const media = clientOf(imagined, { ...clock, fetch: imagined.fetch });
    const { id } = await clock.run(media.upload(file(100), image));
    clock.waits.length = 0;
    let answers = 0;
    imagined.meddle = (_, url) => {
      if (url.pathname !== `/${id}` || answers++ > 0) return undefined;
      return new Response(new ReadableStream({ pull: () => new Promise<void>(() => {}) }));
    };
    const { blob } = await clock.run(media.download(id));
    expect((await clock.run(blob())).size).toBe(100);
    expect([answers, clock.waits.length]).toEqual([2, 1]);
  });

  it('ends with an error when the store goes on to fail', async () => {
    const { imagined, media, id } = await uploaded(10);
    const answering = (answer: () => Response | Error) => {
      imagined.meddle = (_, url) => (url.pathname === `/${id}` ? answer() : undefined);
    };
    answering(() => new TypeError('fetch failed'));
    await expect((await media.download(id)).blob()).rejects.toMatchObject({ name: 'ConnectionFailed' });
    answering(() => new Response('<Error/>', { status: 403 }));
    await expect((await media.download(id)).blob()).rejects.toMatchObject({ name: 'StoreRefused', status: 403 });
    answering(() => new Response(new Uint8Array(), { status: 200 }));
    await expect((await media.download(id)).blob()).rejects.toMatchObject({ name: 'ConnectionFailed' });
  });

  it('refuses bytes that were changed, cut, or belong to another file', async () => {
    const { imagined, media, id } = await uploaded(200_000);
    const { id: otherId } = await media.upload(file(200_000), image);
    const [kept, other] = [imagined.kept.get(id), imagined.kept.get(otherId)];
    const { object } = kept ?? {};
    if (!kept || !object) throw new Error('nothing was kept');
    for (const lie of [object.with(5000, 1 ^ (object[5000] ?? 0)), other?.object, new Uint8Array(object.length)]) {
      if (lie) kept.object = lie;
      const { blob } = await media.download(id);
      await expect(blob()).rejects.toMatchObject({ name: 'AnswerRefused', reason: 'does-not-open', mediaId: id });
    }
    kept.object = object.slice(0, -1);
    const view = { ...imagined.view(id), byte_size: object.length - 1 };
    imagined.meddle = ({ path }) => (path === `/api/v1/media/${id}` ? Response.json(view) : undefined);
    await expect((await media.download(id)).blob()).rejects.toMatchObject({ reason: 'does-not-open' });
  });

  it('can be left in the middle', async () => {
    const { imagined, media, id } = await uploaded(MIB);
    const leaving = new AbortController();
    const { stream } = await media.download(id, { signal: leaving.signal });
    const reader = stream.getReader();
    expect((await reader.read()).value).toHaveLength(65_536);
    await reader.cancel();
    const second = await media.download(id, { signal: leaving.signal });
    imagined.meddle = () => {
      leaving.abort(new Error('the user left'));
      return undefined;
    };
    await expect(second.blob()).rejects.toThrow('the user left');
  });
});

describe('what is told of a file', () => {
  it('is refused in an e2e account when it is another one, or was not sealed for it', async () => {
    const { imagined, media } = begin();
    const { id } = await media.upload(file(10), { ...image, metadata: { file_name: 'a' } });
    const { id: otherId } = await media.upload(file(10), { ...image, metadata: { file_name: 'b' } });
    const [mine, other] = [imagined.view(id), imagined.view(otherId)];
    const told = async (view: object) => {
      imagined.meddle = ({ method }) => (method === 'GET' ? Response.json(view) : undefined);
      return media.get(id);
    };
    await expect(told(mine)).resolves.toMatchObject({ metadata: { file_name: 'a' } });
    await expect(told(other)).rejects.toMatchObject({ reason: 'id', mediaId: id });
    for (const lie of [
      { ...other, id },
      { ...mine, sealed_metadata: other.sealed_metadata },
      { ...mine, sealed_metadata: 'AA' },
      { ...mine, thumbnail_of: otherId },
      { ...mine, wrapped_key: 'AA' },
    ])
      await expect(told(lie)).rejects.toMatchObject({ reason: 'does-not-open' });
    const key = { key_id: 'AAAAAAAAAAAAAAAAAAAAAA', key: 'A'.repeat(43) };
    await expect(told({ ...mine, ...key, tier: 'uce' })).rejects.toMatchObject({ reason: 'tier' });
  });

  it('opens for no other account', async () => {
    const { imagined, media } = begin('e2e', MasterKey.create());
    const { id } = await media.upload(file(10), image);
    const stranger = clientOf(imagined, realSurroundings(imagined.fetch));
    await expect(stranger.download(id)).rejects.toMatchObject({ reason: 'does-not-open' });
  });

  it('is listed page by page, put into the trash, taken out and erased', async () => {
    const { imagined, media } = begin();
    const ids = new Set<string>();
    for (let n = 0; n < 5; n++) ids.add((await media.upload(file(n), image)).id);
    const listed = new Set<string>();
    for await (const item of media.all({ pageSize: 2 })) listed.add(item.id);
    expect(listed).toEqual(ids);
    const [id = ''] = ids;
    await media.delete(id);
    expect(await media.get(id)).toMatchObject({ deleted_at: expect.any(String) });
    expect(await media.restore(id)).toMatchObject({ id, deleted_at: null });
    await media.erase(id);
    await expect(media.get(id)).rejects.toMatchObject({ type: 'media/not-found' });
    imagined.meddle = ({ method }) => (method === 'DELETE' ? refusal(410, 'media/erased') : undefined);
    await expect(media.erase(id)).resolves.toBeUndefined();
  });
});

describe('a thumbnail', () => {
  it('is a sealed file of its own, and belongs to one other', async () => {
    const { imagined, media } = begin();
    const small = file(100);
    const thumbnail = { source: small, contentType: 'image/webp', metadata: { width: 4 } };
    const { id, thumbnail_id } = await media.upload(file(1000), { ...image, thumbnail });
    const shown = await media.thumbnail(id);
    expect(shown?.item).toMatchObject({ id: thumbnail_id, thumbnail_of: id, metadata: { width: 4 } });
    expect(shown && isSame(await bytesOf(await shown.blob()), small)).toBe(true);

    const { id: otherId } = await media.upload(file(1000), image);
    expect(await media.thumbnail(otherId)).toBeUndefined();
    const view = { ...imagined.view(otherId), thumbnail_id };
    imagined.meddle = ({ path }) => (path.endsWith(otherId) ? Response.json(view) : undefined);
    await expect(media.thumbnail(otherId)).rejects.toMatchObject({ reason: 'id' });
  });

  it('that fails lets the whole upload fail, and leaves nothing', async () => {
    const { imagined, media } = begin();
    const thumbnail = { source: { size: 5, stream: () => [file(6)] }, contentType: 'image/webp' };
    const upload = media.upload(file(10), { ...image, id: createId(), thumbnail });
    await expect(upload).rejects.toMatchObject({ reason: 'source-changed' });
    expect(imagined.kept.size).toBe(0);
  });
});
