// One command on a fresh clone: installs what is missing, builds what is stale, and runs on the Node the project pins.
//   node scripts/run.mjs start | test | test-databases | demo | bench | daybook | check | build | generate [arguments for what runs]
// Needs nothing but Node 20 itself, since it runs before anything is installed.
import { buildIfStale, isBuilt } from './run/build.mjs';
import { runToTheEnd } from './run/child.mjs';
import { installIfStale, isInstalled } from './run/install.mjs';
import { withLock } from './run/lock.mjs';
import { Failure, say } from './run/project.mjs';
import { assertRuntimeInReach, findRuntime } from './run/runtime.mjs';

const JEST = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];

/** For each mode, what must be built before, and what then runs. */
const MODES = {
  start: { builds: ['sdk', 'application'], program: ['dist/src/standalone.js'] },
  test: { builds: ['sdk', 'application'], program: JEST },
  'test-databases': { builds: ['sdk', 'application'], program: ['scripts/test-databases.mjs'] },
  daybook: { builds: ['sdk', 'application'], program: ['dist/src/cli.js', '--embedded'] },
  demo: { builds: ['sdk', 'application'], program: ['scripts/demo.mjs'] },
  bench: { builds: ['sdk', 'application'], program: ['bench/run.mjs'] },
  check: { builds: ['sdk', 'application'], program: ['scripts/check.mjs'] },
  generate: { builds: ['sdk', 'application'], program: ['scripts/generate.mjs'] },
  build: { builds: ['sdk', 'application'] },
};

/** Brings what is installed and built up to date; two runs at once take turns. */
async function prepare(builds) {
  if (isInstalled() && builds.every(isBuilt)) return;
  await withLock(() => {
    installIfStale();
    for (const name of builds) buildIfStale(name, findRuntime());
  });
}

/** @returns the exit code */
async function run([name, ...args]) {
  const mode = Object.hasOwn(MODES, name ?? '') ? MODES[name] : undefined;
  if (mode === undefined) throw new Failure(`Usage: node scripts/run.mjs ${Object.keys(MODES).join(' | ')}`, 2);
  assertRuntimeInReach();
  await prepare(mode.builds);
  return mode.program ? runToTheEnd(findRuntime(), [...mode.program, ...args]) : 0;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
