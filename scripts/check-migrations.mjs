// Looks whether a migration would hurt a server at work, or the release before: docs/migrations.md.
import { migrations } from '../dist/src/platform/database/migrations.js';
import { lint, sqlOf } from './migrations/lint.mjs';

/** Milliseconds, as in the names. Whatever is older was there before the first release: no server was at work on it. */
const BASELINE = 1795300000000;

const timestampOf = (name) => Number(/\d{13}$/.exec(name)?.[0]);

let looked = 0;
for (const Migration of migrations) {
  if (timestampOf(Migration.name) <= BASELINE) continue;
  looked++;
  const migration = new Migration();
  for (const fault of lint(await sqlOf(migration), migration.transaction !== false)) {
    process.stderr.write(`${Migration.name}: ${fault}\n`);
    process.exitCode = 1;
  }
}
if (process.exitCode !== 1)
  process.stdout.write(`${looked} migrations since the baseline, of ${migrations.length}: no fault\n`);
