import { randomFillSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { openAsBlob } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Daybook, type Fetch, type Tier, type UploadRecord, unwrap } from '@daybook/sdk';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ObjectStore } from '../../src/platform/storage/object-store.js';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from '../harness/api.js';
import { startTestStore, type TestStore } from '../harness/store.js';

const MIB = 1024 * 1024;
const image = { contentType: 'image/jpeg' };

const file = (length: number) => randomFillSync(new Uint8Array(length));
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());
const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/** What `media-flow.ts` leaves out. */
describe.each(['uce', 'e2e'] as const)('the media of an account of tier %s', (tier: Tier) => {
  const environment: Record<string, string> = {};
  let store: TestStore;
  beforeAll(async () => {
    store = await startTestStore();
    Object.assign(environment, store.environment);
  });
  const api = useApi({ environment });
  afterAll(() => store.stop());

  const signUp = async (fetch?: Fetch) => {
    const email = api.newEmail();
    const native = { kdf: weakestKdf, argon2: nativeArgon2 };
    const account = { url: api.origin, tier, email, password: PASSWORD, ...native };
    const { daybook } = await Daybook.signUp({
      ...account,
      retry: { triesMax: 2, delayMs: 1 },
      ...(fetch && { fetch }),
    });
    return { daybook, account };
  };

  /** All that the store has of a user: objects, and uploads that are not complete. */
  const stored = async ({ user }: Daybook) => {
    const prefix = `media/${user.id}/`;
    const { items: objects } = await api.get(ObjectStore).list(prefix);
    const { items: uploads } = await api.get(ObjectStore).listUploads(prefix);
    return [...objects, ...uploads].map(({ key }) => key);
  };

  it('are read from a file while they are sent', async () => {
    const { daybook } = await signUp();
    const folder = await mkdtemp(join(tmpdir(), 'daybook-file-'));
    const plain = file(17 * MIB);
    await writeFile(join(folder, 'film.mp4'), plain);
    const source = await openAsBlob(join(folder, 'film.mp4'));
    const { id } = await daybook.media.upload(source, { contentType: 'video/mp4' });
    expect(isSame(await bytesOf(await (await daybook.media.download(id)).blob()), plain)).toBe(true);
    await rm(folder, { recursive: true });
  });

  it('go on where they were when an upload broke off', async () => {
    const sent = new Map<string, number>();
    let isBroken = true;
    const { daybook } = await signUp(async (url, init) => {
      const number = new URL(url).searchParams.get('partNumber');
      if (isBroken && number === '2') throw new TypeError('fetch failed');
      if (number !== null) sent.set(number, (sent.get(number) ?? 0) + 1);
      return fetch(url, init);
    });
    const plain = file(20 * MIB);
    const records: UploadRecord[] = [];
    const onRecord = (record: UploadRecord) => void records.push(record);
    await expect(daybook.media.upload(plain, { ...image, onRecord })).rejects.toMatchObject({
      name: 'ConnectionFailed',
    });

    isBroken = false;
    const record = JSON.parse(JSON.stringify(records.at(-1))) as UploadRecord;
    const other = plain.with(0, (plain[0] ?? 0) ^ 1);
    await expect(daybook.media.resume(record, other)).rejects.toMatchObject({ reason: 'source-changed' });
    const { id, state } = await daybook.media.resume(record, plain);
    expect({ state, sent: Object.fromEntries(sent) }).toEqual({ state: 'ready', sent: { 1: 1, 2: 1, 3: 1 } });
    expect(isSame(await bytesOf(await (await daybook.media.download(id)).blob()), plain)).toBe(true);
  });

  it.each([
    ['before the store has anything of it', 1000, '/upload'],
    ['while its bytes are on the way', 1000, '/media/'],
    ['in the middle of its parts', 20 * MIB, 'partNumber=2'],
    ['when it was just complete', 1000, '/complete'],
  ])('leave nothing when an upload is given up %s', async (_, size, step) => {
    const leaving = new AbortController();
    const { daybook } = await signUp(async (url, init) => {
      const isStep = step === '/media/' ? !url.startsWith(api.origin) : url.includes(step);
      const answer = await fetch(url, isStep ? { ...init, signal: null } : init);
      if (!isStep) return answer;
      // The server has done it, and nobody hears the answer.
      leaving.abort(new Error('the user left'));
      throw leaving.signal.reason;
    });
    const upload = daybook.media.upload(file(size), { ...image, signal: leaving.signal });
    await expect(upload).rejects.toThrow('the user left');
    expect(await stored(daybook)).toEqual([]);
    expect(await daybook.media.list()).toEqual({ data: [], next_cursor: null });
    const { storage } = unwrap(await daybook.api.GET('/api/v1/auth/features'));
    expect(storage.used_bytes).toBe(0);
  });

  it.each([
    ['whole', 1000],
    ['in parts', 17 * MIB],
  ])('leave nothing when their bytes are damaged on the way: %s', async (_, size) => {
    const { daybook } = await signUp((url, init) => {
      if (url.startsWith(api.origin) || !(init?.body instanceof ArrayBuffer)) return fetch(url, init);
      const damaged = new Uint8Array(init.body.slice(0));
      damaged[100] = (damaged[100] ?? 0) ^ 1;
      return fetch(url, { ...init, body: damaged });
    });
    await expect(daybook.media.upload(file(size), image)).rejects.toMatchObject({ name: 'StoreRefused', status: 400 });
    expect(await stored(daybook)).toEqual([]);
    const { storage } = unwrap(await daybook.api.GET('/api/v1/auth/features'));
    expect(storage.used_bytes).toBe(0);
  });

  it('have thumbnails, which go with them', async () => {
    const { daybook } = await signUp();
    const small = file(700);
    const thumbnail = { source: small, contentType: 'image/webp', metadata: { width: 64 } };
    const { id } = await daybook.media.upload(file(5000), { ...image, thumbnail });
    const { data } = await daybook.media.list();
    expect(data.map((item) => item.id)).toEqual([id]);
    const shown = await daybook.media.thumbnail(id);
    expect(shown?.item).toMatchObject({ thumbnail_of: id, metadata: { width: 64 } });
    expect(shown && isSame(await bytesOf(await shown.blob()), small)).toBe(true);
    expect(await stored(daybook)).toHaveLength(2);
    await daybook.media.erase(id);
    expect(await stored(daybook)).toEqual([]);
    await daybook.media.erase(id);
    await expect(daybook.media.get(id)).rejects.toMatchObject({ type: 'media/erased' });
  });

  it('are listed by type, put into the trash and taken out of it', async () => {
    const { daybook } = await signUp();
    const photo = await daybook.media.upload(file(10), { ...image, metadata: { file_name: 'a' } });
    const sound = await daybook.media.upload(file(10), { contentType: 'audio/mpeg' });
    const ids = async (options: Parameters<typeof daybook.media.all>[0]) => {
      const found: string[] = [];
      for await (const { id } of daybook.media.all({ pageSize: 1, ...options })) found.push(id);
      return found;
    };
    expect(await ids({})).toEqual([sound.id, photo.id]);
    expect(await ids({ type: 'audio' })).toEqual([sound.id]);
    await daybook.media.delete(photo.id);
    expect([await ids({}), await ids({ isDeleted: true })]).toEqual([[sound.id], [photo.id]]);
    expect(await daybook.media.restore(photo.id)).toMatchObject({ deleted_at: null, metadata: { file_name: 'a' } });
    expect(await ids({})).toHaveLength(2);
  });

  it('are refused before a byte is sent when they are too large or of no type that is taken', async () => {
    const { daybook } = await signUp();
    const large = { size: 51 * MIB, stream: () => [] };
    await expect(daybook.media.upload(large, image)).rejects.toMatchObject({ type: 'media/too-large' });
    const upload = daybook.media.upload(file(1), { contentType: 'text/html' });
    await expect(upload).rejects.toMatchObject({ type: 'media/type-not-allowed' });
    expect(await stored(daybook)).toEqual([]);
  });
});
