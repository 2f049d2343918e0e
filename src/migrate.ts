import 'reflect-metadata';
import { migrationOptions } from './platform/config/config.js';
import { migrate } from './platform/database/migrate.js';
import { runOnce } from './platform/process.js';

/** The migration job: brings the schema up to date and ends. */
await runOnce(async () => {
  const ran = await migrate(migrationOptions().DATABASE_OWNER_URL.reveal());
  return ran.length > 0 ? `migrated: ${ran.join(', ')}` : 'the schema is up to date';
});
