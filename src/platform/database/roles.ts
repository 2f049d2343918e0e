import { pg } from './pg.js';

/** The roles of one database cluster, by what they may do. */
export interface RolePasswords {
  /** Owns the tables, runs migrations. */
  readonly owner: string;
  /** Serves requests and jobs, under row-level security; owns nothing. */
  readonly api: string;
  /** Owns the queues' schema, where the queues live in PostgreSQL. */
  readonly queue: string;
}

const SQL = `
  DO $$
  DECLARE wanted record;
  BEGIN
    FOR wanted IN SELECT * FROM (VALUES
      ('daybook_owner', 'LOGIN'), ('daybook_api', 'LOGIN'), ('daybook_queue', 'LOGIN'), ('daybook_system', 'NOLOGIN')
    ) AS roles (name, login) LOOP
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) THEN
        EXECUTE format('CREATE ROLE %I %s NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT', wanted.name, wanted.login);
      END IF;
    END LOOP;
    IF current_setting('server_version_num')::int >= 160000 THEN
      EXECUTE 'GRANT daybook_system TO daybook_api WITH INHERIT FALSE, SET TRUE';
    ELSE
      EXECUTE 'GRANT daybook_system TO daybook_api';
    END IF;
  END $$;
  ALTER ROLE daybook_api SET statement_timeout = '3s';
  ALTER ROLE daybook_api SET lock_timeout = '1s';
  ALTER ROLE daybook_api SET idle_in_transaction_session_timeout = '5s';
  ALTER ROLE daybook_owner SET lock_timeout = '3s';
`;

/** Makes or repairs the roles. Needs a role that may create roles; safe to run again. */
export async function prepareRoles(adminUrl: string, passwords: RolePasswords): Promise<void> {
  await withClient(adminUrl, async (client) => {
    await client.query(SQL);
    for (const [role, password] of Object.entries(passwords))
      await client.query(`ALTER ROLE daybook_${role} PASSWORD ${client.escapeLiteral(String(password))}`);
  });
}

/** Makes the database `name` where it is missing, owned by daybook_owner. The queue's role makes a schema of its own there. */
export async function prepareDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} OWNER daybook_owner`);
  });
  await withClient(databaseUrl(adminUrl, name), async (client) => {
    await client.query(`
      ALTER SCHEMA public OWNER TO daybook_owner;
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      REVOKE ALL ON DATABASE ${client.escapeIdentifier(name)} FROM PUBLIC;
      GRANT CONNECT ON DATABASE ${client.escapeIdentifier(name)} TO daybook_api, daybook_queue;
      GRANT USAGE ON SCHEMA public TO daybook_api, daybook_system;
      GRANT CREATE ON DATABASE ${client.escapeIdentifier(name)} TO daybook_queue;
    `);
  });
}

/** `url` with another database, and another role where one is given. */
export function databaseUrl(url: string, database: string, role?: { name: string; password: string }): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  if (role) [changed.username, changed.password] = [role.name, encodeURIComponent(role.password)];
  return changed.href;
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // A server that goes away is told by the query that was under way.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
