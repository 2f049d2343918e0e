import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { POSTGRES_ENV, type Binaries } from './postgres-binaries.js';
import { createPrivateFile, makePrivateFolder, readPrivateFile, syncDirectory } from './private-file.js';

/** A data directory ready to be served. */
export interface Cluster {
  readonly dataDir: string;
  /** Stands in the command line of every process of its server, so that they can be told from others. */
  readonly name: string;
  readonly password: string;
}

/** Repeats, because an initdb that outlived its start may still write there. */
const REMOVE = { recursive: true, force: true, maxRetries: 10 } as const;

const NAME = /daybook-[0-9a-f]{16}/;

/** Whether a command line names a cluster of ours. */
export const namesCluster = (command: string): boolean => NAME.test(command);

/** The name of the cluster in `dataDir`, an absolute path without links. */
export const clusterName = (dataDir: string): string =>
  `daybook-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;

/** `dataDir` with its parent made if missing, readable by nobody else, and links resolved. */
export function prepareParent(dataDir: string): string {
  const parent = dirname(dataDir);
  makePrivateFolder(parent);
  return join(realpathSync(parent), basename(dataDir));
}

/** The superuser's password, random, kept beside the data directory; made when there is no database yet. */
function readPassword(dataDir: string, isNew: boolean): string {
  const file = `${dataDir}.password`;
  const password = readPrivateFile(file)?.trim();
  if (password) return password;
  if (!isNew) {
    throw new Error(
      `${file} is missing or empty. It holds the password of the database in ${dataDir}; restore it from a backup. ` +
        'Nothing was changed.',
    );
  }
  rmSync(file, { force: true });
  createPrivateFile(file, `${randomBytes(24).toString('base64url')}\n`);
  return readPassword(dataDir, false);
}

/** Runs a program to its end. @returns its exit status and what it wrote */
function run([program, ...args]: [string, ...string[]], options: { cwd: string; user: Binaries['user'] }) {
  return new Promise<{ status: number | null; output: string }>((resolve, reject) => {
    const child = spawn(program, args, {
      ...options.user,
      cwd: options.cwd,
      env: POSTGRES_ENV,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: string): void => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output }));
  });
}

/** Hands `path` and all below it to who runs PostgreSQL; needed when root takes another way down than last time. */
function giveTo({ uid, gid }: Binaries['fileOwner'], path: string): void {
  if (statSync(path).uid === uid || process.getuid?.() !== 0) return;
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) lchownSync(join(path, name), uid, gid);
  chownSync(path, uid, gid); // last: as long as it differs, the work is not done
}

/** Half-finished attempts of starts that were killed. They never were a database anyone wrote to. */
function removeLeftovers(dataDir: string): void {
  const prefix = `${basename(dataDir)}.initializing-`;
  for (const name of readdirSync(dirname(dataDir))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(dataDir), name), REMOVE);
  }
}

/** Makes a new database in a directory of its own and moves it to `dataDir` once complete: half of one is never seen. */
async function initialize(binaries: Binaries, dataDir: string, password: string, durable: boolean): Promise<void> {
  removeLeftovers(dataDir);
  const workshop = `${dataDir}.initializing-${randomBytes(6).toString('hex')}`;
  const draft = join(workshop, 'data');
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  writeFileSync(join(workshop, 'password'), password, { mode: 0o600 });
  giveTo(binaries.fileOwner, workshop);
  try {
    const place = binaries.dataDirArgument(draft);
    const flags = [
      `--pgdata=${place}`,
      `--pwfile=${place}/../password`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ];
    if (!durable) flags.push('--no-sync');
    const command = binaries.command('initdb', ...flags);
    const { status, output } = await run(command, { cwd: draft, user: binaries.user });
    if (status !== 0) throw new Error(`PostgreSQL could not make a database in ${dataDir}:\n${output.trim()}`);
    renameSync(draft, dataDir);
    syncDirectory(dirname(dataDir));
  } finally {
    rmSync(workshop, REMOVE);
  }
}

/** @throws Error when what lies in `dataDir` is not a database this PostgreSQL can serve. Nothing there is changed. */
function assertServable(dataDir: string, major: string): void {
  const file = join(dataDir, 'PG_VERSION');
  if (!existsSync(file)) {
    throw new Error(
      `${dataDir} is not empty and holds no PostgreSQL database. Move it away or set DATA_DIR. Nothing was changed.`,
    );
  }
  const found = readFileSync(file, 'utf8').trim();
  if (found === major) return;
  throw new Error(
    `${dataDir} was written by PostgreSQL ${found}; this Daybook brings PostgreSQL ${major}, which cannot read it. ` +
      'Nothing was changed or lost. Start the Daybook that wrote it, or dump it with ' +
      `pg_dumpall of PostgreSQL ${found} and load that into a new DATA_DIR.`,
  );
}

/**
 * The database in `dataDir`, made if there is none. What is there is never deleted or replaced.
 * @param durable whether a new one is on disk before this returns
 */
export async function openCluster(binaries: Binaries, dataDir: string, durable: boolean): Promise<Cluster> {
  const isNew = !existsSync(dataDir) || readdirSync(dataDir).length === 0;
  if (!isNew) assertServable(dataDir, binaries.major);
  const password = readPassword(dataDir, isNew);
  if (isNew) await initialize(binaries, dataDir, password, durable);
  giveTo(binaries.fileOwner, dataDir);
  chmodSync(dataDir, 0o700); // PostgreSQL refuses anything wider
  return { dataDir, name: clusterName(dataDir), password };
}
