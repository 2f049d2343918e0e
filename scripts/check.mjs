// npm run check: everything that must hold before a commit, the same here and in CI. Runs all of it, then says what failed.
// With --no-tests it leaves out the tests, for whoever runs `npm test` beside it.
import { spawnSync } from 'node:child_process';

process.env.REDOCLY_TELEMETRY = 'off';
process.env.REDOCLY_SUPPRESS_UPDATE_NOTICE = 'true';

const JEST = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];

/** Name, and what Node runs for it. */
const STEPS = [
  ['lock file', 'scripts/check-lock.mjs'],
  ['format', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
  ['lint', 'node_modules/oxlint/bin/oxlint', '--quiet'],
  ['types', 'node_modules/typescript/bin/tsc', '-p', '.'],
  [
    'floors',
    'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    '--config',
    '.dependency-cruiser.mjs',
    'src',
    'migrations',
    'sdk/src',
  ],
  ['unused', 'node_modules/knip/bin/knip.js', '--no-progress'],
  ['migrations', 'scripts/check-migrations.mjs'],
  ['generated files', 'scripts/generate.mjs', '--check'],
  ['licences', 'scripts/sbom.mjs'],
  ['manifests', 'scripts/check-manifests.mjs', ...(process.env.NEED_KUBECTL ? ['--need-kubectl'] : [])],
  ['contract', 'node_modules/@redocly/cli/bin/cli.js', 'lint', 'openapi.json'],
  ['alerts', 'scripts/check-alerts.mjs'],
  ['tests', ...JEST],
];

const withoutTests = process.argv.includes('--no-tests');
const failed = [];
for (const [name, ...command] of STEPS) {
  if (withoutTests && name === 'tests') continue;
  process.stdout.write(`\n── ${name}\n`);
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
  if (status !== 0) failed.push(name);
}
process.stdout.write(failed.length === 0 ? '\nAll checks passed.\n' : `\nFailed: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
