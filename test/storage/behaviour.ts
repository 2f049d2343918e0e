import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PresignedRequest } from '../../src/platform/storage/presigned.js';
import { bytesOf, sha256 } from '../harness/store.js';
import { describeUploadsInParts } from './parts-behaviour.js';
import { send, StoreWorld } from './store-world.js';

export interface StoreTraits {
  /** Whether it knows x-amz-checksum-sha256. An old one signs the header like any other and does not look at the bytes. */
  readonly hasChecksums: boolean;
}

/** What holds of every store. @param environment says where it is, once everything has been started */
export function describeStore(name: string, environment: () => Record<string, string>, traits: StoreTraits): void {
  describe(`an object in ${name}`, () => {
    let world: StoreWorld;
    beforeAll(() => {
      world = new StoreWorld(environment());
    });
    afterAll(() => world.close());

    describeRoundTrips(() => world, traits);
    describeRefusals(() => world, traits);
    describeReading(() => world);
    describeLists(() => world);
  });
  describeUploadsInParts(name, environment, traits);
}

function describeRoundTrips(world: () => StoreWorld, { hasChecksums }: StoreTraits): void {
  it.each([0, 1, 65_535, 65_536, 65_537, 5 * 1024 * 1024])('comes back as it was sent: %d bytes', async (length) => {
    const { store } = world();
    const { key, bytes } = await world().newObject(bytesOf(length));
    expect(await store.find(key)).toEqual({
      byteSize: length,
      contentType: 'application/octet-stream',
      checksum: hasChecksums ? { sha256: sha256(bytes), parts: 0 } : undefined,
    });
    expect(await store.measure(key)).toMatchObject({ byteSize: length, sha256: sha256(bytes) });
    const answer = await world().fetch(key);
    expect([answer.status, answer.bytes.equals(bytes)]).toEqual([200, true]);
    expect(answer.headers.get('content-disposition')).toBe('attachment');
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  });

  it('is gone once it is erased, and erasing it again changes nothing', async () => {
    const { store } = world();
    const { key } = await world().newObject();
    await store.erase(key);
    await store.erase(key);
    expect([await store.find(key), await store.measure(key)]).toEqual([null, null]);
    expect((await world().fetch(key)).code).toBe('NoSuchKey');
  });

  it('is replaced as a whole: of uploads at the same time one is kept', async () => {
    const key = world().newKey();
    const candidates = [1, 2, 3, 4, 5, 6].map((seed) => bytesOf(300_000 + seed, seed));
    await Promise.all(candidates.map((bytes) => world().newObject(bytes, key)));
    const { bytes } = await world().fetch(key);
    expect(candidates.filter((candidate) => candidate.equals(bytes))).toHaveLength(1);
  });

  it('is not replaced where that was ruled out', async () => {
    const { key, bytes } = await world().newObject();
    const other = bytesOf(1000);
    const again = await world().presignPut(key, other);
    const refused = await send({ ...again, headers: { ...again.headers, 'if-none-match': '*' } }, other);
    expect([refused.status, refused.code]).toEqual([412, 'PreconditionFailed']);
    expect((await world().fetch(key)).bytes.equals(bytes)).toBe(true);
  });

  it('can be uploaded for five minutes, and downloaded for one', async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const put = await world().presignPut('a', bytesOf(1));
    const get = await world().store.presignGet('a');
    for (const [{ expiresAt, url }, seconds] of [[put, 300] as const, [get, 60] as const]) {
      expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe(String(seconds));
      expect(expiresAt.getTime()).toBeGreaterThanOrEqual(before + seconds * 1000);
      expect(expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + seconds * 1000);
    }
  });

  it('is signed with its length and its checksum, and as a whole with its type', async () => {
    const announced = { byteSize: 1, sha256: sha256(bytesOf(1)) };
    const whole = await world().presignPut('a', bytesOf(1));
    const part = await world().store.presignPart('a', 'upload', 1, announced);
    const signed = ({ url }: PresignedRequest) => new URL(url).searchParams.get('X-Amz-SignedHeaders')?.split(';');
    expect(signed(whole)).toEqual(['content-length', 'content-type', 'host', 'x-amz-checksum-sha256']);
    expect(signed(part)).toEqual(['content-length', 'host', 'x-amz-checksum-sha256']);
  });
}

