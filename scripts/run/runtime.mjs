import { spawnSync } from 'node:child_process';
import { Failure, inProject, readJson } from './project.mjs';

const WANTED = [22, 12];
const PACKAGE = `node-${process.platform}-${process.arch}`;

function isNewEnough(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1]);
}

const shortage = () =>
  `Daybook needs Node ${WANTED.join('.')} or newer. This is ${process.version}, and no Node comes with Daybook for ` +
  `${process.platform}-${process.arch}. Install a newer one (https://nodejs.org) and try again.`;

/** Says what is missing before anything is installed in vain. */
export function assertRuntimeInReach() {
  const { optionalDependencies = {} } = readJson('package.json') ?? {};
  if (!isNewEnough(process.version) && !(PACKAGE in optionalDependencies)) throw new Failure(shortage());
}

/** The Node that runs Daybook: the pinned one where it is installed and works, else this one. */
export function findRuntime() {
  const pinned = inProject('node_modules', PACKAGE, 'bin', 'node');
  if (spawnSync(pinned, ['--version'], { stdio: 'ignore' }).status === 0) return pinned;
  if (isNewEnough(process.version)) return process.execPath;
  throw new Failure(shortage());
}
