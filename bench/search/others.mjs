import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

const ENTRIES_EACH = 250;
const ROWS_AT_ONCE = 50_000;
const SEALED_BYTES = 512;
const PORT_LINE = 3;

/** Connects to the instance's PostgreSQL as its superuser, without the checks of references between rows. */
export async function connect(data) {
  const port = Number(readFileSync(join(data, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[PORT_LINE]);
  const password = readFileSync(join(data, 'postgres.password'), 'utf8').trim();
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'daybook' });
  await client.connect();
  await client.query('SET session_replication_role = replica; SET synchronous_commit = off');
  return client;
}

/** Entries of other people, each with a signature; every byte that would be sealed is random. */
export async function addOthers({ database, count, signal }) {
  if (count === 0) return;
  await database.query('CREATE SCHEMA bench; CREATE EXTENSION pgcrypto WITH SCHEMA bench');
  await database.query(
    `CREATE TABLE bench.people AS SELECT n, gen_random_uuid() AS id FROM generate_series(0, $1::int) AS n`,
    [Math.ceil(count / ENTRIES_EACH)],
  );
  await database.query(
    `INSERT INTO users (user_id, tier, email, created_at) SELECT id, 'uce', n || '@example.com', now() FROM bench.people`,
  );
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    signal.throwIfAborted();
    await database.query(
      `WITH given AS MATERIALIZED (
         SELECT people.id AS user_id, gen_random_uuid() AS id, row_number.n % 80 AS quarter,
                date '2006-01-01' + (row_number.n::bigint * 7 % 7300)::int AS day
         FROM generate_series($1::int, $2::int - 1) AS row_number (n) JOIN bench.people ON people.n = row_number.n / ${ENTRIES_EACH}),
       entry AS (
         INSERT INTO entries (user_id, id, kind, entry_date, listed_on, version, sealed, wrapped_key, envelope_hash,
           prev_envelope_hash, created_at, updated_at)
         SELECT user_id, id, 'diary', day, day, 1, bench.gen_random_bytes(${SEALED_BYTES}), bench.gen_random_bytes(160),
           bench.gen_random_bytes(32), bench.gen_random_bytes(32), now(), now() FROM given)
       INSERT INTO entry_signatures (user_id, entry_id, period, entry_date, signature)
       SELECT user_id, id, 8024 + quarter, day, ('x' || encode(bench.gen_random_bytes(256), 'hex'))::bit(2048) FROM given`,
      [from, Math.min(count, from + ROWS_AT_ONCE)],
    );
  }
}

export const analyze = (database) => database.query('VACUUM ANALYZE entries, entry_signatures, entry_cards');
