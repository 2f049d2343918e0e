import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { removeDeadOwner } from '../../src/platform/embedded/directory-owner.js';
import { clusterName } from '../../src/platform/embedded/postgres-cluster.js';
import { startPostgres, type EmbeddedPostgres } from '../../src/platform/embedded/postgres.js';
import { identifyProcess, listProcesses } from '../../src/platform/embedded/processes.js';
import { compileKeeper, removeFolder, startKeeper, type Keeper } from './keeper.js';

let workshop: string;
let script: string;
let folder: string;
let dataDir: string;
let keepers: Keeper[];
let running: EmbeddedPostgres[];

beforeAll(async () => {
  workshop = await mkdtemp(join(tmpdir(), 'daybook-keeper-'));
  script = await compileKeeper(join(workshop, 'compiled'));
});

afterAll(() => removeFolder(workshop));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-owner-'));
  dataDir = join(folder, 'postgres');
  keepers = [];
  running = [];
});

afterEach(async () => {
  for (const keeper of keepers) await keeper.kill();
  for (const postgres of running) await postgres.stop();
  await untilNothingRuns();
  await removeFolder(folder);
});

function keep(): Keeper {
  const keeper = startKeeper(script, dataDir);
  keepers.push(keeper);
  return keeper;
}

async function start(): Promise<EmbeddedPostgres> {
  const postgres = await startPostgres({ dataDir, settings: { fsync: 'off' } });
  running.push(postgres);
  return postgres;
}

async function query(url: string, ...statements: string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the server may be killed while we are connected
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const text of statements) ({ rows } = await client.query({ text, rowMode: 'array' }));
    return rows.flat();
  } finally {
    await client.end();
  }
}

const serverProcesses = () => listProcesses().filter(({ command }) => command.join(' ').includes(clusterName(dataDir)));

async function untilNothingRuns(): Promise<void> {
  while (serverProcesses().length > 0) await setTimeout(10);
}

const REMEMBER = [`CREATE TABLE kept (value text)`, `INSERT INTO kept VALUES ('committed')`];

describe('a Daybook that was killed', () => {
  it('leaves no PostgreSQL behind', async () => {
    const keeper = keep();
    await keeper.answer;
    expect(serverProcesses().length).toBeGreaterThan(0);
    await keeper.kill();
    await untilNothingRuns();
  });

  it('can be started again at once, with everything that was committed', async () => {
    const keeper = keep();
    await query(await keeper.answer, ...REMEMBER);
    await keeper.kill();
    const { superuserUrl } = await start();
    expect(await query(superuserUrl, 'SELECT value FROM kept')).toEqual(['committed']);
  });

  it('can be started again even when the guard of its PostgreSQL was killed too', async () => {
    const keeper = keep();
    await query(await keeper.answer, ...REMEMBER);
    const guards = serverProcesses().filter(({ command: [program] }) => program === '/bin/sh');
    expect(guards.length).toBeGreaterThan(0);
    for (const { pid } of guards) process.kill(pid, 'SIGKILL');
    await keeper.kill();
    expect(serverProcesses().length).toBeGreaterThan(0);
    const { superuserUrl } = await start();
    expect(await query(superuserUrl, 'SELECT value FROM kept')).toEqual(['committed']);
  });

  it('can be started again when it was killed while it made its first database', async () => {
    const keeper = keep();
    while (!readdirSync(folder).some((name) => name.includes('.initializing-'))) await setTimeout(1);
    await keeper.kill();
    const { superuserUrl } = await start();
    expect(await query(superuserUrl, 'SELECT 1')).toEqual([1]);
    expect(readdirSync(folder).sort()).toEqual(['postgres', 'postgres.owner', 'postgres.password']);
  });

  it('is not mistaken for a process that got its number', async () => {
    await writeFile(`${dataDir}.owner`, `${process.pid} long-before\n`);
    await expect(start()).resolves.toHaveProperty('dataDir', dataDir);
  });

  it('can be started again when the number of its PostgreSQL belongs to another process now', async () => {
    await (await start()).stop();
    const note = [process.pid, dataDir, 1, 1, '', '127.0.0.1', '', 'ready   '].join('\n');
    await writeFile(join(dataDir, 'postmaster.pid'), `${note}\n`);
    await expect(start()).resolves.toHaveProperty('dataDir', dataDir);
  });
});

describe('a data directory in use', () => {
  it('is refused to a second Daybook, in a sentence that says what to do', async () => {
    const keeper = keep();
    const url = await keeper.answer;
    await expect(start()).rejects.toThrow(
      `${folder} is in use by another Daybook (process ${keeper.pid}); stop it or set DATA_DIR.`,
    );
    expect(await query(url, 'SELECT 1')).toEqual([1]);
  });

  it('is free again once its owner has stopped', async () => {
    await (await start()).stop();
    expect(readdirSync(folder)).not.toContain('postgres.owner');
    await expect(start()).resolves.toHaveProperty('dataDir', dataDir);
  });

  it('goes to exactly one of several Daybooks that start together after another was killed', async () => {
    await writeFile(`${dataDir}.owner`, `${process.pid} long-before\n`);
    const answers = await Promise.all([keep(), keep(), keep(), keep()].map(({ answer }) => answer));
    const started = answers.filter((answer) => answer.startsWith('postgres://'));
    const refused = answers.filter((answer) => answer.includes('is in use by another Daybook'));
    expect([started.length, refused.length]).toEqual([1, 3]);
    expect(await query(started[0] ?? '', 'SELECT 1')).toEqual([1]);
  });

  it('stays with the Daybook that took it over first from one that was killed', async () => {
    await start();
    const owner = await readFile(`${dataDir}.owner`, 'utf8');
    removeDeadOwner(`${dataDir}.owner`, `${process.pid} long-before\n`);
    expect(await readFile(`${dataDir}.owner`, 'utf8')).toBe(owner);
  });

  it('names its owner', async () => {
    await start();
    const { pid, startedAt } = identifyProcess(process.pid) ?? {};
    expect(await readFile(`${dataDir}.owner`, 'utf8')).toBe(`${pid} ${startedAt}\n`);
  });
});
