// npm run test:databases: the guarantees and one test file per module on other databases than the tests use: behind PgBouncer in
// transaction mode, and with tables that are partitioned by user. Says at the end what ran and what did not.
// With --all it is an error that one could not run: for CI.
import { spawnSync } from 'node:child_process';
import { findPgBouncer } from './pgbouncer.mjs';

const JEST = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];

/** Name, and what keeps it from running here. */
const DATABASES = {
  pgbouncer: () => (findPgBouncer() === undefined ? 'there is no pgbouncer on this machine' : undefined),
  partitioned: () => undefined,
};

/** Guarantees that are about something else than the tests' database: an instance with its own, or the source alone. */
const ELSEWHERE = ['leaks', 'migration-lint', 'session-state', 'tokens-wycheproof'];

const TESTS = [
  'test/guarantees/',
  'test/account-history.e2e-spec.ts',
  'test/auth-refresh.e2e-spec.ts',
  'test/auth-erase.e2e-spec.ts',
  'test/entries.e2e-spec.ts',
  'test/idempotency.e2e-spec.ts',
  'test/inbox.e2e-spec.ts',
  'test/integrations/connect.e2e-spec.ts',
  'test/jobs.e2e-spec.ts',
  'test/media.e2e-spec.ts',
  'test/queue/postgres.e2e-spec.ts',
  'test/search.e2e-spec.ts',
  'test/tiers.e2e-spec.ts',
];

const LEFT_OUT = ['--testPathIgnorePatterns', ...ELSEWHERE.map((name) => `/guarantees/${name}`)];

const outcomes = Object.entries(DATABASES).map(([name, obstacle]) => {
  const missing = obstacle();
  if (missing) return { name, outcome: `NOT RUN: ${missing}`, isBad: process.argv.includes('--all') };
  process.stdout.write(`\n── ${name}\n`);
  const env = { ...process.env, DAYBOOK_TEST_DATABASE: name };
  const { status } = spawnSync(process.execPath, [...JEST, ...TESTS, ...LEFT_OUT], { stdio: 'inherit', env });
  return { name, outcome: status === 0 ? 'passed' : 'FAILED', isBad: status !== 0 };
});
process.stdout.write(`\n${outcomes.map(({ name, outcome }) => `${name}: ${outcome}`).join('\n')}\n`);
process.exitCode = outcomes.some(({ isBad }) => isBad) ? 1 : 0;
