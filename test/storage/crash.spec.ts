import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { bytesOf, startTestStore, type TestStore } from '../harness/store.js';
import { send, StoreWorld } from './store-world.js';

const BYTES = bytesOf(1_000_000);
const STORE = pathToFileURL(resolve('dist/src/platform/embedded/objects/embedded-store.js')).href;
const KEEPER = `
  const { startEmbeddedStore } = await import(${JSON.stringify(STORE)});
  const key = { accessKeyId: 'test-access-key', secretAccessKey: 'test-secret-access-key', region: 'us-east-1' };
  const place = { bucket: 'daybook', host: '127.0.0.1', port: 0, allowedOrigins: [] };
  const { port } = await startEmbeddedStore({ folder: process.argv[1], key, ...place });
  console.log(port);
`;

describe('the embedded store', () => {
  let folder: string;
  let store: TestStore | undefined;
  let keeper: ChildProcess | undefined;
  const worlds: StoreWorld[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-crash-'));
  });
  afterEach(async () => {
    for (const world of worlds.splice(0)) world.close();
    keeper?.kill('SIGKILL');
    await store?.stop();
    store = undefined;
    await rm(folder, { recursive: true, force: true });
  });
  const worldOf = (environment: Record<string, string>) => {
    const world = new StoreWorld(environment);
    worlds.push(world);
    return world;
  };
  const start = async () => {
    store = await startTestStore({ folder, isKept: true });
    return worldOf(store.environment);
  };
  /** A store in a process of its own, that can be killed. */
  const startKeeper = async () => {
    keeper = spawn(process.execPath, ['--input-type=module', '-e', KEEPER, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [port] = await once(createInterface({ input: keeper.stdout ?? process.stdin }), 'line');
    const { environment, stop } = await startTestStore();
    await stop();
    return worldOf({ ...environment, S3_ENDPOINT: `http://127.0.0.1:${String(port)}` });
  };
  const kill = async () => {
    if (!keeper) return;
    const exited = once(keeper, 'exit');
    keeper.kill('SIGKILL');
    await exited;
  };
  const drafts = () => readdir(join(folder, 'drafts'));
  /** An upload of which half has arrived on the disk. */
  const halfAnUpload = async (request: {
    url: string;
    headers: Readonly<Record<string, string>>;
  }): Promise<ClientRequest> => {
    const before = (await drafts()).length;
    const headers = { ...request.headers, 'content-length': BYTES.length };
    const sent = httpRequest(request.url, { method: 'PUT', headers });
    sent.on('error', () => undefined);
    sent.write(BYTES.subarray(0, BYTES.length / 2));
    await eventually('half of it is on the disk', async () => {
      const sizes = await Promise.all(
        (await drafts()).map(async (name) => (await stat(join(folder, 'drafts', name))).size),
      );
      return sizes.length > before && sizes.some((size) => size > 0) ? true : undefined;
    });
    return sent;
  };

  it('shows no half object after it was killed, keeps what was whole, and sweeps what was not', async () => {
    const doomed = await startKeeper();
    const kept = await doomed.newObject(bytesOf(5000), 'kept');
    const fresh = await halfAnUpload(await doomed.presignPut('fresh', BYTES));
    const replacing = await halfAnUpload(await doomed.presignPut('kept', BYTES));
    const id = await doomed.store.beginUpload('parts', 'application/octet-stream');
    await doomed.putPart('parts', id, 1, BYTES);
    const announced = { byteSize: BYTES.length, sha256: bytesOf(32) };
    const part = await halfAnUpload(await doomed.store.presignPart('parts', id, 2, announced));
    await kill();
    for (const sent of [fresh, replacing, part]) sent.destroy();
    expect((await drafts()).length).toBe(3);

    const world = await start();
    expect(await drafts()).toEqual([]);
    expect((await world.store.list('')).items.map(({ key }) => key)).toEqual(['kept']);
    expect((await world.fetch('kept')).bytes.equals(kept.bytes)).toBe(true);
    const parts = (await world.store.listParts('parts', id)) ?? [];
    expect(parts.map(({ number }) => number)).toEqual([1]);
    expect(await world.store.completeUpload('parts', id, parts)).toBe(true);
    expect((await world.fetch('parts')).bytes.equals(BYTES)).toBe(true);
  });

  it('keeps nothing of an upload whose client went away', async () => {
    const world = await start();
    const sent = await halfAnUpload(await world.presignPut('gone', BYTES));
    sent.destroy();
    await eventually('its draft is removed', async () => ((await drafts()).length === 0 ? true : undefined));
    expect(await world.store.find('gone')).toBeNull();
  });

  it('finishes what it has begun when it is stopped, and takes nothing new', async () => {
    const world = await start();
    const request = await world.presignPut('late', BYTES);
    const sent = await halfAnUpload(request);
    const answered = once(sent, 'response');
    const stopped = store?.stop();
    await expect(send(request, BYTES)).rejects.toThrow('fetch failed');
    sent.end(BYTES.subarray(BYTES.length / 2));
    const [answer] = await answered;
    expect(answer.statusCode).toBe(200);
    await stopped;
    store = undefined;
    const again = await start();
    expect((await again.fetch('late')).bytes.equals(BYTES)).toBe(true);
  });

  it('removes uploads in parts that nobody has touched for a week', async () => {
    const world = await start();
    const [old, young] = [await world.store.beginUpload('old', 'a/b'), await world.store.beginUpload('young', 'a/b')];
    await world.putPart('old', old, 1, BYTES);
    await store?.stop();
    const record = join(folder, 'uploads', old, 'upload.json');
    const facts = JSON.parse(await readFile(record, 'utf8'));
    await writeFile(record, JSON.stringify({ ...facts, startedAt: Date.now() - 8 * 86_400_000 }));
    const again = await start();
    expect((await again.store.listUploads('')).items.map(({ uploadId }) => uploadId)).toEqual([young]);
  });

  it('does not serve a file that was cut off or is not its own', async () => {
    const world = await start();
    const { key } = await world.newObject();
    const [name = ''] = await readdir(join(folder, 'objects'));
    appendFileSync(join(folder, 'objects', name), 'x');
    Logger.overrideLogger(false);
    expect(await world.fetch(key)).toMatchObject({ status: 500, code: 'InternalError' });
    Logger.overrideLogger(new ConsoleLogger());
  });

  it('lets only its owner read what it keeps', async () => {
    const world = await start();
    await world.newObject();
    const [name = ''] = await readdir(join(folder, 'objects'));
    expect((await stat(join(folder, 'objects', name))).mode & 0o777).toBe(0o600);
    for (const part of ['objects', 'uploads', 'drafts'])
      expect((await stat(join(folder, part))).mode & 0o777).toBe(0o700);
  });
});
