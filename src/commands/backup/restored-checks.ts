import type pg from 'pg';
import type { Check, Fault } from '../../platform/doctor/finding.js';
import { brokenPlace, compareHeads } from './histories.js';

/** A restored database beside the one that it was made from. */
export interface Pair {
  readonly live: pg.ClientBase;
  readonly restored: pg.ClientBase;
  /** By how much of a hundred a table may differ. */
  readonly tolerance: number;
  /** Of how many users the history is made anew. */
  readonly sample: number;
}

type Look = Check<Pair>['look'];

const RUNBOOK = 'See docs/runbooks/restore.md.';
/** A small table may differ by this much, whatever that is of a hundred. */
const ROWS_MIN = 20;
const SHOWN = 5;

async function column(client: pg.ClientBase, sql: string): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(sql);
  return rows.map(({ line }) => line);
}

/** What stands on one side alone, as faults. */
async function differences({ live, restored }: Pair, sql: string, remedy: string): Promise<Fault[]> {
  const [here, there] = [await column(live, sql), await column(restored, sql)];
  const missing = here.filter((line) => !there.includes(line)).map((line) => `lacks ${line}`);
  const more = there.filter((line) => !here.includes(line)).map((line) => `has ${line}, which the live one has not`);
  const all = [...missing, ...more];
  const rest = all.length > SHOWN ? [{ what: `${all.length - SHOWN} more`, remedy: '' }] : [];
  return [...all.slice(0, SHOWN).map((what) => ({ what, remedy })), ...rest];
}

const state: Look = async ({ live, restored }) => {
  const sql = `SELECT (SELECT system_identifier FROM pg_control_system())::text || ' ' || pg_is_in_recovery() || ' '
    || coalesce(inet_server_port(), 0) || ' ' || pg_postmaster_start_time() AS line`;
  const [[here], [there]] = [await column(live, sql), await column(restored, sql)];
  if (here === there) return [{ what: 'both addresses lead to the same server', remedy: 'Correct --restored.' }];
  return there?.includes(' true ') ? 'answers, and still follows the log' : 'answers, and takes writes';
};

const migrations: Look = async (pair) => {
  const sql = `SELECT name AS line FROM migrations ORDER BY id`;
  const faults = await differences(pair, sql, 'Run the migration job on it, if it is older.');
  return faults.length > 0 ? faults : `the same ${(await column(pair.restored, sql)).length}`;
};

const ROLES = `
  SELECT rolname || ': ' || concat_ws(' ', CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolbypassrls THEN 'bypassrls' END,
    CASE WHEN rolinherit THEN 'inherit' END, CASE WHEN rolcanlogin THEN 'login' END, array_to_string(rolconfig, ' '),
    (SELECT string_agg(m.roleid::regrole::text, ' ' ORDER BY 1) FROM pg_auth_members m WHERE m.member = r.oid)) AS line
  FROM pg_roles r WHERE rolname IN ('daybook_owner', 'daybook_api', 'daybook_system', 'daybook_queue')`;

const roles: Look = async (pair) => {
  const faults = await differences(pair, ROLES, 'Make the roles: docs/runbooks/production-database.md.');
  return faults.length > 0 ? faults : 'the same powers';
};

const POLICIES = `
  SELECT 'the policy ' || policyname || ' on ' || tablename || ' ' || md5(concat_ws('|', cmd, roles::text, qual, with_check)) AS line
  FROM pg_policies WHERE schemaname = 'public'
  UNION ALL SELECT 'row security on ' || relname FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relrowsecurity AND relforcerowsecurity
  UNION ALL SELECT 'the grant of ' || privilege_type || ' on ' || table_name || ' to ' || grantee
  FROM information_schema.role_table_grants WHERE table_schema = 'public' AND grantee <> 'daybook_owner'`;

const policies: Look = async (pair) => {
  const faults = await differences(pair, POLICIES, 'Restore schema and grants together.');
  return faults.length > 0 ? faults : `the same ${(await column(pair.restored, POLICIES)).length} policies and grants`;
};

/** Above row security, or every count would be of nothing. */
async function assertSeesAll(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ sees: boolean; name: string }>(
    `SELECT rolsuper OR rolbypassrls AS sees, rolname AS name FROM pg_roles WHERE rolname = current_user`,
  );
  if (!rows[0]?.sees) throw new Error(`${rows[0]?.name} sees no rows: row security hides them`);
}

async function countsOf(client: pg.ClientBase): Promise<ReadonlyMap<string, number>> {
  await assertSeesAll(client);
  const names = await column(
    client,
    `SELECT oid::regclass::text AS line FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  const counts = new Map<string, number>();
  for (const name of names) {
    const { rows } = await client.query<{ count: number }>(`SELECT count(*)::float8 AS count FROM ${name}`);
    counts.set(name, rows[0]?.count ?? 0);
  }
  return counts;
}

const rowCounts: Look = async ({ live, restored, tolerance }) => {
  const [here, there] = [await countsOf(live), await countsOf(restored)];
  const faults = [...here].flatMap(([table, count]) => {
    const found = there.get(table) ?? 0;
    const may = Math.max(ROWS_MIN, (count * tolerance) / 100);
    if (Math.abs(found - count) <= may) return [];
    return [{ what: `${table} has ${found} rows, the live one ${count}`, remedy: 'Is it the backup that was meant?' }];
  });
  const all = [...there.values()].reduce((sum, count) => sum + count, 0);
  return faults.length > 0
    ? faults
    : `${all} rows in ${there.size} tables, each within ${tolerance} % of the live ones`;
};

const histories: Look = async ({ restored, live, sample }) => {
  await assertSeesAll(restored);
  const users = await column(restored, `SELECT user_id AS line FROM ledger_heads ORDER BY random() LIMIT ${sample}`);
  const faults: Fault[] = [];
  for (const user of users) {
    const place = (await brokenPlace(restored, user)) ?? (await compareHeads(restored, live, user));
    if (place)
      faults.push({ what: `the history of ${user} ${place}`, remedy: 'Do not serve it; take another backup.' });
  }
  return faults.length > 0 ? faults.slice(0, SHOWN) : `the chains of ${users.length} users hold, event by event`;
};

const newest: Look = async ({ restored, live }) => {
  const sql = `SELECT to_char(max(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS line FROM ledger_events`;
  const [[there], [here]] = [await column(restored, sql), await column(live, sql)];
  return `${there ?? 'none'}; of the live one ${here ?? 'none'}`;
};

/** What must hold of a restored database, without reading any content. */
export const restoredChecks: readonly Check<Pair>[] = [
  { name: 'restored server', remedy: 'The two must be seen by a superuser, or a role of pg_monitor.', look: state },
  { name: 'restored migrations', remedy: RUNBOOK, look: migrations },
  { name: 'restored roles', remedy: RUNBOOK, look: roles },
  { name: 'restored policies', remedy: RUNBOOK, look: policies },
  { name: 'restored rows', remedy: 'Give a role that may bypass row security, as for dumps.', look: rowCounts },
  { name: 'restored histories', remedy: 'Give a role that may bypass row security, as for dumps.', look: histories },
  { name: 'newest event', remedy: 'Give a role that may bypass row security, as for dumps.', look: newest },
];
