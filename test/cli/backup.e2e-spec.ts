import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PASSWORD, useApi, type TestUser } from '../harness/api.js';
import { daybook } from '../harness/cli.js';
import { newDatabase, type TestDatabase } from '../harness/database.js';
import { openHistories, rewriteHistory } from '../harness/tampered-history.js';

const ARCHIVE = ['wal level', 'archiving', 'archive timeout', 'checksums', 'replication slots', 'durability'];
const RESTORED = [
  'restored server',
  'restored migrations',
  'restored roles',
  'restored policies',
  'restored rows',
  'restored histories',
  'newest event',
  'erased since',
];

/** The tests' PostgreSQL is fast and forgetful, and both databases are on it. */
const HERE = new Set(['durability', 'restored server', 'checksums']);

const FILL = `INSERT INTO tombstones SELECT user_id, ('019ab3c4-5d6e-7f80-9123-' || lpad(n::text, 12, '0'))::uuid, now()
  FROM users, generate_series(1, 30) n`;

interface Answer {
  readonly ok: boolean;
  readonly erased_since: number;
  readonly checks: readonly { readonly name: string; readonly state: string; readonly detail: string }[];
}

describe('daybook backup check', () => {
  const api = useApi({ withWorkers: true });
  let folder: string;
  let user: TestUser;
  let copy: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-backup-'));
    user = await api.newUser();
    for (const content of ['A marked page.', 'Another.']) await user.post('/entries', { content });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The rows of the live database in another one, as a restore would leave them. */
  let restored: TestDatabase;
  beforeEach(async () => {
    restored = await newDatabase();
    const tables = await api.database.look<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'migrations'`,
    );
    const client = new pg.Client({ connectionString: restored.superuserUrl });
    await client.connect();
    await client.query(`SET session_replication_role = replica`);
    for (const { name } of tables) {
      const [row] = await api.database.look<{ rows: unknown }>(
        `SELECT coalesce(jsonb_agg(t), '[]') AS rows FROM ${name} t`,
      );
      await client.query(`INSERT INTO ${name} SELECT * FROM jsonb_populate_recordset(NULL::${name}, $1)`, [
        JSON.stringify(row?.rows),
      ]);
    }
    await client.end();
    copy = restored.superuserUrl;
  });
  afterEach(() => restored.drop());

  async function check(more: string[] = []): Promise<Answer & { code: number; faults: Record<string, string> }> {
    const args = ['backup', 'check', '--json', '--managed', '--live', api.database.superuserUrl, '--restored', copy];
    const { code, stdout, stderr } = await daybook([...args, ...more], {});
    expect([stderr, stdout]).toEqual(['', expect.not.stringContaining('marked page')]);
    const answer: Answer = JSON.parse(stdout);
    const wrong = answer.checks.filter(({ name, state }) => state === 'fault' && !HERE.has(name));
    return { ...answer, code, faults: Object.fromEntries(wrong.map(({ name, detail }) => [name, detail])) };
  }

  it('compares what was restored with what is live, and finds nothing wrong', async () => {
    const { checks, faults } = await check();
    expect(faults).toEqual({});
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(RESTORED));
    expect(checks.find(({ name }) => name === 'restored server')?.detail).toContain('the same server');
  });

  it.each([
    [
      'an event that was altered',
      `UPDATE ledger_events SET version = 99 WHERE seq = 2`,
      'restored histories',
      'breaks at event 2',
    ],
    ['an event that is missing', `DELETE FROM ledger_events WHERE seq = 2`, 'restored histories', 'lacks event 2'],
    [
      'a history cut short',
      `DELETE FROM ledger_events WHERE seq = (SELECT max(seq) FROM ledger_events)`,
      'restored histories',
      'its head elsewhere',
    ],
    [
      'a migration that has not run',
      `DELETE FROM migrations WHERE id = 1`,
      'restored migrations',
      'lacks CreateAccounts',
    ],
    [
      'a policy that is missing',
      `DROP POLICY owner ON entries`,
      'restored policies',
      'lacks the policy owner on entries',
    ],
    [
      'row security that is off',
      `ALTER TABLE entries NO FORCE ROW LEVEL SECURITY`,
      'restored policies',
      'row security on entries',
    ],
    [
      'a right that is missing',
      `REVOKE SELECT ON entries FROM daybook_api`,
      'restored policies',
      'the grant of SELECT on entries to daybook_api',
    ],
    ['rows that are missing', FILL, 'restored rows', 'rows, the live one'],
  ])('finds %s', async (_what, plant, name, sentence) => {
    await restored.look(`SET session_replication_role = replica; ${plant}`);
    const { code, faults } = await check();
    expect(code).toBe(1);
    expect(faults).toEqual({ [name]: expect.stringContaining(sentence) });
  });

  it('finds a history that holds in itself, and is not the beginning of the live one', async () => {
    const [head] = await restored.look<{ seq: number }>(`SELECT seq::int FROM ledger_heads WHERE user_id = $1`, [
      user.id,
    ]);
    await openHistories(restored);
    await rewriteHistory(restored, user.id, 2, head?.seq ?? 0);
    for (const table of ['ledger_events', 'ledger_heads'])
      await restored.look(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`);
    await restored.look(
      `UPDATE ledger_heads AS head SET hash = event.hash FROM ledger_events AS event
       WHERE head.user_id = $1 AND event.user_id = $1 AND event.seq = head.seq`,
      [user.id],
    );
    expect((await check()).faults).toEqual({
      'restored histories': `the history of ${user.id} is not the beginning of the live one`,
    });
  });

  it('finds nothing wrong when the live one has gone on since', async () => {
    expect((await user.post('/entries', { content: 'A later page.' })).status).toBe(201);
    expect((await check()).faults).toEqual({});
  });

  it('names who is back and was erased since; their receipts erase them again', async () => {
    const erin = await api.newUser();
    const { body } = await erin.post('/auth/erase', { password: PASSWORD });
    // A restored database that still has her: the live one has her receipt alone.
    await restored.look(`INSERT INTO users SELECT * FROM jsonb_populate_record((SELECT u FROM users u LIMIT 1), $1)`, [
      JSON.stringify({ user_id: erin.id, email: erin.email }),
    ]);
    await restored.look(`INSERT INTO ledger_heads SELECT $1, seq, hash FROM ledger_heads LIMIT 1`, [erin.id]);
    const file = join(folder, 'receipts.txt');
    const { code, faults, erased_since } = await check(['--erased', file]);
    expect([code, erased_since]).toEqual([1, 1]);
    expect(faults['erased since']).toContain('erased since: 1');
    expect(await readFile(file, 'utf8')).toBe(`${body.receipt}\n`);
    // The runbook's own way to keep receipts elsewhere.
    const runbook = await readFile('docs/runbooks/restore.md', 'utf8');
    const [, select = ''] = /psql "\$BACKUP_URL" -Atc "(SELECT [^"]+)"/.exec(runbook) ?? [];
    expect((await api.database.look(select)).map((row) => Object.values(row))).toEqual([[body.receipt]]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const environment = {
      ...api.environment(),
      DATABASE_URL: restored.url('api'),
      QUEUE_DATABASE_URL: restored.url('queue'),
    };
    const again = (input: string) => daybook(['user', 'erase-again', '--yes'], { environment, input });
    expect(await again(`${body.receipt}\n`)).toMatchObject({ code: 0, stdout: '1 being erased, 0 not there\n' });
    const [erasure] = await restored.look('SELECT user_id, asked_at IS NOT NULL AS asked FROM erasures');
    expect(erasure).toEqual({ user_id: erin.id, asked: true });
    expect((await check()).erased_since).toBe(0);
    expect(await again('nonsense')).toMatchObject({ code: 2, stderr: expect.stringContaining('Line 1 is no receipt') });
    const unsaid = await daybook(['user', 'erase-again'], { environment, input: `${body.receipt}\n` });
    expect([unsaid.code, unsaid.stderr]).toEqual([2, expect.stringContaining('--yes')]);
  });

  it('sees nothing wrong in a role that row security hides the rows from, and says so', async () => {
    const args = ['backup', 'check', '--live', api.database.url('api'), '--restored', restored.url('api')];
    const { code, stdout } = await daybook(args, {});
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fault {3}restored rows: daybook_api sees no rows.*bypass row security/m);
  });

  it('says what stands in the way of going back to a moment', async () => {
    const { code, stdout } = await daybook(['backup', 'check', '--live', api.database.url('api')], {});
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fault {3}archiving: archive_mode is off/m);
    expect(stdout).toMatch(/^fault {3}archive timeout: is not set/m);
    expect(stdout).toMatch(/^fault {3}durability: fsync is off/m);
    for (const name of ARCHIVE) expect(stdout).toContain(` ${name}: `);
  });

  it('skips what it cannot look at', async () => {
    const nowhere = 'postgres://postgres@127.0.0.1:9/daybook';
    const down = await daybook(['backup', 'check', '--live', nowhere, '--restored', nowhere, '--json'], {});
    const { checks }: Answer = JSON.parse(down.stdout);
    expect(down.code).toBe(1);
    expect(checks.filter(({ state }) => state === 'skipped')).toHaveLength(7 + RESTORED.length);
  });

  it.each([
    [['--restored', 'mysql://x'], '--restored must be an address'],
    [['--tolerance', 'much'], '--tolerance must be a whole number'],
    [['--erased', 'file'], '--erased needs --restored'],
  ])('refuses %j', async (args, sentence) => {
    const { code, stderr } = await daybook(['backup', 'check', ...args], {});
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });
});
