import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../dist/src/platform/database/migrate.js';
import { databaseUrl, prepareDatabase, prepareRoles } from '../../dist/src/platform/database/roles.js';
import { startPostgres } from '../../dist/src/platform/embedded/postgres.js';

const TEMPLATE = 'daybook_template';
const passwords = { owner: 'owner', api: 'api', queue: 'queue' };
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** One PostgreSQL for the whole run, with a migrated template that every test file copies. */
export default async function () {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-test-'));
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), settings });
  globalThis.daybookTestServices = { folder, postgres };
  await prepareRoles(postgres.superuserUrl, passwords);
  await prepareDatabase(postgres.superuserUrl, TEMPLATE);
  const owner = { name: 'daybook_owner', password: passwords.owner };
  await migrate(databaseUrl(postgres.superuserUrl, TEMPLATE, owner));
  process.env.TEST_POSTGRES_URL = postgres.superuserUrl;
}
