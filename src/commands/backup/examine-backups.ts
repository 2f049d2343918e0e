import { archiveChecks, shownByProviders } from '../../platform/backup/archive-checks.js';
import { pg } from '../../platform/database/pg.js';
import { type Check, find, type Finding, skip } from '../../platform/doctor/finding.js';
import { listErasedSince } from './erased-since.js';
import { type Pair, restoredChecks } from './restored-checks.js';

const CONNECT_MS_MAX = 5_000;

/** What is looked at, and how. */
export interface BackupQuestion {
  readonly live: string;
  readonly restored?: string | undefined;
  readonly isManaged: boolean;
  readonly tolerance: number;
  readonly sample: number;
}

export interface BackupAnswer {
  readonly findings: readonly Finding[];
  /** Receipts of the accounts that are in the restored database, and were erased since. */
  readonly erasedSince: readonly string[];
}

const connected = (name: string, option: string): Check<pg.Client> => ({
  name,
  remedy: `Correct ${option}.`,
  look: async (client) => {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
    return `PostgreSQL ${rows[0]?.version}`;
  },
});

function newClient(connectionString: string): pg.Client {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    application_name: 'daybook backup check',
    // A count of a large table takes longer than a request may.
    options: '-c statement_timeout=0 -c default_transaction_read_only=on',
  });
  client.on('error', () => undefined);
  return client;
}

/** Looks at what the live server says of its backups, and at a restored database beside it. Writes to neither. */
export async function examineBackups(question: BackupQuestion): Promise<BackupAnswer> {
  const live = newClient(question.live);
  const restored = question.restored === undefined ? undefined : newClient(question.restored);
  try {
    const findings = [await find(connected('live database', 'DATABASE_URL or --live'), live)];
    const isThere = findings[0]?.state === 'ok';
    findings.push(...(await examineArchive(live, isThere, question.isManaged)));
    if (!restored) return { findings, erasedSince: [] };
    findings.push(await find(connected('restored database', '--restored'), restored));
    const areThere = isThere && findings.at(-1)?.state === 'ok';
    const pair = { live, restored, tolerance: question.tolerance, sample: question.sample };
    return await examineRestored(pair, areThere, findings);
  } finally {
    await live.end().catch(() => undefined);
    await restored?.end().catch(() => undefined);
  }
}

async function examineArchive(live: pg.Client, isThere: boolean, isManaged: boolean): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of archiveChecks) {
    if (isManaged && shownByProviders.includes(check.name)) continue;
    findings.push(isThere ? await find(check, live) : skip(check, 'the live database is out of reach'));
  }
  return findings;
}

async function examineRestored(pair: Pair, areThere: boolean, findings: Finding[]): Promise<BackupAnswer> {
  let erasedSince: readonly string[] = [];
  const erased: Check<Pair> = {
    name: 'erased since',
    remedy: 'Give a role that may bypass row security, as for dumps.',
    look: async ({ live, restored }) => {
      erasedSince = await listErasedSince(live, restored);
      if (erasedSince.length === 0) return 'nobody';
      const remedy =
        'Before you serve it: --erased <file> writes their receipts, daybook user erase-again --yes < file erases them.';
      return [{ what: `back, and erased since: ${erasedSince.length}`, remedy }];
    },
  };
  for (const check of [...restoredChecks, erased])
    findings.push(areThere ? await find(check, pair) : skip(check, 'one of the databases is out of reach'));
  return { findings, erasedSince };
}
