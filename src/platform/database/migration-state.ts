import { setTimeout as sleep } from 'node:timers/promises';
import { migrations } from './migrations.js';
import { pg } from './pg.js';
import { SqlState, sqlState } from './pg-errors.js';

const PAUSE_MS = 1_000;
const CONNECT_MS_MAX = 5_000;

/** How a database stands to the migrations that this program knows, by their names, oldest first. */
export interface MigrationState {
  readonly missing: readonly string[];
  /** There, and not of this program: the database is newer. */
  readonly unknown: readonly string[];
}

/** Looks as the role of the API, which needs no more than that. */
export async function migrationState(client: pg.Client): Promise<MigrationState> {
  const there = await namesThere(client);
  const known = migrations.map(({ name }) => name);
  return {
    missing: known.filter((name) => !there.includes(name)),
    unknown: there.filter((name) => !known.includes(name)),
  };
}

/**
 * Returns when every migration that this program knows has run in the database. One that is newer will do.
 * @param waitMs how long to look again while it is behind or does not answer; 0 looks once
 * @throws Error that says what was in the way the last time
 */
export async function awaitMigrations(apiUrl: string, waitMs: number): Promise<void> {
  const endAt = Date.now() + waitMs;
  for (;;) {
    try {
      return await assertMigrated(apiUrl);
    } catch (error) {
      if (Date.now() + PAUSE_MS > endAt) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

async function assertMigrated(apiUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: apiUrl, connectionTimeoutMillis: CONNECT_MS_MAX });
  client.on('error', () => undefined); // the query that was under way says it
  try {
    await client.connect();
    const { missing } = await migrationState(client);
    if (missing.length > 0) throw new Error(`${missing.length} migrations have not run, first ${missing[0]}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function namesThere(client: pg.Client): Promise<string[]> {
  await client.query('BEGIN');
  try {
    await client.query('SET LOCAL ROLE daybook_system');
    return await listNames(client);
  } finally {
    await client.query('ROLLBACK');
  }
}

/** A schema from before migrations could be seen here is older than this program, too. */
async function listNames(client: pg.Client): Promise<string[]> {
  try {
    const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations');
    return rows.map(({ name }) => name);
  } catch (error) {
    if (sqlState(error) === SqlState.undefinedTable || sqlState(error) === SqlState.insufficientPrivilege) return [];
    throw error;
  }
}
