import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The absolute path of something in the project. */
export const inProject = (...names) => join(ROOT, ...names);

/** The JSON in a file of the project; null when it is missing or cut off. */
export function readJson(...names) {
  try {
    return JSON.parse(readFileSync(inProject(...names), 'utf8'));
  } catch {
    return null;
  }
}

/** Tells the person at the terminal; on stderr, because stdout belongs to what we run. */
export const say = (line) => process.stderr.write(`${line}\n`);

/** Something the person at the terminal can act on, with the code to exit with. */
export class Failure extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The exit code of a process that has ended, as a shell would tell it: 128 + n after signal n. */
export const exitCodeOf = (status, signal) => status ?? 128 + (constants.signals[signal] ?? 0);
