// What an installation has beside the image: PostgreSQL, prepared with the SQL for operators, and Redis where there is one.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { databaseUrl } from '../../dist/src/platform/database/roles.js';
import { startPostgres } from '../../dist/src/platform/embedded/postgres.js';
import { pickFreePort } from '../../dist/src/platform/embedded/postgres-server.js';

const SQL = new URL('../../kubernetes/components/cloudnative-pg/', import.meta.url);

/** As an operator prepares a database, with roles.sql and rights.sql; the URLs of the roles. */
async function prepare(superuserUrl) {
  const run = async (url, ...statements) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  const sql = (name) => readFileSync(new URL(name, SQL), 'utf8');
  const password = (role) => `ALTER ROLE daybook_${role} PASSWORD '${role}-rehearses'`;
  const roles = ['owner', 'api', 'queue'];
  await run(superuserUrl, sql('roles.sql'), ...roles.map(password), 'CREATE DATABASE daybook OWNER daybook_owner');
  await run(databaseUrl(superuserUrl, 'daybook'), sql('rights.sql'));
  const [owner, api, queue] = roles.map((role) =>
    databaseUrl(superuserUrl, 'daybook', { name: `daybook_${role}`, password: `${role}-rehearses` }),
  );
  return { DATABASE_OWNER_URL: owner, DATABASE_URL: api, QUEUE_DATABASE_URL: queue };
}

/** @returns its URL and its process; nothing where there is no Redis on this machine */
async function startRedis() {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined;
  const port = await pickFreePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  return { url: `redis://127.0.0.1:${port}`, child: spawn('redis-server', args, { stdio: 'ignore' }) };
}

/**
 * @param keys lines of an env file, as `daybook keys new` prints them
 * @returns what the programs read, the ports they are to take, and how all of it is stopped
 */
export async function startSurroundings(folder, keys) {
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), settings: {} });
  const redis = await startRedis();
  console.log(`  · beside it: PostgreSQL, and ${redis ? 'Redis' : 'no Redis: the queues are in PostgreSQL'}`);
  const [api, store, apiOps, workerOps, nobody] = await Promise.all(Array.from({ length: 5 }, pickFreePort));
  const { QUEUE_DATABASE_URL, ...urls } = await prepare(postgres.superuserUrl);
  const environment = {
    ...urls,
    ...(redis ? { REDIS_URL: redis.url } : { QUEUE_DATABASE_URL }),
    ...Object.fromEntries(
      keys
        .trim()
        .split('\n')
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    ),
    PORT: String(api),
    PUBLIC_URL: `http://127.0.0.1:${api}`,
    LIMITS: 'off',
    MAIL_DIR: '/data',
    STORE_DIR: '/data',
    STORE_PORT: String(store),
    S3_BUCKET: 'daybook',
    S3_ENDPOINT: `http://127.0.0.1:${store}`,
    S3_FORCE_PATH_STYLE: 'true',
    S3_ACCESS_KEY_ID: 'rehearsal',
    S3_SECRET_ACCESS_KEY: 'rehearsal-of-the-image',
  };
  const ports = { api, apiOps: String(apiOps), workerOps: String(workerOps), nobody: String(nobody) };
  const stop = async () => {
    redis?.child.kill('SIGTERM');
    await postgres.stop();
  };
  return { environment, ports, stop };
}
