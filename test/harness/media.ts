import { randomBytes } from 'node:crypto';
import { createContentKey, createId, ObjectType, sealContent, toBase64url, wrapContentKey } from '@daybook/sdk/crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { type ApiOptions, type E2eTestUser, type TestApi, type TestUser, useApi } from './api.js';
import type { Answer } from './http.js';
import { sha256, startTestStore, type TestStore } from './store.js';
import { send, type StoreAnswer, StoreWorld } from '../storage/store-world.js';

export const MIB = 1024 * 1024;
/** Above this an upload is in parts. */
export const WHOLE_BYTES_MAX = 16 * MIB;
export const PART_BYTES = 8 * MIB;

const isE2e = (user: TestUser): user is E2eTestUser => 'account' in user;

/** Sealed bytes, and how a client announces them. The server looks at none of them, so any bytes will do. */
export interface TestFile {
  readonly bytes: Buffer;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests spoil it in every way
  readonly announced: any;
}

export const TIERS = ['uce', 'e2e'] as const;

export const newUserOf = (api: TestApi, tier: (typeof TIERS)[number]): Promise<TestUser> =>
  tier === 'uce' ? api.newUser() : api.newE2eUser();

/** What a client of the user's tier announces of `bytes`, under a content key of their own. */
export function newFile(user: TestUser, size: number | Buffer = 65, more: Record<string, unknown> = {}): TestFile {
  const bytes = typeof size === 'number' ? randomBytes(size) : size;
  const id = createId();
  const contentKey = createContentKey();
  const keys = isE2e(user)
    ? {
        wrapped_key: toBase64url(
          wrapContentKey({
            tier: 'e2e',
            master: user.account.master,
            context: { userId: user.id, objectType: ObjectType.media, objectId: id },
            contentKey,
          }),
        ),
      }
    : { key_id: toBase64url(contentKey.id), key: toBase64url(contentKey.key) };
  const checksum = bytes.length > WHOLE_BYTES_MAX ? {} : { sha256: sha256(bytes).toString('base64url') };
  const announced = { id, content_type: 'image/jpeg', byte_size: bytes.length, ...checksum, ...keys, ...more };
  return { bytes, announced };
}

/** Metadata as a client seals it; the server looks at its outside alone. */
export function sealedMetadata(user: TestUser, objectId: string, text = '{"name":"snow.jpg"}'): string {
  const context = { userId: user.id, objectType: ObjectType.mediaMetadata, objectId, version: 1 };
  const place = { tier: isE2e(user) ? 'e2e' : 'uce', context, contentKey: createContentKey() } as const;
  return toBase64url(sealContent({ ...place, plaintext: Buffer.from(text) }));
}

const ok = (answer: Answer): Answer => {
  if (answer.status >= 300) throw new Error(`answered ${answer.status}: ${answer.text}`);
  return answer;
};

/** Sends the bytes as a client does who knows nothing but the request that the API gave. */
export const put = (upload: { method: string; url: string; headers: Record<string, string> }, bytes: Uint8Array) =>
  send(upload, bytes);

/** Reserves an upload and sends its bytes, and does not complete it. */
export async function sendFile(user: TestUser, { bytes, announced }: TestFile): Promise<string> {
  const { id, upload } = ok(await user.post('/media/upload', announced)).body;
  if ('part_bytes' in upload) await sendParts(user, id, bytes);
  else assertStored(await put(upload, bytes));
  return id;
}

/** Sends parts of an upload: all of them, unless said which. */
export async function sendParts(user: TestUser, id: string, bytes: Buffer, numbers?: readonly number[]): Promise<void> {
  const all = Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, index) => index + 1);
  for (const number of numbers ?? all) {
    const part = partOf(bytes, number);
    const asked = { parts: [{ number, sha256: sha256(part).toString('base64url') }] };
    const { parts } = ok(await user.post(`/media/${id}/parts`, asked)).body;
    assertStored(await put(parts[0], part));
  }
}

export const partOf = (bytes: Buffer, number: number): Buffer =>
  bytes.subarray((number - 1) * PART_BYTES, number * PART_BYTES);

/** Uploads sealed bytes, complete. */
export async function upload(user: TestUser, file: TestFile = newFile(user)): Promise<Answer> {
  return ok(await user.post(`/media/${await sendFile(user, file)}/complete`, {}));
}

export const complete = (user: TestUser, id: string): Promise<Answer> => user.post(`/media/${id}/complete`, {});

export const remove = (user: TestUser, id: string, query = ''): Promise<Answer> =>
  user.send('DELETE', `/media/${id}${query}`, undefined);

/** The bytes, by the address that the API gives. */
export async function download(user: TestUser, id: string): Promise<StoreAnswer> {
  const { url } = ok(await user.get(`/media/${id}/download`)).body;
  return send({ method: 'GET', url, headers: {} });
}

function assertStored({ status, code }: StoreAnswer): void {
  if (status !== 200) throw new Error(`the store answered ${status} ${code}`);
}

/** The server with an object store of its own, and the store as whoever has its key sees it. */
export interface MediaWorld {
  readonly api: TestApi;
  readonly store: TestStore;
  readonly world: StoreWorld;
  /** The keys of all media objects and uploads in parts. */
  held(): Promise<string[]>;
}

export function useMedia(options: ApiOptions = {}): MediaWorld {
  const environment: Record<string, string> = {};
  let store: TestStore;
  let world: StoreWorld;
  beforeAll(async () => {
    store = await startTestStore();
    world = new StoreWorld(store.environment);
    Object.assign(environment, store.environment, options.environment);
  });
  const api = useApi({ ...options, environment });
  afterAll(async () => {
    world.close();
    await store.stop();
  });
  return {
    api,
    get store() {
      return store;
    },
    get world() {
      return world;
    },
    held: async () => {
      const objects = (await world.store.list('media/')).items.map(({ key }) => key);
      const uploads = (await world.store.listUploads('media/')).items.map(({ key }) => `unfinished ${key}`);
      return [...objects, ...uploads];
    },
  };
}

/** How much the account is said to keep. */
export const usedBytes = async (user: TestUser): Promise<number> =>
  (await user.get('/auth/features')).body.storage.used_bytes;
