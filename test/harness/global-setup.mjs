import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../dist/src/platform/database/migrate.js';
import { databaseUrl, prepareDatabase, prepareRoles } from '../../dist/src/platform/database/roles.js';
import { startPostgres } from '../../dist/src/platform/embedded/postgres.js';
import { startPgBouncer } from '../../scripts/pgbouncer.mjs';
import { partition } from './partition.mjs';

const TEMPLATE = 'daybook_template';
const MODES = ['direct', 'pgbouncer', 'partitioned'];
/** Fewer than the API's own pool has, so that its clients must share them. */
const POOL_SIZE = 4;
const passwords = { owner: 'owner', api: 'api', queue: 'queue' };
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * One PostgreSQL for the whole run, with a migrated template that every test file copies. DAYBOOK_TEST_DATABASE says how it is
 * reached and laid out: `pgbouncer` puts a pooler before everything that the API's role does, `partitioned` splits the tables.
 */
export default async function () {
  const mode = process.env.DAYBOOK_TEST_DATABASE || 'direct';
  if (!MODES.includes(mode)) throw new Error(`DAYBOOK_TEST_DATABASE is one of ${MODES.join(', ')}`);
  const folder = await mkdtemp(join(tmpdir(), 'daybook-test-'));
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), settings });
  globalThis.daybookTestServices = { folder, postgres };
  const { superuserUrl } = postgres;
  await prepareRoles(superuserUrl, passwords);
  await prepareDatabase(superuserUrl, TEMPLATE);
  const owner = { name: 'daybook_owner', password: passwords.owner };
  await migrate(databaseUrl(superuserUrl, TEMPLATE, owner));
  process.env.TEST_POSTGRES_URL = superuserUrl;
  if (mode === 'partitioned') await partition(databaseUrl(superuserUrl, TEMPLATE));
  if (mode === 'pgbouncer') await startPooler(superuserUrl);
}

async function startPooler(postgresUrl) {
  const pooler = await startPgBouncer({ postgresUrl, passwords: { daybook_api: passwords.api }, poolSize: POOL_SIZE });
  globalThis.daybookTestServices.pooler = pooler;
  process.env.TEST_POOLER_URL = pooler.url(postgresUrl);
}
