import 'reflect-metadata';
import { migrationOptions } from './platform/config/config.js';
import { migrate } from './platform/database/migrate.js';

/** The migration job: brings the schema up to date and ends. */
const ran = await migrate(migrationOptions().DATABASE_OWNER_URL.reveal());
process.stdout.write(ran.length > 0 ? `migrated: ${ran.join(', ')}\n` : 'the schema is up to date\n');
