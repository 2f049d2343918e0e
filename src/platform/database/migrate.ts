import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { migrationOptions } from './data-source.js';
import { SqlState, sqlState } from './pg-errors.js';

type Migrations = ReturnType<typeof migrationOptions>['migrations'];

interface MigrateOptions {
  /** Other migrations than those of this release. */
  readonly migrations?: Migrations;
  /** How long a statement may wait for a table: whoever asks for that table meanwhile queues behind it. */
  readonly lockTimeoutMs?: number;
  /** How long to wait before each further attempt at a migration that did not get its lock. */
  readonly pausesMs?: readonly number[];
}

const LOCK_TIMEOUT_MS = 3_000;
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 20_000];

/**
 * Brings the schema up to date; the names of the migrations that ran, oldest first. Runs as the owner of the tables, beside
 * a server at work: a migration that does not get a lock in time steps back, lets others through, and tries again.
 * @throws Error that names the migration which never got its lock; those before it stay
 */
export async function migrate(ownerUrl: string, options: MigrateOptions = {}): Promise<string[]> {
  const { lockTimeoutMs = LOCK_TIMEOUT_MS, pausesMs = PAUSES_MS, ...others } = options;
  const source = await new DataSource({ ...migrationOptions(ownerUrl), ...others }).initialize();
  try {
    // Two jobs at once: the second waits, then finds nothing to do.
    await source.query(`SET lock_timeout = 0`);
    await source.query(`SELECT pg_advisory_lock(hashtext('daybook migrations'))`);
    await source.query(`SET lock_timeout = ${Math.trunc(lockTimeoutMs)}`);
    const before = await namesIn(source);
    await runWithPauses(source, pausesMs);
    return (await namesIn(source)).slice(before.length);
  } finally {
    await source.destroy();
  }
}

async function runWithPauses(source: DataSource, pausesMs: readonly number[]): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await source.runMigrations();
      return;
    } catch (error) {
      if (sqlState(error) !== SqlState.lockNotAvailable) throw error;
      const pauseMs = pausesMs[attempt];
      if (pauseMs === undefined) throw new Error(await sentenceOf(source, attempt + 1), { cause: error });
      await sleep(pauseMs);
    }
  }
}

async function sentenceOf(source: DataSource, attempts: number): Promise<string> {
  const done = new Set(await namesIn(source));
  const stuck = source.migrations
    .map(({ name, constructor }) => name ?? constructor.name)
    .find((name) => !done.has(name));
  return (
    `The migration ${stuck} did not get a lock on a table in ${attempts} attempts, and nothing of it was done; those before it ` +
    'are. Something holds that table for long: a dump, a report, a transaction that was left open. Find it in ' +
    'pg_stat_activity by its xact_start, wait for it or end it, and run the migration job again (docs/migrations.md).'
  );
}

/** Those that have run, oldest first. */
async function namesIn(source: DataSource): Promise<string[]> {
  const [table]: { there: boolean }[] = await source.query(`SELECT to_regclass('migrations') IS NOT NULL AS there`);
  if (!table?.there) return [];
  const rows: { name: string }[] = await source.query(`SELECT name FROM migrations ORDER BY id`);
  return rows.map(({ name }) => name);
}