const BYTES = bytesOf(2000);
const LONGER = Buffer.concat([BYTES, Buffer.from('x')]);
type Change = (request: PresignedRequest) => Pick<PresignedRequest, 'url' | 'headers'> & { readonly method: string };

const withHeaders =
  (change: Record<string, string>): Change =>
  (request) => ({ ...request, headers: { ...request.headers, ...change } });
const without =
  (name: string): Change =>
  ({ headers, ...request }) => ({
    ...request,
    headers: Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name)),
  });
const withUrl =
  (change: (url: string) => string): Change =>
  (request) => ({ ...request, url: change(request.url) });
const same: Change = (request) => request;
const flipped = (url: string) =>
  url.replace(/(X-Amz-Signature=)(.)/, (_all, name, one) => name + (one === '0' ? '1' : '0'));

/** What somebody with a presigned upload may try with it. */
const attempts: [string, Change, Uint8Array][] = [
  ['under another key', withUrl((url) => url.replace('/object?', '/other?')), BYTES],
  ['into another bucket', withUrl((url) => url.replace(/\/\/([^/]+)\/[^/]+\//, '//$1/another-bucket/')), BYTES],
  ['with one byte more', same, LONGER],
  ['with one byte less', same, BYTES.subarray(1)],
  ['of another type', withHeaders({ 'content-type': 'text/html' }), BYTES],
  ['without its type', without('content-type'), BYTES],
  ['with another checksum', withHeaders({ 'x-amz-checksum-sha256': sha256(LONGER).toString('base64') }), BYTES],
  ['without its checksum', without('x-amz-checksum-sha256'), BYTES],
  ['with a longer time', withUrl((url) => url.replace('X-Amz-Expires=300', 'X-Amz-Expires=3000')), BYTES],
  [
    'signed for fewer headers',
    withUrl((url) => url.replace(/X-Amz-SignedHeaders=[^&]*/, 'X-Amz-SignedHeaders=host')),
    BYTES,
  ],
  ['with another signature', withUrl(flipped), BYTES],
  ['without a signature', withUrl((url) => url.replace(/\?.*/, '')), BYTES],
  ['by another method', (request) => ({ ...request, method: 'POST' }), BYTES],
];

function describeRefusals(world: () => StoreWorld, { hasChecksums }: StoreTraits): void {
  it.each(attempts)('is not uploaded %s', async (_what, change, body) => {
    const key = world().newKey();
    const request = await world().presignPut(key, BYTES);
    const { status } = await send(change(request), body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    for (const place of [key, key.replace('/object', '/other')]) expect(await world().store.find(place)).toBeNull();
    // The same request, left as it was made, is taken: nothing else was wrong with it.
    expect((await send(request, BYTES)).status).toBe(200);
  });

  const itChecked = hasChecksums ? it : it.skip;
  itChecked('is not uploaded with other bytes of the same length', async () => {
    const key = world().newKey();
    const request = await world().presignPut(key, BYTES);
    expect((await send(request, bytesOf(2000))).code).toMatch(/BadDigest|XAmzContentChecksumMismatch|InvalidRequest/);
    expect(await world().store.find(key)).toBeNull();
  });

  it('is neither uploaded nor downloaded after the time is over', async () => {
    const { key, bytes } = await world().newObject();
    const place = { Bucket: world().bucket, Key: key };
    const past = { expiresIn: 60, signingDate: new Date(Date.now() - 61_000) };
    const checksum = { 'x-amz-checksum-sha256': sha256(bytes).toString('base64') };
    const put = await getSignedUrl(world().client, new PutObjectCommand(place), past);
    const get = await getSignedUrl(world().client, new GetObjectCommand(place), past);
    expect((await send({ method: 'PUT', url: put, headers: {} }, bytes)).status).toBe(403);
    expect((await send({ method: 'PUT', url: put, headers: checksum }, bytes)).status).toBe(403);
    expect((await send({ method: 'GET', url: get, headers: {} })).status).toBe(403);
  });

  it('is not downloaded with a changed address, and a download is no leave to do more', async () => {
    const { key } = await world().newObject();
    const other = await world().newObject();
    const get = await world().store.presignGet(key);
    const changes: Change[] = [
      withUrl((url) => url.replace(key, other.key)),
      withUrl((url) => url.replace('attachment', 'inline')),
      withUrl((url) => url.replace(/response-content-type=[^&]*/, 'response-content-type=text%2Fhtml')),
      withUrl(flipped),
      withUrl((url) => url.replace(/\?.*/, '')),
      (request) => ({ ...request, method: 'DELETE' }),
      (request) => ({ ...request, method: 'PUT' }),
    ];
    for (const change of changes) {
      const request = change(get);
      expect((await send(request, request.method === 'PUT' ? BYTES : undefined)).status).toBe(403);
    }
    expect((await send(get)).status).toBe(200);
  });

  it('is not told of to strangers', async () => {
    const { key } = await world().newObject();
    const { url } = await world().store.presignGet(key);
    const place = url.replace(/\?.*/, '');
    for (const method of ['GET', 'HEAD', 'DELETE'])
      expect((await send({ method, url: place, headers: {} })).status).toBe(403);
    const bucket = place.replace(key, '');
    for (const query of ['', '?list-type=2', '?uploads'])
      expect((await send({ method: 'GET', url: bucket + query, headers: {} })).status).toBe(403);
    expect(await world().store.find(key)).not.toBeNull();
  });
}

function describeReading(world: () => StoreWorld): void {
  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=990-', 990, 1000],
    ['bytes=-10', 990, 1000],
    ['bytes=990-5000', 990, 1000],
  ])('is read in stretches: %s', async (range, start, end) => {
    const { key, bytes } = await world().newObject();
    const answer = await world().fetch(key, { range });
    expect(answer.status).toBe(206);
    expect(answer.bytes.equals(bytes.subarray(start, end))).toBe(true);
    expect(answer.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/1000`);
  });

  it('has no stretch behind its end', async () => {
    const { key } = await world().newObject();
    expect(await world().fetch(key, { range: 'bytes=1000-' })).toMatchObject({ status: 416, code: 'InvalidRange' });
  });

  it('is sent only where it is not known already, or still the same', async () => {
    const { key } = await world().newObject();
    const etag = (await world().fetch(key)).headers.get('etag') ?? '';
    expect((await world().fetch(key, { 'if-none-match': etag })).status).toBe(304);
    expect((await world().fetch(key, { 'if-none-match': '"other"' })).status).toBe(200);
    expect((await world().fetch(key, { 'if-match': etag })).status).toBe(200);
    expect((await world().fetch(key, { 'if-match': '"other"' })).status).toBe(412);
  });
}

function describeLists(world: () => StoreWorld): void {
  it('is in lists by the bytes of its key, page by page', async () => {
    const folder = world().newKey('');
    const names = ['a', 'a b', 'a+b', 'a/b', 'a0', 'Z', 'é', '%41', '日記', '😀', 'x'.repeat(300)];
    const keys = names.map((name) => folder + name);
    await world().newObject(bytesOf(10), `${folder.slice(0, -1)}-neighbour`);
    for (const key of keys)
      await world().client.send(new PutObjectCommand({ Bucket: world().bucket, Key: key, Body: bytesOf(7) }));
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await world().store.list(folder, cursor, 3);
      expect(page.items.length).toBeLessThanOrEqual(3);
      for (const { key, byteSize, savedAt } of page.items) {
        found.push(key);
        expect([byteSize, Math.abs(savedAt.getTime() - Date.now()) < 600_000]).toEqual([7, true]);
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(found).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    expect(await world().store.list(`${folder}nothing`)).toEqual({ items: [], cursor: undefined });
  });
}
