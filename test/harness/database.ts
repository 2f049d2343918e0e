import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { databaseUrl, prepareDatabase } from '../../src/platform/database/roles.js';

const TEMPLATE = 'daybook_template';
type Role = 'owner' | 'api' | 'queue';

export interface TestDatabase {
  readonly name: string;
  url(role: Role): string;
  /** Runs one statement as the superuser, above row security: to look at what is really there. */
  look<Row extends pg.QueryResultRow>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Runs one statement as a role, outside of any `asUser`. */
  as<Row extends pg.QueryResultRow>(role: Role, sql: string, parameters?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

const superuserUrl = () => {
  const url = process.env['TEST_POSTGRES_URL'];
  if (!url) throw new Error('the test database is started by jest; run the tests with npm test');
  return url;
};

async function query<Row extends pg.QueryResultRow>(url: string, sql: string, parameters?: unknown[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, parameters)).rows;
  } finally {
    await client.end();
  }
}

/** A migrated database of its own, copied from the template. */
export async function newDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = superuserUrl();
  const url = (role: Role) => databaseUrl(admin, name, { name: `daybook_${role}`, password: role });
  await query(admin, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} OWNER daybook_owner`);
  await prepareDatabase(admin, name);
  return {
    name,
    url,
    look: (sql, parameters) => query(databaseUrl(admin, name), sql, parameters),
    as: (role, sql, parameters) => query(url(role), sql, parameters),
    drop: async () => void (await query(admin, `DROP DATABASE ${name} WITH (FORCE)`)),
  };
}
