import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type EmbeddedInstance, startInstance } from '../../src/platform/embedded/instance.js';
import { useApi } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';
import { embeddedSuperuserUrl } from '../harness/leaks.js';
import { startProcess } from '../harness/process.js';

/** What the tests' own PostgreSQL is started with, so that they are fast. */
const OFF = ['fsync', 'full_page_writes', 'synchronous_commit'];

/** Starts an entry point that is expected to give up. */
async function startInVain(entry: string, environment: Record<string, string>) {
  const child = spawn(process.execPath, [resolve('dist/src', entry)], {
    env: { PATH: process.env['PATH'], ...environment, PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code, stderr };
}

describe('a database that may lose what it acknowledged', () => {
  const api = useApi();

  it.each(['main.js', 'worker.js'])('is refused by %s, which says what is off and how to mend it', async (entry) => {
    const { code, stderr } = await startInVain(entry, { ...api.environment(), DATABASE_DURABILITY: 'required' });
    expect(code).toBe(1);
    expect(stderr).toContain('Daybook cannot start. The database does not keep what it acknowledges');
    for (const setting of OFF) expect(stderr).toContain(`${setting} is off`);
    expect(stderr).toContain('ALTER SYSTEM SET fsync = on');
  });

  it('is refused by whoever does not say anything about it', async () => {
    const { DATABASE_DURABILITY: _, ...environment } = api.environment();
    const { code, stderr } = await startInVain('main.js', environment);
    expect([code, stderr]).toEqual([1, expect.stringContaining('fsync is off')]);
  });

  it('serves where it is said that nobody will miss it', async () => {
    const running = await startProcess('main.js', api.environment());
    running.child.kill('SIGTERM');
    expect(await running.ended()).toBe(0);
  });
});

describe('a database of which one setting alone is off', () => {
  // One of its own, which writes to disk as in production: two of the settings are of the whole server.
  let folder: string;
  let instance: EmbeddedInstance;
  let superuser: pg.Client;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-durability-'));
    instance = await startInstance(folder);
    superuser = new pg.Client({ connectionString: await embeddedSuperuserUrl(folder, 'daybook') });
    await superuser.connect();
  });
  afterAll(async () => {
    await superuser.end();
    await instance.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const environment = () => ({ ...instance.environment, MAIL_DIR: join(folder, 'mail') });
  const change = async (name: string, how: string, expected: string) => {
    await superuser.query(`ALTER SYSTEM ${how}`);
    await superuser.query('SELECT pg_reload_conf()');
    await eventually(`${name} is ${expected}`, async () => {
      const { rows } = await superuser.query<{ setting: string }>(`SELECT current_setting('${name}') AS setting`);
      return rows[0]?.setting === expected ? true : undefined;
    });
  };

  it.each(OFF)('is refused for it, and for no other: %s', async (name) => {
    await change(name, `SET ${name} = off`, 'off');
    try {
      const { code, stderr } = await startInVain('main.js', environment());
      expect([code, stderr.match(/\w+ is off/g)]).toEqual([1, [`${name} is off`]]);
    } finally {
      await change(name, `RESET ${name}`, 'on');
    }
  });

  it('serves once all of them are on', async () => {
    const running = await startProcess('main.js', environment());
    running.child.kill('SIGTERM');
    expect(await running.ended()).toBe(0);
  });
});
