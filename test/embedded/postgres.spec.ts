import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pickFreePort } from '../../src/platform/embedded/postgres-server.js';
import {
  startPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../src/platform/embedded/postgres.js';
import { removeFolder } from './keeper.js';

const asRoot = process.getuid?.() === 0 ? it : it.skip;

let folder: string;
let dataDir: string;
let running: EmbeddedPostgres[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-embedded-'));
  dataDir = join(folder, 'postgres');
  running = [];
});

afterEach(async () => {
  for (const postgres of running) await postgres.stop();
  await removeFolder(folder);
});

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const postgres = await startPostgres({ dataDir, settings: { fsync: 'off' }, ...options });
  running.push(postgres);
  return postgres;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows }: { rows: unknown[] } = await client.query({ text: sql, rowMode: 'array' });
    return rows.flat();
  } finally {
    await client.end();
  }
}

/** A database that holds one value, stopped. */
async function writeDatabase(value: string): Promise<void> {
  const postgres = await start();
  await query(postgres.superuserUrl, `CREATE TABLE kept AS SELECT '${value}' AS value`);
  await postgres.stop();
}

const readDatabase = (postgres: EmbeddedPostgres) => query(postgres.superuserUrl, 'SELECT value FROM kept');

const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

describe('the embedded database', () => {
  it('is made on the first start: UTF-8, sorted the same everywhere, durable, reached from this machine only', async () => {
    const { superuserUrl } = await start({ settings: {} });
    const names = ['server_encoding', 'fsync', 'listen_addresses', 'unix_socket_directories', 'max_connections'];
    const settings = names.map((name) => `current_setting('${name}')`).join(', ');
    expect(await query(superuserUrl, `SELECT ${settings}`)).toEqual(['UTF8', 'on', '127.0.0.1', '', '200']);
    const collation = `SELECT datlocprovider::text, datlocale FROM pg_database WHERE datname = 'postgres'`;
    expect(await query(superuserUrl, collation)).toEqual(['b', 'C.UTF-8']);
  });

  it('opens to its own random password, which nobody else on the machine can read', async () => {
    const { superuserUrl } = await start();
    const { password } = new URL(superuserUrl);
    expect(password.length).toBeGreaterThanOrEqual(24);
    expect(await modeOf(`${dataDir}.password`)).toBe('600');
    expect(await modeOf(dataDir)).toBe('700');
    await expect(query(superuserUrl.replace(password, 'guess'), 'SELECT 1')).rejects.toThrow(/password authentication/);
    const hba = await readFile(join(dataDir, 'pg_hba.conf'), 'utf8');
    expect(hba).not.toMatch(/^[^#].*\b(trust|md5|password|peer)$/m);
  });

  it('has on the second start what was stored in the first', async () => {
    await writeDatabase('from the first start');
    expect(await readDatabase(await start())).toEqual(['from the first start']);
  });

  it('can be stopped twice', async () => {
    const postgres = await start();
    await postgres.stop();
    await postgres.stop();
    await expect(query(postgres.superuserUrl, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('takes another port when its first choice was taken in between', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port: taken } = holder.address() as AddressInfo;
    const choices = [Promise.resolve(taken), pickFreePort()];
    try {
      const postgres = await start({ pickPort: () => choices.shift() ?? pickFreePort() });
      expect(postgres.port).not.toBe(taken);
      expect(await query(postgres.superuserUrl, 'SELECT 1')).toEqual([1]);
    } finally {
      await new Promise((resolve) => holder.close(resolve));
    }
  });

  it('says in the words of the server why it did not start, and starts once that is put right', async () => {
    await writeDatabase('untouched');
    await expect(start({ settings: { shared_buffers: 'plenty' } })).rejects.toThrow(
      /PostgreSQL did not start in .*\n.*invalid value for parameter "shared_buffers": "plenty"/s,
    );
    expect(await readDatabase(await start())).toEqual(['untouched']);
  });

  asRoot('runs for root as the user nobody, under a directory closed to others, and changes back', async () => {
    expect(await modeOf(folder)).toBe('700');
    const asNobody = await start({ rootMode: 'nobody' });
    await query(asNobody.superuserUrl, `CREATE TABLE kept AS SELECT 'from nobody' AS value`);
    expect((await stat(dataDir)).uid).toBe(65534);
    await asNobody.stop();
    const byDefault = await start();
    expect(await readDatabase(byDefault)).toEqual(['from nobody']);
    await byDefault.stop();
    expect(await readDatabase(await start({ rootMode: 'nobody' }))).toEqual(['from nobody']);
  });
});

describe('what lies in the data directory', () => {
  it('is made anew when making it was cut off half-way, and nothing is left of the attempt', async () => {
    const attempt = `${dataDir}.initializing-0123456789ab`;
    await mkdir(join(attempt, 'data'), { recursive: true });
    await writeFile(join(attempt, 'data', 'PG_VERSION'), '18\n');
    const postgres = await start();
    expect(await query(postgres.superuserUrl, 'SELECT 1')).toEqual([1]);
    expect((await readdir(folder)).sort()).toEqual(['postgres', 'postgres.owner', 'postgres.password']);
  });

  it('is refused and kept when another PostgreSQL wrote it', async () => {
    await writeDatabase('of version 17');
    const versionFile = join(dataDir, 'PG_VERSION');
    const version = await readFile(versionFile, 'utf8');
    await writeFile(versionFile, '17\n');
    await expect(start()).rejects.toThrow(/written by PostgreSQL 17; this Daybook brings PostgreSQL 18.*Nothing was/);
    expect(await readFile(versionFile, 'utf8')).toBe('17\n');
    await writeFile(versionFile, version);
    expect(await readDatabase(await start())).toEqual(['of version 17']);
  });

  it('is refused and kept when it is no database at all', async () => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'novel.txt'), 'Chapter one');
    await expect(start()).rejects.toThrow(/not empty and holds no PostgreSQL database/);
    expect(await readdir(dataDir)).toEqual(['novel.txt']);
  });

  it('is refused and kept when its password is gone', async () => {
    await writeDatabase('behind the password');
    const passwordFile = `${dataDir}.password`;
    const password = await readFile(passwordFile, 'utf8');
    await removeFolder(passwordFile);
    await expect(start()).rejects.toThrow(/postgres\.password is missing.*restore it from a backup/);
    await writeFile(passwordFile, password, { mode: 0o600 });
    expect(await readDatabase(await start())).toEqual(['behind the password']);
  });
});
