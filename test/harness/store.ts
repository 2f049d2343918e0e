import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedStore, startEmbeddedStore } from '../../src/platform/embedded/objects/embedded-store.js';
import { storeEnvironment } from '../../src/platform/embedded/instance-store.js';

const KEY = { access_key_id: 'test-access-key', secret_access_key: 'test-secret-access-key' };

/** An object store of its own, over a folder of its own. */
export interface TestStore {
  /** What a process needs in its environment to use it. */
  readonly environment: Record<string, string>;
  readonly folder: string;
  readonly origin: string;
  /** Moves its clock. */
  advance(milliseconds: number): void;
  stop(): Promise<void>;
}

export interface TestStoreOptions {
  readonly allowedOrigins?: readonly string[];
  /** A folder that another store left; it is removed with this one unless it is kept. */
  readonly folder?: string;
  readonly isKept?: boolean;
}

export async function startTestStore({
  allowedOrigins = ['*'],
  folder,
  isKept,
}: TestStoreOptions = {}): Promise<TestStore> {
  const place = folder ?? (await mkdtemp(join(tmpdir(), 'daybook-objects-')));
  let offsetMs = 0;
  const store: EmbeddedStore = await startEmbeddedStore({
    folder: place,
    bucket: 'daybook',
    key: { accessKeyId: KEY.access_key_id, secretAccessKey: KEY.secret_access_key, region: 'us-east-1' },
    host: '127.0.0.1',
    port: 0,
    allowedOrigins,
    now: () => Date.now() + offsetMs,
  });
  const origin = `http://127.0.0.1:${store.port}`;
  return {
    environment: storeEnvironment(origin, KEY),
    folder: place,
    origin,
    advance: (milliseconds) => void (offsetMs += milliseconds),
    stop: async () => {
      await store.stop();
      if (!isKept) await rm(place, { recursive: true, force: true });
    },
  };
}

export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Bytes that no other call makes. */
export function bytesOf(length: number, seed = Math.random()): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, block = createHash('sha256').update(String(seed)).digest(); at < length; at += block.length) {
    block.copy(bytes, at);
    block = createHash('sha256').update(block).digest();
  }
  return bytes;
}
