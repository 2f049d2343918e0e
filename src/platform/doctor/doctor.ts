import { Redis } from 'ioredis';
import type { Config } from '../config/config.js';
import { pg } from '../database/pg.js';
import { Mail } from '../mail/mail.js';
import { databaseChecks } from './database-checks.js';
import { type Check, find, type Finding, skip } from './finding.js';
import { serverKeys } from './server-keys-check.js';
import { examineStore, storeChecks } from './store-checks.js';

const TIMEOUT_MS = 5_000;
/** Whoever may count needs its role, and the function that counts. */
const NEEDED_TO_COUNT = new Set(['roles', 'migrations']);

const connected: Check<pg.Client> = {
  name: 'database',
  remedy: 'Start PostgreSQL, or correct DATABASE_URL.',
  look: async (client) => {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
    return `PostgreSQL ${rows[0]?.version}`;
  },
};

const queue: Check<Config> = {
  name: 'queue',
  remedy: 'Start Redis, or correct REDIS_URL; without Redis, correct QUEUE_DATABASE_URL.',
  look: ({ values: { REDIS_URL, QUEUE_DATABASE_URL } }) =>
    REDIS_URL ? pingRedis(REDIS_URL.reveal()) : pingPostgres(QUEUE_DATABASE_URL?.reveal() ?? ''),
};

const mail: Check<Config> = {
  name: 'mail',
  remedy: 'Correct SMTP_URL, or MAIL_DIR and its owner.',
  look: async (config) => {
    await new Mail(config).verify();
    return config.values.SMTP_URL ? 'SMTP answers' : 'is written to a folder';
  },
};

/**
 * Looks whether an installation is as it must be, and changes nothing that stays.
 * @param configure reads the configuration, or throws
 * @param more checks that come last
 */
export async function examine(configure: () => Config, more: readonly Check<Config>[] = []): Promise<Finding[]> {
  let config: Config | undefined;
  const read: Check<void> = {
    name: 'configuration',
    remedy: 'See the table of settings in README.md.',
    look: async () => {
      config = await Promise.resolve().then(configure).catch(onOneLine);
      return 'is complete';
    },
  };
  const first = await find(read, undefined);
  if (config) {
    const beside = [await find(queue, config), await find(mail, config), ...(await examineStore(config))];
    for (const check of more) beside.push(await find(check, config));
    return [first, ...(await examineDatabase(config)), ...beside];
  }
  const why = 'the configuration is not usable';
  return [
    first,
    ...[connected, ...databaseChecks, serverKeys, queue, mail, ...storeChecks, ...more].map(
      (check: { readonly name: string }) => skip(check, why),
    ),
  ];
}

async function examineDatabase(config: Config): Promise<Finding[]> {
  const client = newClient(config.values.DATABASE_URL.reveal());
  try {
    const reached = await find(connected, client);
    if (reached.state !== 'ok')
      return [reached, ...[...databaseChecks, serverKeys].map((check) => skip(check, 'the database is out of reach'))];
    const findings = [reached];
    for (const check of databaseChecks) findings.push(await find(check, client));
    const mayCount = findings.every(({ name, state }) => state === 'ok' || !NEEDED_TO_COUNT.has(name));
    const counted = mayCount
      ? await find(serverKeys, { client, config })
      : skip(serverKeys, 'roles or migrations are not in order');
    return [...findings, counted];
  } finally {
    await client.end().catch(() => undefined);
  }
}

function newClient(connectionString: string): pg.Client {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    application_name: 'daybook doctor',
  });
  // A server that goes away is told by the query that was under way.
  client.on('error', () => undefined);
  return client;
}

async function pingPostgres(url: string): Promise<string> {
  const client = newClient(url);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return 'PostgreSQL answers';
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function pingRedis(url: string): Promise<string> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let why: unknown;
  redis.on('error', (error) => (why = error));
  try {
    await redis.connect();
    await redis.ping();
    return 'Redis answers';
  } catch (error) {
    throw why ?? error;
  } finally {
    redis.disconnect();
  }
}

/** The faults of a configuration are told one below the other; a finding has one line. */
function onOneLine(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  throw new Error(message.replace(/:\n\s*/, ': ').replace(/\n\s*/g, '; '));
}
