import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { databaseUrl, prepareDatabase } from '../../src/platform/database/roles.js';

const TEMPLATE = 'daybook_template';
type Role = 'owner' | 'api' | 'queue';

export interface TestDatabase {
  readonly name: string;
  url(role: Role): string;
  /** The superuser's way in: above row security. */
  readonly superuserUrl: string;
  /** Runs one statement as the superuser, above row security: to look at what is really there. */
  look<Row extends pg.QueryResultRow>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Runs one statement as a role, outside of any `asUser`. */
  as<Row extends pg.QueryResultRow>(role: Role, sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Runs one statement with the API's role, for a user or for nobody; how many rows it touched. Rolled back. */
  actAs(sql: string, userId?: string): Promise<number>;
  /** Runs one statement as the superuser and keeps its locks until they are released. */
  hold(sql: string): HeldLock;
  drop(): Promise<void>;
}

export interface HeldLock {
  /** Resolves once the locks are taken. */
  readonly held: Promise<void>;
  release(): Promise<void>;
}

/** Whether the template's tables are in parts (global-setup.mjs). */
export const isPartitioned = process.env['DAYBOOK_TEST_DATABASE'] === 'partitioned';

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

async function actAs(url: string, sql: string, userId = ''): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query("SELECT set_config('app.user_id', $1, true)", [userId]);
    const { rowCount } = await client.query(sql);
    await client.query('ROLLBACK');
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}

function hold(url: string, sql: string): HeldLock {
  const client = new pg.Client({ connectionString: url });
  // A test that fails before it releases leaves the connection to the end of its database.
  client.on('error', () => undefined);
  const held = client.connect().then(async () => {
    await client.query('BEGIN');
    await client.query(sql);
  });
  return { held, release: () => held.then(() => client.end()) };
}

/** A migrated database of its own, copied from the template. */
export const newDatabase = (): Promise<TestDatabase> => createDatabase(`TEMPLATE ${TEMPLATE}`);

/** A database with its roles and their rights, and no table yet. */
export const emptyDatabase = (): Promise<TestDatabase> => createDatabase('TEMPLATE template0');

async function createDatabase(template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = superuserUrl();
  // What the API's role does may go through a pooler; migrations and queues never do (docs/scale.md).
  const way = (role: Role) => (role === 'api' ? (process.env['TEST_POOLER_URL'] ?? admin) : admin);
  const url = (role: Role) => databaseUrl(way(role), name, { name: `daybook_${role}`, password: role });
  await query(admin, `CREATE DATABASE ${name} ${template} OWNER daybook_owner`);
  await prepareDatabase(admin, name);
  return {
    name,
    url,
    superuserUrl: databaseUrl(admin, name),
    look: (sql, parameters) => query(databaseUrl(admin, name), sql, parameters),
    as: (role, sql, parameters) => query(url(role), sql, parameters),
    actAs: (sql, userId) => actAs(url('api'), sql, userId),
    hold: (sql) => hold(databaseUrl(admin, name), sql),
    drop: async () => void (await query(admin, `DROP DATABASE ${name} WITH (FORCE)`)),
  };
}
