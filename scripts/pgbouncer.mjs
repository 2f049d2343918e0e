// A PgBouncer of one's own in transaction mode, for tests and benchmarks: it lives as long as the process that started it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pickFreePort } from '../dist/src/platform/embedded/postgres-server.js';

const START_MS_MAX = 10_000;
const PAUSE_MS = 20;
/** It refuses to be root, and is nobody then. */
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
/** Debian keeps it where only root looks. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];

/** Ends the pooler when this process is gone, for whatever reason: then the read end of its input closes. */
const GUARD = `
exec 3<&0
"$@" 3<&- &
pooler=$!
{ read -r end_of_input <&3; kill $pooler; } &
exec 3<&-
wait $pooler
`;

export function findPgBouncer() {
  return FOLDERS.map((folder) => join(folder, 'pgbouncer')).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export async function startPgBouncer({ postgresUrl, passwords, poolSize }) {
  const program = findPgBouncer();
  if (!program) throw new Error('there is no pgbouncer on this machine: apt-get install pgbouncer');
  const folder = await mkdtemp(join(tmpdir(), 'daybook-pgbouncer-'));
  const port = await pickFreePort();
  const file = await writeSettings(folder, { port, postgresUrl, passwords, poolSize });
  const user = isRoot ? ['-u', 'nobody'] : [];
  const child = spawn('/bin/sh', ['-c', GUARD, 'daybook-pgbouncer-guard', program, '-q', ...user, file], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  const log = [];
  child.stderr.setEncoding('utf8').on('data', (chunk) => log.push(chunk));
  const stop = async () => {
    child.stdin.end();
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilListening(port, child, log);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = (of) => Object.assign(new URL(of), { port: String(port) }).href;
  return { url, stop };
}

/** Two files that it alone reads: there are passwords in one. */
async function writeSettings(folder, { port, postgresUrl, passwords, poolSize }) {
  const { hostname, port: behind } = new URL(postgresUrl);
  const [file, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')];
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    pool_mode: 'transaction',
    default_pool_size: poolSize,
    max_client_conn: 500,
    auth_type: 'scram-sha-256',
    auth_file: users,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const people = Object.entries(passwords).map(([name, password]) => `"${name}" "${password}"`);
  const contents = [
    [users, people],
    [file, ['[databases]', `* = host=${hostname} port=${behind}`, '[pgbouncer]', ...lines]],
  ];
  for (const [path, content] of contents) await writeFile(path, `${content.join('\n')}\n`, { mode: 0o600 });
  if (isRoot) for (const path of [folder, file, users]) await chown(path, NOBODY, NOBODY);
  return file;
}

async function untilListening(port, child, log) {
  for (const end = Date.now() + START_MS_MAX; Date.now() < end; await sleep(PAUSE_MS)) {
    if (child.exitCode !== null) break;
    const socket = connect(port, '127.0.0.1');
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
  }
  throw new Error(`pgbouncer did not start: ${log.join('')}`);
}
