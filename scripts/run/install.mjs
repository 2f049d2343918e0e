import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { exitCodeOf, Failure, inProject, readJson, say } from './project.mjs';

/** npm keeps here what it installed. It writes this last and `npm ci` removes it first, so half an install has none. */
const INSTALLED = ['node_modules', '.package-lock.json'];

/**
 * Whether every package of the lock file is there in its version. Optional ones may be missing: they are for other
 * platforms. The content decides, not the dates, which a fresh clone or a copy changes.
 */
export function isInstalled() {
  const wanted = readJson('package-lock.json')?.packages;
  const installed = readJson(...INSTALLED)?.packages;
  if (!wanted) throw new Failure('package-lock.json is missing or is not JSON; restore it with git.');
  if (!installed) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional, devOptional }]) => {
    if (path === '') return true; // the project itself
    const found = installed[path];
    if (found === undefined) return optional || devOptional;
    return found.version === version && found.integrity === integrity && existsSync(inProject(path));
  });
}

/** How to call npm: the one that started us, with its own Node (ours may lie in the folder it replaces), or any. */
function npmCommand() {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  return npm && basename(npm) === 'npm-cli.js' ? [node ?? process.execPath, npm] : ['npm'];
}

/**
 * Whatever NODE_ENV or the user's npm settings say: building needs the development tools, Node is one of the optional
 * packages, nothing needs an install script, and that npm itself may run on an older Node does not matter.
 */
const NPM_FLAGS = [
  '--ignore-scripts',
  '--include=dev',
  '--include=optional',
  '--engine-strict=false',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

export function installIfStale() {
  if (isInstalled()) return;
  say('Installing dependencies (npm ci) …');
  const [program, ...args] = [...npmCommand(), 'ci', ...NPM_FLAGS];
  const { status, signal, error } = spawnSync(program, args, {
    cwd: inProject(),
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (error) throw new Failure(`npm could not be started (${error.message}). Is it installed?`, 127);
  if (status !== 0) {
    throw new Failure(
      'Installing the dependencies failed; npm says why above. Nothing was started.',
      exitCodeOf(status, signal),
    );
  }
}
