import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Whether `error` is the system error `code`, such as `ENOENT`. By shape: under jest, Node's errors have another class. */
export const isSystemError = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

/**
 * Makes `folder`, and the folders above it that are missing, for this user alone. Not by `mkdir` with `recursive`: where the
 * system has no room for folders, as in /proc, Node 24 tries again without end.
 * @throws Error in words: something else is there, or this user may not write there
 */
export function makePrivateFolder(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${folder} cannot be a folder that this user writes to (${reason}); set DATA_DIR to another.`, {
      cause: error,
    });
  }
}

function makeFolder(folder: string): void {
  const present = statSync(folder, { throwIfNoEntry: false });
  if (present?.isDirectory()) return;
  if (present) throw new Error('it is something else');
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another start may have made it just now.
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
}

/** Makes what happened to the names in `directory` survive a power cut. */
export function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Creates `file` with mode 0600, on disk and complete before it has its name; an existing file is never replaced.
 * @returns false when `file` was already there
 */
export function createPrivateFile(file: string, text: string): boolean {
  const directory = dirname(file);
  makeFolder(directory);
  const draft = draftOf(file);
  try {
    writePrivately(draft, text);
    linkSync(draft, file); // unlike a rename, refuses to replace
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  syncDirectory(directory);
  return true;
}

/** Replaces `file`, which keeps mode 0600: whoever opens it finds the text before or this one, whole, also after a power cut. */
export function replacePrivateFile(file: string, text: string): void {
  const draft = draftOf(file);
  try {
    writePrivately(draft, text);
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
  syncDirectory(dirname(file));
}

const draftOf = (file: string) => `${file}.${randomBytes(6).toString('hex')}.draft`;

function writePrivately(file: string, text: string): void {
  const fd = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * The text of a file that only its owner may read; null when there is none.
 * @throws Error when the group or others may read or write it
 */
export function readPrivateFile(file: string): string | null {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  }
  try {
    const mode = fstatSync(fd).mode & 0o777;
    if ((mode & 0o077) !== 0) {
      throw new Error(
        `${file} holds secrets and others on this machine may open it (mode ${mode.toString(8)}). ` +
          `Run: chmod 600 ${file} (and consider who may have read it).`,
      );
    }
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
