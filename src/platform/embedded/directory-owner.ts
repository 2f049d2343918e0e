import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { createPrivateFile, isSystemError } from './private-file.js';
import { identifyProcess, isRunning, type ProcessIdentity } from './processes.js';

/** The right to use a data directory, held by one process at a time. */
export interface DirectoryOwner {
  release(): void;
}

const readIfPresent = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  }
};

function parseOwner(text: string): ProcessIdentity {
  const [pid = '', startedAt = ''] = text.trim().split(' ');
  return { pid: Number(pid), startedAt };
}

/** A path as a person in the working directory would type it. */
function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : `./${fromHere}`;
}

/**
 * Removes the owner file of a process that has ended. If another start took the directory over in the meantime, the
 * file that was moved away is that one's, and goes back.
 * @param dead what the file said when its process was found to have ended
 */
export function removeDeadOwner(file: string, dead: string): void {
  const moved = `${file}.${randomBytes(6).toString('hex')}.dead`;
  try {
    renameSync(file, moved);
    if (readIfPresent(moved) !== dead) linkSync(moved, file);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT') && !isSystemError(error, 'EEXIST')) throw error;
  } finally {
    rmSync(moved, { force: true });
  }
}

/** Whether a process that runs has taken `dataDir`. */
export function isClaimed(dataDir: string): boolean {
  const text = readIfPresent(`${dataDir}.owner`);
  return text !== null && isRunning(parseOwner(text));
}

/**
 * Takes `dataDir` for this process, by a file beside it that names the process and when it started.
 * @throws Error when a process that still runs has it, this one included
 */
export function claimDirectory(dataDir: string): DirectoryOwner {
  const file = `${dataDir}.owner`;
  const me = identifyProcess(process.pid);
  if (me === null) throw new Error('The system does not say when this process started (is /proc mounted?).');
  const mine = `${me.pid} ${me.startedAt}\n`;

  while (!createPrivateFile(file, mine)) {
    const present = readIfPresent(file);
    if (present === null) continue;
    const owner = parseOwner(present);
    if (isRunning(owner)) {
      const place = shown(dirname(dataDir));
      throw new Error(`${place} is in use by another Daybook (process ${owner.pid}); stop it or set DATA_DIR.`);
    }
    removeDeadOwner(file, present);
  }
  return {
    release: () => {
      if (readIfPresent(file) === mine) rmSync(file, { force: true });
    },
  };
}
