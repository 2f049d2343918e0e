import { DataSource } from 'typeorm';
import { migrationOptions } from './data-source.js';

/** Brings the schema up to date; the names of the migrations that ran, oldest first. Runs as the owner of the tables. */
export async function migrate(ownerUrl: string): Promise<string[]> {
  const source = await new DataSource(migrationOptions(ownerUrl)).initialize();
  try {
    // Two jobs at once: the second waits, then finds nothing to do.
    await source.query(`SET lock_timeout = 0`);
    await source.query(`SELECT pg_advisory_lock(hashtext('daybook migrations'))`);
    await source.query(`SET lock_timeout = '3s'`);
    const ran = await source.runMigrations();
    return ran.map(({ name }) => name);
  } finally {
    await source.destroy();
  }
}
