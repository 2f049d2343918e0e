import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { databaseUrl } from '../../src/platform/database/roles.js';
import { type EmbeddedInstance, startInstance } from '../../src/platform/embedded/instance.js';
import { daybook } from '../harness/cli.js';
import { useFacebook } from '../harness/facebook/fake-graph.js';
import { GraphRefusal } from '../harness/facebook/graph-world.js';
import { embeddedSuperuserUrl } from '../harness/leaks.js';
import { startTestStore } from '../harness/store.js';

const CHECKS = [
  'configuration',
  'database',
  'roles',
  'row security',
  'migrations',
  'clock',
  'durability',
  'server keys',
  'queue',
  'mail',
  'store',
  'presigned requests',
  'web pages',
  'facebook',
];

interface Finding {
  readonly name: string;
  readonly state: string;
  readonly detail: string;
  readonly remedy?: string;
}

describe('daybook doctor', () => {
  const graph = useFacebook();
  let folder: string;
  // One of its own: roles belong to the whole server, and this one writes to disk as in production.
  let instance: EmbeddedInstance;
  let superuserUrl: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-doctor-'));
    instance = await startInstance(folder);
    superuserUrl = await embeddedSuperuserUrl(folder, 'daybook');
  });
  afterAll(async () => {
    await instance.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const asSuperuser = async (sql: string) => {
    const client = new pg.Client({ connectionString: superuserUrl });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  const run = (args: string[] = [], more: Record<string, string> = {}) =>
    daybook(['doctor', ...args], {
      environment: { ...instance.environment, MAIL_DIR: join(folder, 'mail'), ...more },
    });
  /** What it finds wrong, by the name of the check. */
  const faults = async (more: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await run(['--json'], more);
    const { ok, checks }: { ok: boolean; checks: Finding[] } = JSON.parse(stdout);
    expect([stderr, checks.map(({ name }) => name)]).toEqual(['', CHECKS]);
    const found = checks.filter(({ state }) => state === 'fault');
    expect([code, ok]).toEqual(found.length === 0 ? [0, true] : [1, false]);
    for (const { remedy } of found) expect(remedy).not.toBe('');
    return Object.fromEntries(found.map(({ name, detail, remedy }) => [name, `${detail} | ${remedy}`]));
  };
  /** The same while something is planted that is taken away again. */
  const faultsWith = async (plant: string, takeAway: string) => {
    await asSuperuser(plant);
    try {
      return await faults();
    } finally {
      await asSuperuser(takeAway);
    }
  };

  it('says ok in one line for each thing that it looked at', async () => {
    const { code, stdout, stderr } = await run();
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => /^ok {6}([a-z ]+): \S/.exec(line)?.[1])).toEqual(CHECKS);
    expect(await faults()).toEqual({});
  });

  it.each([
    [
      'ALTER ROLE daybook_api BYPASSRLS',
      'ALTER ROLE daybook_api NOBYPASSRLS',
      'ALTER ROLE daybook_api NOSUPERUSER NOBYPASSRLS',
    ],
    ['ALTER ROLE daybook_system BYPASSRLS', 'ALTER ROLE daybook_system NOBYPASSRLS', 'daybook_system is above'],
    ['ALTER ROLE daybook_api SUPERUSER', 'ALTER ROLE daybook_api NOSUPERUSER', 'daybook_api is above'],
    ['GRANT postgres TO daybook_api', 'REVOKE postgres FROM daybook_api', 'REVOKE postgres FROM daybook_api'],
    ['ALTER TABLE entries OWNER TO daybook_api', 'ALTER TABLE entries OWNER TO daybook_owner', 'owns table entries'],
    [
      'REVOKE daybook_system FROM daybook_api',
      'GRANT daybook_system TO daybook_api WITH INHERIT FALSE, SET TRUE',
      'cannot take the role daybook_system',
    ],
    [
      'GRANT daybook_system TO daybook_api WITH INHERIT TRUE',
      'GRANT daybook_system TO daybook_api WITH INHERIT FALSE',
      'inherits from daybook_system',
    ],
  ])('finds what is wrong with the roles after: %s', async (plant, takeAway, sentence) => {
    const found = await faultsWith(plant, takeAway);
    // What is looked at as daybook_system cannot be seen without that role.
    const others = sentence.startsWith('cannot take') ? ['migrations'] : [];
    expect(Object.keys(found)).toEqual(['roles', ...others]);
    expect(found['roles']).toContain(sentence);
  });

  it.each([
    ['ALTER TABLE entries NO FORCE ROW LEVEL SECURITY', 'ALTER TABLE entries FORCE ROW LEVEL SECURITY', 'entries'],
    ['ALTER TABLE slots DISABLE ROW LEVEL SECURITY', 'ALTER TABLE slots ENABLE ROW LEVEL SECURITY', 'slots'],
    ['CREATE TABLE drafts (user_id uuid)', 'DROP TABLE drafts', 'drafts'],
  ])('finds a table that row security does not protect after: %s', async (plant, takeAway, table) => {
    const found = await faultsWith(plant, takeAway);
    expect(found).toEqual({ 'row security': expect.stringContaining(`not forced on ${table} | As daybook_owner`) });
  });

  it('finds migrations that have not run, and a database that is newer than the program', async () => {
    const older = await faultsWith(
      `CREATE TABLE kept AS SELECT * FROM migrations; DELETE FROM migrations WHERE name LIKE 'CountPeppers%'`,
      `DELETE FROM migrations; INSERT INTO migrations SELECT * FROM kept; DROP TABLE kept`,
    );
    expect(older).toEqual({ migrations: expect.stringMatching(/^1 have not run, first CountPeppers.*migrate\.js/) });
    const unseen = await faultsWith(
      'REVOKE SELECT (name) ON migrations FROM daybook_system',
      'GRANT SELECT (name) ON migrations TO daybook_system',
    );
    expect(unseen).toEqual({ migrations: expect.stringContaining('have not run') });
    const none = await faultsWith('ALTER TABLE migrations RENAME TO kept', 'ALTER TABLE kept RENAME TO migrations');
    expect(none).toEqual({ migrations: expect.stringContaining('have not run') });
    const newer = await faultsWith(
      `INSERT INTO migrations (timestamp, name) VALUES (1, 'AddMagic1')`,
      `DELETE FROM migrations WHERE name = 'AddMagic1'`,
    );
    expect(newer).toEqual({ migrations: expect.stringContaining('newer than this program: it has AddMagic1') });
  });

  it('finds a clock that differs from the database’s', async () => {
    const found = await faultsWith(
      `CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT now() - interval '3 seconds' $$;
       GRANT EXECUTE ON FUNCTION public.clock_timestamp() TO daybook_api;
       ALTER ROLE daybook_api SET search_path = public, pg_catalog`,
      'ALTER ROLE daybook_api RESET search_path; DROP FUNCTION public.clock_timestamp()',
    );
    expect(found).toEqual({ clock: expect.stringMatching(/^-[23]\d{3} ms from the database's \| Let NTP/) });
  });

  it('finds a database that does not keep what it acknowledges', async () => {
    const found = await faultsWith(
      'ALTER DATABASE daybook SET synchronous_commit = off',
      'ALTER DATABASE daybook RESET synchronous_commit',
    );
    expect(found).toEqual({ durability: expect.stringContaining('synchronous_commit is off') });
  });

  it('says which part is out of reach, and goes on with the rest', async () => {
    const nowhere = 'postgres://daybook_api:a-secret-word@127.0.0.1:9/daybook';
    const down = await run([], { DATABASE_URL: nowhere });
    expect(down.code).toBe(1);
    expect(down.stdout).toMatch(/^fault {3}database: .*ECONNREFUSED.*DATABASE_URL/m);
    expect(down.stdout.match(/^skipped .*out of reach$/gm)).toHaveLength(6);
    expect(down.stdout).toMatch(/^ok {6}queue: /m);

    const wrong = databaseUrl(instance.environment['DATABASE_URL'] ?? '', 'daybook', {
      name: 'daybook_api',
      password: 'not-the-password',
    });
    expect(await faults({ DATABASE_URL: wrong })).toEqual({
      database: expect.stringContaining('authentication failed'),
    });
    expect(await faults({ QUEUE_DATABASE_URL: nowhere })).toEqual({ queue: expect.stringContaining('ECONNREFUSED') });
    expect(await faults({ REDIS_URL: 'redis://:a-secret-word@127.0.0.1:9' })).toEqual({
      queue: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await faults({ MAIL_DIR: join(folder, 'secrets.json', 'mail') })).toEqual({
      mail: expect.stringContaining('ENOTDIR'),
    });
  });

  it('says that the store is out of reach, or does not know us', async () => {
    const down = await run([], { S3_ENDPOINT: 'http://127.0.0.1:9' });
    expect(down.stdout).toMatch(/^fault {3}store: .*ECONNREFUSED.*S3_BUCKET/m);
    expect(down.stdout.match(/^skipped .*the store is out of reach$/gm)).toHaveLength(2);
    expect(await faults({ S3_SECRET_ACCESS_KEY: 'another' })).toEqual({
      store: expect.stringContaining('the store answers 403'),
    });
    expect(await faults({ S3_BUCKET: 'another' })).toEqual({ store: expect.stringContaining('the store answers 404') });
    expect(await faults({ S3_CA_FILE: join(folder, 'none.pem') })).toEqual({
      store: expect.stringContaining('S3_CA_FILE cannot be read'),
    });
  });

  it('finds that clients do not reach the store, or reach another', async () => {
    expect(await faults({ S3_PUBLIC_ENDPOINT: 'http://127.0.0.1:9' })).toEqual({
      'presigned requests': expect.stringMatching(/ECONNREFUSED.*S3_PUBLIC_ENDPOINT/),
      'web pages': expect.stringContaining('ECONNREFUSED'),
    });
    const careless = createHttpServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await once(careless, 'listening');
    const address = careless.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const found = await faults({ S3_PUBLIC_ENDPOINT: `http://127.0.0.1:${port}` });
    careless.close();
    expect(found).toEqual({
      'presigned requests': expect.stringContaining('takes what was not signed'),
      'web pages': expect.stringContaining('web pages of http://localhost:8000 may not upload'),
    });
  });

  it('finds that web clients may not use the store, and leaves nothing in it', async () => {
    const app = 'https://app.example.com';
    const store = await startTestStore({ allowedOrigins: [app] });
    try {
      expect(await faults(store.environment)).toEqual({
        'web pages': expect.stringMatching(/http:\/\/localhost:8000 may not upload.*CORS_ORIGINS/),
      });
      const own = { ...store.environment, PUBLIC_URL: `${app}/diary` };
      expect(await faults(own)).toEqual({});
      expect(await faults({ ...own, CORS_ORIGINS: `${app},https://www.example.com` })).toEqual({
        'web pages': expect.stringContaining('https://www.example.com may not upload'),
      });
      expect(await readdir(join(store.folder, 'objects'))).toEqual([]);
    } finally {
      await store.stop();
    }
  });

  it('greets the mail server, and sends nothing', async () => {
    const heard: string[] = [];
    const server: Server = createServer((socket) => {
      socket.write('220 mail.example.com\r\n');
      socket.setEncoding('utf8').on('data', (line: string) => {
        heard.push(line.trim().split(' ')[0] ?? '');
        socket.write('250 mail.example.com\r\n');
      });
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      expect(await faults({ SMTP_URL: `smtp://127.0.0.1:${port}` })).toEqual({});
      expect(heard.filter((word) => word !== 'QUIT')).toEqual(['EHLO']);
    } finally {
      server.close();
    }
    expect(await faults({ SMTP_URL: `smtp://127.0.0.1:${port}` })).toEqual({
      mail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('says what is wrong with the configuration, and looks no further', async () => {
    const { code, stdout } = await run([], { SESSION_PEPPERS: 's1:change-me', PORT: 'none' });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fault {3}configuration: .*PORT.*SESSION_PEPPERS/m);
    expect(stdout).not.toContain('change-me');
    expect(stdout.match(/^skipped /gm)).toHaveLength(13);
  });

  describe('where Facebook is set up', () => {
    afterEach(() => graph.recover());

    /** All that it takes; the server keys are those of the installation. */
    const facebook = (more: Record<string, string> = {}) => {
      const { SERVER_KEYS: _, ...environment } = graph.environment();
      return { ...environment, ...more };
    };

    it('asks Facebook who the app is, and puts nothing secret into the address', async () => {
      const { stdout } = await run();
      expect(stdout).toMatch(/^ok {6}facebook: is not set up$/m);
      const { stdout: told } = await run([], facebook());
      expect(told).toMatch(/^ok {6}facebook: knows the app 1234567890$/m);
      expect(graph.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /app']);
      for (const { url } of graph.seen) expect(url).not.toContain(facebook()['FACEBOOK_APP_SECRET']);
    });

    it('finds an app id and a secret that do not belong together', async () => {
      const found = await faults(facebook({ FACEBOOK_APP_SECRET: 'f'.repeat(32) }));
      expect(found).toEqual({ facebook: expect.stringMatching(/not taken \(code 190\) .*FACEBOOK_APP_SECRET/) });
      const other = await faults(facebook({ FACEBOOK_APP_ID: '99' }));
      expect(other).toEqual({ facebook: expect.stringContaining('not taken (code 190)') });
    });

    it('finds that there is no way to Facebook: nobody there, a private place, something else, or Facebook is away', async () => {
      const nobody = { FACEBOOK_GRAPH_URL: 'http://127.0.0.1:9', OUTBOUND_ALLOWED_PRIVATE: '127.0.0.1:9' };
      expect(await faults(facebook(nobody))).toEqual({
        facebook: expect.stringMatching(/^127\.0\.0\.1:9: unreachable ECONNREFUSED .*Let API and workers out/),
      });
      const inside = { FACEBOOK_GRAPH_URL: 'https://127.0.0.1:9', OUTBOUND_ALLOWED_PRIVATE: '' };
      expect(await faults(facebook(inside))).toEqual({ facebook: expect.stringMatching(/^127\.0\.0\.1:9: refused /) });
      const page = createHttpServer((_request, response) => response.end('<h1>It works!</h1>')).listen(0, '127.0.0.1');
      await once(page, 'listening');
      const address = page.address();
      const place = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
      const another = { FACEBOOK_GRAPH_URL: `http://${place}`, OUTBOUND_ALLOWED_PRIVATE: place };
      const found = await faults(facebook(another));
      page.close();
      expect(found).toEqual({ facebook: expect.stringContaining('is not the Graph API') });
      graph.fail({ path: /^\/app$/, how: new GraphRefusal(500, 2, 'Service temporarily unavailable') });
      expect(await faults(facebook())).toEqual({ facebook: expect.stringContaining('is not available') });
    });

    it('finds nothing wrong with a limit that is reached', async () => {
      graph.fail({ path: /^\/app$/, how: new GraphRefusal(400, 4, '(#4) Application request limit reached') });
      expect(await faults(facebook())).toEqual({});
    });

    it('finds that it is set up by half', async () => {
      const { FACEBOOK_APP_SECRET: _, ...half } = facebook();
      const { code, stdout } = await run([], half);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^fault {3}configuration: .*FACEBOOK_APP_SECRET: is missing: Facebook needs it/m);
    });

    it('finds a server key that something is sealed under, and that is not configured', async () => {
      const userId = '019a0000-1000-7000-8000-000000000001';
      const plant = `
        SET session_replication_role = replica;
        INSERT INTO connection_pages (user_id, id, connection_id, page_id, name, sealed_token, server_key_id)
        SELECT '${userId}', ('019a0000-1000-7000-8000-00000000000' || n)::uuid, '${userId}', n, 'x', 'x', 'k-lost'
        FROM generate_series(1, 2) AS n`;
      const found = await faultsWith(plant, `DELETE FROM connection_pages WHERE user_id = '${userId}'`);
      expect(found).toEqual({
        'server keys': expect.stringMatching(
          /^k-lost is not configured, and seals 2 \| Put k-lost back into SERVER_KEYS/,
        ),
      });
      const { stdout } = await run();
      expect(stdout).toMatch(/^ok {6}server keys: 1 configured, 0 in use$/m);
    });
  });
});
