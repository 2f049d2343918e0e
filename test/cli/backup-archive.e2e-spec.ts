import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type EmbeddedPostgres, startPostgres } from '../../src/platform/embedded/postgres.js';
import { daybook } from '../harness/cli.js';
import { eventually } from '../harness/eventually.js';

interface Finding {
  readonly name: string;
  readonly state: string;
  readonly detail: string;
}

/** A server of its own: archiving is of the whole server, and some of it is said at its start alone. */
class Server {
  private constructor(
    private readonly folder: string,
    private readonly postgres: EmbeddedPostgres,
    private readonly client: pg.Client,
  ) {}

  static async start(settings: Record<string, string>): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), 'daybook-archive-'));
    const fast = { fsync: 'off', full_page_writes: 'off' };
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), settings: { ...fast, ...settings } });
    const client = new pg.Client({ connectionString: postgres.superuserUrl });
    await client.connect();
    return new Server(folder, postgres, client);
  }

  async stop(): Promise<void> {
    await this.client.end();
    await this.postgres.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async ask(sql: string): Promise<Record<string, unknown>> {
    const { rows } = await this.client.query<Record<string, unknown>>(sql);
    return rows[0] ?? {};
  }

  /** Changes a setting of the whole server, and waits until it holds. */
  async set(name: string, value: string): Promise<void> {
    await this.ask(`ALTER SYSTEM SET ${name} = '${value}'`);
    const loaded = await this.ask('SELECT pg_conf_load_time()::text AS at');
    await this.ask('SELECT pg_reload_conf()');
    await eventually(`${name} is read`, async () =>
      (await this.ask('SELECT pg_conf_load_time()::text AS at'))['at'] === loaded['at'] ? undefined : true,
    );
  }

  /** Fills `count` segments of the log, as far as the archive is concerned. */
  async fill(count: number): Promise<void> {
    for (let n = 0; n < count; n++)
      await this.ask("SELECT pg_logical_emit_message(true, 'test', 'x'), pg_switch_wal()");
  }

  /** Waits until the archive's own counts say so. */
  async untilArchiver(condition: string): Promise<void> {
    await eventually(condition, async () =>
      (await this.ask(`SELECT ${condition} AS holds FROM pg_stat_archiver`))['holds'] === true ? true : undefined,
    );
  }

  /** What `daybook backup check` says of it, by the name of the check. */
  async findings(): Promise<Record<string, string>> {
    const { stdout, stderr } = await daybook(['backup', 'check', '--json', '--live', this.postgres.superuserUrl], {});
    expect(stderr).toBe('');
    const { checks }: { checks: readonly Finding[] } = JSON.parse(stdout);
    return Object.fromEntries(checks.map(({ name, state, detail }) => [name, `${state}: ${detail}`]));
  }
}

/** Holds every file up while `shut` lies in the data directory, which is where PostgreSQL runs it. */
const GATED = 'while test -e shut; do sleep 0.05; done';

describe('daybook backup check, of a server that archives', () => {
  let server: Server;

  beforeAll(async () => {
    server = await Server.start({ archive_mode: 'on' });
  });
  afterAll(() => server.stop());
  afterEach(() => server.set('archive_command', 'true'));

  const archiving = async () => (await server.findings())['archiving'];
  /** Lets the archive begin anew, with one file in it. */
  const begin = async () => {
    await server.ask("SELECT pg_stat_reset_shared('archiver')");
    await server.set('archive_command', 'true');
    await server.fill(1);
    await server.untilArchiver('archived_count > 0');
  };

  it('misses a command, and what was to be archived with it', async () => {
    await server.set('archive_command', '');
    expect(await archiving()).toBe('fault: neither archive_command nor archive_library is set');
    await server.ask("SELECT pg_stat_reset_shared('archiver')");
    await server.set('archive_command', 'false');
    await server.fill(1);
    await server.untilArchiver('failed_count > 0');
    expect(await archiving()).toMatch(/^fault: nothing was archived since .*, [1-9]\d* attempts failed$/);
  });

  it('says how much was archived, and that the last attempt failed where it did', async () => {
    await begin();
    expect(await archiving()).toMatch(/^ok: [1-9]\d* files, the last \d+ s ago; \d+ attempts failed before it$/);
    await server.set('archive_command', 'false');
    await server.fill(1);
    await server.untilArchiver('last_failed_time > last_archived_time');
    expect(await archiving()).toBe('fault: the last attempt failed');
  });

  it('says how many files wait where the archive is slow', async () => {
    await begin();
    await server.ask("COPY (SELECT) TO PROGRAM 'touch shut'");
    try {
      await server.set('archive_command', GATED);
      await server.fill(5);
      expect(await archiving()).toMatch(/^fault: [3-6] files wait$/);
    } finally {
      await server.ask("COPY (SELECT) TO PROGRAM 'rm shut'");
    }
  });

  it.each([
    ['0', 'fault: is not set: a quiet database archives nothing for days'],
    ['60s', 'ok: at most 60 s are lost with the machine'],
    ['2h', 'fault: is 7200 s'],
  ])('says what the machine takes with it when archive_timeout is %s', async (timeout, sentence) => {
    await server.set('archive_timeout', timeout);
    expect((await server.findings())['archive timeout']).toBe(sentence);
  });

  it('names a slot whose reader was away for too long', async () => {
    expect((await server.findings())['replication slots']).toBe('ok: 0, none holds WAL for nobody');
    await server.ask("SELECT pg_create_physical_replication_slot('standby', true)");
    await server.set('max_slot_wal_keep_size', '16MB');
    await server.fill(4);
    await server.ask('CHECKPOINT');
    expect((await server.findings())['replication slots']).toMatch(/^fault: standby holds .* who does not fetch it$/);
    await server.ask("SELECT pg_drop_replication_slot('standby')");
  });
});

describe('daybook backup check, of a server that writes down as little as it may', () => {
  it('says that nothing but a base backup can come back', async () => {
    const server = await Server.start({ wal_level: 'minimal', max_wal_senders: '0' });
    try {
      expect(await server.findings()).toMatchObject({
        'wal level': 'fault: minimal: nothing but the last base backup can be restored',
        archiving: 'fault: archive_mode is off: there is no way back to a moment between two backups',
      });
    } finally {
      await server.stop();
    }
  });
});
