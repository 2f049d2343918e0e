import type pg from 'pg';
import { lookAtDurability } from '../doctor/durability-look.js';
import type { Check, Fault } from '../doctor/finding.js';

type Look = Check<pg.ClientBase>['look'];

const RUNBOOK = 'See docs/runbooks/restore.md.';
const GIB = 1024 ** 3;
/** More than one whole segment that waits is a queue, not the one that was filled just now. */
const WAITING_MAX = 2;
const ARCHIVE_TIMEOUT_S_MAX = 3_600;

/** Tools by what stands in archive_command, and what tells how their backups are. */
const TOOLS = new Map([
  ['pgbackrest', 'pgbackrest info; pgbackrest check'],
  ['wal-g', 'wal-g backup-list --detail; wal-g wal-verify integrity timeline'],
  ['barman', 'barman check <server>; barman list-backups <server>'],
  ['/controller/manager', 'kubectl get backups; kubectl cnpg status <cluster>'],
]);

async function settingsOf(client: pg.ClientBase): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name IN
       ('wal_level', 'archive_mode', 'archive_command', 'archive_library', 'archive_timeout', 'data_checksums')`,
  );
  return new Map(rows.map(({ name, setting }) => [name, setting]));
}

const walLevel: Look = async (client) => {
  const level = (await settingsOf(client)).get('wal_level') ?? '';
  if (level !== 'minimal') return level;
  const remedy = 'As a superuser: ALTER SYSTEM SET wal_level = replica; then restart PostgreSQL.';
  return [{ what: 'minimal: nothing but the last base backup can be restored', remedy }];
};

interface Archiver {
  readonly archived: number;
  readonly failed: number;
  readonly last: string | null;
  readonly seconds: number | null;
  readonly failing: boolean;
  /** Whole segments that were filled behind the last one archived. */
  readonly waiting: number | null;
}

/** WAL file names: timeline, and two parts of the number of the segment, 8 hexadecimal digits each (PostgreSQL, xlog_internal.h). */
const ARCHIVER = `
  WITH archiver AS (SELECT * FROM pg_stat_archiver),
  size AS (SELECT setting::bigint AS bytes FROM pg_settings WHERE name = 'wal_segment_size'),
  numbers AS (
    SELECT ('x' || lpad(substr(last_archived_wal, 9, 8), 16, '0'))::bit(64)::bigint * (4294967296 / bytes)
         + ('x' || lpad(substr(last_archived_wal, 17, 8), 16, '0'))::bit(64)::bigint AS archived,
           pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint / bytes AS current
    FROM archiver, size WHERE last_archived_wal ~ '^[0-9A-F]{24}$')
  SELECT archived_count::int AS archived, failed_count::int AS failed, last_archived_wal AS last,
         extract(epoch FROM clock_timestamp() - last_archived_time)::int AS seconds,
         last_failed_time IS NOT NULL AND (last_archived_time IS NULL OR last_failed_time > last_archived_time) AS failing,
         (SELECT (current - archived - 1)::int FROM numbers) AS waiting
  FROM archiver`;

const archiving: Look = async (client) => {
  const settings = await settingsOf(client);
  if (settings.get('archive_mode') === 'off')
    return [{ what: 'archive_mode is off: there is no way back to a moment between two backups', remedy: RUNBOOK }];
  if (!settings.get('archive_command') && !settings.get('archive_library'))
    return [{ what: 'neither archive_command nor archive_library is set', remedy: RUNBOOK }];
  const { rows } = await client.query<Archiver>(ARCHIVER);
  const [archiver] = rows;
  if (!archiver?.last)
    return [
      {
        what: `nothing was archived since the statistics began (a crash empties them), ${archiver?.failed ?? 0} attempts failed`,
        remedy: RUNBOOK,
      },
    ];
  const faults: Fault[] = [];
  if (archiver.failing) faults.push({ what: 'the last attempt failed', remedy: "Look into PostgreSQL's log." });
  if ((archiver.waiting ?? 0) > WAITING_MAX)
    faults.push({ what: `${archiver.waiting} files wait`, remedy: 'Find out why the archive is slow.' });
  if (faults.length > 0) return faults;
  return `${archiver.archived} files, the last ${archiver.seconds} s ago; ${archiver.failed} attempts failed before it`;
};

const archiveTimeout: Look = async (client) => {
  const seconds = Number((await settingsOf(client)).get('archive_timeout') ?? 0);
  if (seconds > 0 && seconds <= ARCHIVE_TIMEOUT_S_MAX) return `at most ${seconds} s are lost with the machine`;
  const what = seconds === 0 ? 'is not set: a quiet database archives nothing for days' : `is ${seconds} s`;
  const remedy = "As a superuser: ALTER SYSTEM SET archive_timeout = '60s'; SELECT pg_reload_conf();";
  return [{ what, remedy }];
};

const checksums: Look = async (client) => {
  if ((await settingsOf(client)).get('data_checksums') === 'on') return 'on';
  const remedy = 'With PostgreSQL stopped: pg_checksums --enable.';
  return [{ what: 'off: a page that rots on the disk goes into every backup unseen', remedy }];
};

const slots: Look = async (client) => {
  const { rows } = await client.query<{ name: string; active: boolean; held: number; status: string | null }>(
    `SELECT slot_name AS name, active, wal_status AS status,
            coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::float8 AS held FROM pg_replication_slots`,
  );
  const faults = rows
    .filter(({ active, held, status }) => (!active && held > GIB) || status === 'lost' || status === 'unreserved')
    .map(({ name, held }) => ({
      what: `${name} holds ${(held / GIB).toFixed(1)} GiB of WAL for somebody who does not fetch it`,
      remedy: `Bring its reader back, or as a superuser: SELECT pg_drop_replication_slot('${name}');`,
    }));
  return faults.length > 0 ? faults : `${rows.length}, none holds WAL for nobody`;
};

const tool: Look = async (client) => {
  const command = (await settingsOf(client)).get('archive_command') ?? '';
  const [, next] = [...TOOLS].find(([word]) => command.includes(word)) ?? [];
  return next ? `look at the backups themselves with: ${next}` : `PostgreSQL does not know of base backups. ${RUNBOOK}`;
};

/** What a database server says of its own backups. */
export const archiveChecks: readonly Check<pg.ClientBase>[] = [
  { name: 'wal level', remedy: RUNBOOK, look: walLevel },
  { name: 'archiving', remedy: RUNBOOK, look: archiving },
  { name: 'archive timeout', remedy: RUNBOOK, look: archiveTimeout },
  { name: 'checksums', remedy: RUNBOOK, look: checksums },
  { name: 'replication slots', remedy: RUNBOOK, look: slots },
  { name: 'durability', remedy: RUNBOOK, look: lookAtDurability },
  { name: 'base backups', remedy: RUNBOOK, look: tool },
];

/** Of these a provider that makes the backups may show nothing. */
export const shownByProviders: readonly string[] = ['wal level', 'archiving', 'archive timeout', 'base backups'];
