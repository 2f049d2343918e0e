import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { launch, until } from './processes.mjs';
import { pickFreePort } from '../../dist/src/platform/embedded/postgres-server.js';

const DEBIAN = '/usr/lib/postgresql';
const NOBODY = { uid: 65534, gid: 65534 };
/** PostgreSQL does not run as root. */
const user = process.getuid() === 0 ? NOBODY : {};
const PASSWORD = 'rehearsal';

/** The folder of PostgreSQL's programs: PG_BIN, or the newest that Debian installed. */
function programs() {
  if (process.env.PG_BIN) return process.env.PG_BIN;
  const [newest] = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return join(DEBIAN, newest, 'bin');
}

function run(program, ...args) {
  const { status, stderr, stdout } = spawnSync(join(programs(), program), args, {
    ...user,
    cwd: '/',
    env: { PATH: process.env.PATH, PGPASSWORD: PASSWORD, LC_ALL: 'C' },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  return stdout.trim();
}

/** A folder that PostgreSQL may write to. */
export function makeFolder(path) {
  mkdirSync(path, { mode: 0o700 });
  if (user.uid !== undefined) chownSync(path, user.uid, user.gid);
  return path;
}

export const versionOfPostgres = () => run('postgres', '--version');

/** Makes a new cluster with page checksums, which archives its WAL into `archive`. */
export function makeCluster(dataDir, archive) {
  const passwordFile = `${dataDir}.password`;
  writeFileSync(passwordFile, PASSWORD, { mode: 0o644 });
  run('initdb', '-D', dataDir, '--data-checksums', '--auth=scram-sha-256', '--username=postgres', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C'); // prettier-ignore
  const settings = ['wal_level = replica', 'archive_mode = on', "archive_timeout = '60s'"];
  settings.push(
    `archive_command = 'test ! -f ${archive}/%f && cp %p ${archive}/%f.part && mv ${archive}/%f.part ${archive}/%f'`,
  );
  appendFileSync(join(dataDir, 'postgresql.conf'), `${settings.join('\n')}\n`);
}

/** Copies a server that runs, without its WAL: that is in the archive. */
export const takeBaseBackup = (port, target) =>
  run('pg_basebackup', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-D', target, '-X', 'none', '-c', 'fast', '--no-sync'); // prettier-ignore

/** Makes the copied files recover from the archive up to a moment, and then take writes. */
export function recoverUntil(dataDir, archive, moment) {
  const settings = [
    `restore_command = 'cp ${archive}/%f %p'`,
    `recovery_target_time = '${moment}'`,
    `recovery_target_action = promote`,
    `archive_mode = off`,
  ];
  appendFileSync(join(dataDir, 'postgresql.conf'), `${settings.join('\n')}\n`);
  writeFileSync(join(dataDir, 'recovery.signal'), '');
}

/** Starts the cluster in `dataDir`, and waits until it takes writes. */
export async function startCluster(dataDir, log) {
  const port = await pickFreePort();
  const args = [
    '-D',
    dataDir,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
  ];
  const { child, exited } = launch(join(programs(), 'postgres'), args, { ...user, cwd: '/', log });
  const url = `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`;
  await until('PostgreSQL takes writes', async () => {
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended: ${readFileSync(log, 'utf8').slice(-2_000)}`);
    const [row] = await ask(url, 'SELECT pg_is_in_recovery() AS recovers').catch(() => []);
    return row && !row.recovers;
  });
  const stop = async (signal = 'SIGINT') => {
    child.kill(signal);
    await exited;
  };
  return { port, url, stop };
}

/** The rows of one statement. */
export async function ask(url, sql) {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}
