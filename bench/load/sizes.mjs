import { table } from '../../scripts/demo/terminal.mjs';

/** Tables of which each entry has rows of its own. */
const OF_ENTRIES = new Set(['entries', 'entry_cards', 'entry_signatures', 'ledger_events']);

const SIZES = `
  SELECT relname AS name, reltuples::bigint AS rows, pg_total_relation_size(oid)::bigint AS bytes, pg_indexes_size(oid)::bigint AS indexes
  FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migrations' AND reltuples > 0
  ORDER BY pg_total_relation_size(oid) DESC`;

/** How far the write-ahead log has come, in bytes. */
export async function walBytes(database) {
  const { rows } = await database.query("SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS bytes");
  return rows[0].bytes;
}

/** What lies in the tables, by row, and what that makes for an entry, as text. */
export async function sizesOf(database, users) {
  await database.query('VACUUM ANALYZE');
  const { rows: tables } = await database.query(SIZES);
  const entries = Number(tables.find(({ name }) => name === 'entries')?.rows ?? 0);
  const ofEntries = tables.filter(({ name }) => OF_ENTRIES.has(name));
  const bytes = ofEntries.reduce((sum, one) => sum + Number(one.bytes), 0);
  const head = ['table', 'rows', 'by user', 'bytes a row', 'of them indexes'];
  const rows = tables
    .filter(({ rows: count }) => Number(count) >= users)
    .map(({ name, rows: count, bytes: all, indexes }) => [
      name,
      String(count),
      (count / users).toFixed(1),
      (all / count).toFixed(0),
      (indexes / count).toFixed(0),
    ]);
  return [
    `${entries} entries of ${users} users; with indexes and whatever is kept apart (TOAST):\n`,
    table([head, ...rows]),
    `\n  An entry takes ${(bytes / entries).toFixed(0)} bytes, in ${ofEntries.map(({ name }) => name).join(', ')}.`,
  ].join('\n');
}
