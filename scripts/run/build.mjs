import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodeOf, Failure, inProject, say } from './project.mjs';

/** What is built, from what, where to, and by which programs; paths are relative to the project. */
const BUILDS = {
  sdk: {
    inputs: ['sdk/src', 'sdk/tsconfig.json', 'sdk/tsconfig.node.json', 'sdk/package.json', 'package-lock.json'],
    output: 'sdk/dist',
    // What is for browsers too is built without the types of Node.
    programs: [
      ['node_modules/typescript/bin/tsc', '-p', 'sdk'],
      ['node_modules/typescript/bin/tsc', '-p', 'sdk/tsconfig.node.json'],
    ],
  },
  application: {
    inputs: ['src', 'migrations', '.swcrc', 'tsconfig.json', 'package.json', 'package-lock.json'],
    output: 'dist',
    programs: [
      ['node_modules/@swc/cli/bin/swc.js', 'src', 'migrations', '-d', 'dist', '--config-file', '.swcrc', '-q'],
    ],
  },
};

/** Written last into the output: without it, or with another fingerprint in it, the output is not used. */
const stampOf = (output) => inProject(output, '.built-from');

/** The content of a file, or nothing when there is none (any more). */
function readIfPresent(file) {
  try {
    return readFileSync(file);
  } catch {
    return '';
  }
}

/** Every file at or below `path`, relative to the project, always in the same order. */
function listFiles(path) {
  const place = inProject(path);
  if (!existsSync(place)) return [];
  if (!statSync(place).isDirectory()) return [path];
  return readdirSync(place, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory()) return listFiles(join(path, entry.name));
      return entry.isFile() ? [join(path, entry.name)] : [];
    });
}

/** Changes whenever an input is added, removed, renamed or changed. */
function fingerprint({ inputs, programs }) {
  const hash = createHash('sha256').update(JSON.stringify(programs));
  for (const path of inputs.flatMap(listFiles)) {
    const content = createHash('sha256')
      .update(readIfPresent(inProject(path)))
      .digest('hex');
    hash.update(`${path}\0${content}\0`);
  }
  return hash.digest('hex');
}

const isBuiltFrom = ({ output }, inputs) => readIfPresent(stampOf(output)).toString() === inputs;

export const isBuilt = (name) => isBuiltFrom(BUILDS[name], fingerprint(BUILDS[name]));

/** @param runtime the Node to build with */
export function buildIfStale(name, runtime) {
  const build = BUILDS[name];
  const inputs = fingerprint(build); // before building: what is edited meanwhile makes the next run build again
  if (isBuiltFrom(build, inputs)) return;
  say(`Building the ${name} …`);
  rmSync(inProject(build.output), { recursive: true, force: true });
  for (const program of build.programs) {
    const { status, signal } = spawnSync(runtime, program, { cwd: inProject(), stdio: ['ignore', 2, 2] });
    if (status !== 0) {
      throw new Failure(`Building the ${name} failed; see above. Nothing was started.`, exitCodeOf(status, signal));
    }
  }
  mkdirSync(inProject(build.output), { recursive: true });
  writeFileSync(stampOf(build.output), inputs);
}
