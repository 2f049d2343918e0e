import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { apiDatabaseOptions, migrationOptions } from './platform/config/config.js';
import { migrate } from './platform/database/migrate.js';
import { awaitMigrations } from './platform/database/migration-state.js';
import { runOnce } from './platform/process.js';

const WAIT_MS = 10 * 60_000;

/**
 * The migration job: brings the schema up to date and ends. With --check it only looks, as the role of the API, and with
 * --wait it looks until the job has run: what a server does before it starts beside the job.
 */
await runOnce(async () => {
  const { check, wait } = parseArgs({ options: { check: { type: 'boolean' }, wait: { type: 'boolean' } } }).values;
  if (check || wait) {
    await awaitMigrations(apiDatabaseOptions().DATABASE_URL.reveal(), wait ? WAIT_MS : 0);
    return 'the schema is up to date';
  }
  const ran = await migrate(migrationOptions().DATABASE_OWNER_URL.reveal());
  return ran.length > 0 ? `migrated: ${ran.join(', ')}` : 'the schema is up to date';
});
