import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { foundation } from '../src/app.module.js';
import { Collector } from '../src/modules/media/collector.js';
import { MediaCoreModule } from '../src/modules/media/media.module.js';
import { MediaTrashService } from '../src/modules/media/media-trash.service.js';
import { Clock } from '../src/platform/clock.js';
import { Config } from '../src/platform/config/config.js';
import { joinInstance } from '../src/platform/embedded/instance.js';
import { PASSWORD, TestUser } from './harness/api.js';
import { eventually } from './harness/eventually.js';
import { Http } from './harness/http.js';
import { embeddedSuperuserUrl } from './harness/leaks.js';
import {
  complete,
  download,
  newFile,
  remove,
  sendFile,
  sendParts,
  type TestFile,
  upload,
  usedBytes,
  WHOLE_BYTES_MAX,
} from './harness/media.js';
import { freePort, type RunningProcess, startProcess } from './harness/process.js';
import { StoreWorld } from './storage/store-world.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('a server that is killed while media come and go', () => {
  let folder: string;
  let port: string;
  let server: RunningProcess | undefined;
  let ada: TestUser;

  const start = async () => {
    server = await startProcess('standalone.js', { DATA_DIR: folder, PORT: port, LIMITS: 'off', LOG_LEVEL: 'warn' });
    return server;
  };
  const kill = async () => {
    server?.child.kill('SIGKILL');
    await server?.ended();
    server = undefined;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-media-crash-'));
    port = String(await freePort());
    const { origin } = await start();
    const http = new Http(`${origin}/api/v1`);
    const { body } = await http.post('/auth/signup', { tier: 'uce', email: 'ada@example.com', password: PASSWORD });
    ada = new TestUser(http.base, body.user.id, 'ada@example.com', body);
  });
  afterAll(async () => {
    server?.child.kill('SIGTERM');
    await server?.ended();
    await rm(folder, { recursive: true, force: true });
  });

  const asSuperuser = async <Row extends object>(sql: string): Promise<Row[]> => {
    const client = new pg.Client({ connectionString: await embeddedSuperuserUrl(folder, 'daybook') });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  };

  /** Sends the first half of the bytes; answers once some of them are on the disk. */
  const sendHalf = async ({ bytes, announced }: TestFile) => {
    const { url, headers } = (await ada.post('/media/upload', announced)).body.upload;
    const sent = request(url, { method: 'PUT', headers: { ...headers, 'content-length': bytes.length } });
    sent.on('error', () => undefined);
    sent.write(bytes.subarray(0, bytes.length / 2));
    const drafts = join(folder, 'objects', 'drafts');
    await eventually('half of it is on the disk', async () => {
      const sizes = await Promise.all(
        (await readdir(drafts)).map(async (name) => (await stat(join(drafts, name))).size),
      );
      return sizes.some((size) => size > 0) ? true : undefined;
    });
    return sent;
  };

  /** What the jobs do by themselves, when a day has gone by. */
  const tidy = async () => {
    const { environment } = await joinInstance(folder);
    const config = Config.from({ LOG_LEVEL: 'silent', MAIL_DIR: folder, ...environment });
    const module = { module: class Tidying {}, imports: [...foundation(config), MediaCoreModule] };
    const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    try {
      await asSuperuser(`UPDATE due SET due_at = now() - interval '1 hour'`);
      await app.get(MediaTrashService).emptyTrash();
      await app.get(MediaTrashService).expireUploads();
      app.get(Clock).now = () => new Date(Date.now() + DAY_MS + 60_000);
      await app.get(Collector).run();
      const world = new StoreWorld(environment);
      const objects = (await world.store.list('media/')).items.map(({ key }) => key.split('/')[2]);
      const unfinished = (await world.store.listUploads('media/')).items;
      world.close();
      return { objects: objects.toSorted((one = '', other = '') => one.localeCompare(other)), unfinished };
    } finally {
      await app.close();
    }
  };

  it.each([0, 10, 40])(
    'has nothing that it says is ready without its object, and leaves nothing: after %i ms',
    async (ms) => {
      const whole = () => newFile(ada, 200_000);
      const inParts = () => newFile(ada, WHOLE_BYTES_MAX + 1);
      const [kept, erased, reserved, given, half, sent, some, all] = [
        whole(),
        whole(),
        whole(),
        whole(),
        whole(),
        whole(),
        inParts(),
        inParts(),
      ];
      for (const file of [kept, erased]) await upload(ada, file);
      for (const file of [reserved, given, some]) await ada.post('/media/upload', file.announced);
      for (const file of [sent, all]) await sendFile(ada, file);
      await sendParts(ada, some.announced.id, some.bytes, [1]);
      const broken = await sendHalf(half);
      // All at once, and nobody hears how it ends.
      const under = [
        complete(ada, sent.announced.id),
        complete(ada, all.announced.id),
        remove(ada, erased.announced.id, '?permanent=true'),
        remove(ada, given.announced.id),
      ].map((answer) => answer.catch(() => undefined));
      await sleep(ms);
      await kill();
      broken.destroy();
      await Promise.all(under);

      await start();
      for (const file of [kept, erased, reserved, given, half, sent, some, all]) {
        const { body } = await ada.get(`/media/${file.announced.id}`);
        if (body.state !== 'ready') continue;
        expect((await download(ada, file.announced.id)).bytes.equals(file.bytes)).toBe(true);
      }
      expect((await ada.get(`/media/${kept.announced.id}`)).body.state).toBe('ready');
      for (const file of [half, reserved, some]) expect((await complete(ada, file.announced.id)).status).toBe(409);
      for (const file of [sent, all]) expect((await complete(ada, file.announced.id)).body.state).toBe('ready');
      expect((await upload(ada, half)).body.state).toBe('ready');

      const { objects, unfinished } = await tidy();
      const rows = await asSuperuser<{ id: string; state: string }>(`SELECT id, state FROM media ORDER BY id`);
      expect(rows.filter(({ state }) => state !== 'ready')).toEqual([]);
      expect([objects, unfinished]).toEqual([rows.map(({ id }) => id), []]);
      expect(await readdir(join(folder, 'objects', 'drafts'))).toEqual([]);
      const [sum] = await asSuperuser<{ bytes: number }>(`SELECT coalesce(sum(byte_size), 0)::int AS bytes FROM media`);
      expect(await usedBytes(ada)).toBe(sum?.bytes);
      for (const file of [kept, half, sent, all])
        expect((await download(ada, file.announced.id)).bytes.equals(file.bytes)).toBe(true);
      for (const file of [reserved, given, some])
        expect((await ada.get(`/media/${file.announced.id}`)).status).toBe(404);
    },
  );
});
