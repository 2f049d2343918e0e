import { createECDH } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { faultsOfIntegrations, integrationSettings } from './integration-settings.js';
import { opsSettings } from './ops-settings.js';
import { Secret } from './secret.js';
import { storeSettings } from './store-settings.js';
import { TrustedProxies } from './trusted-proxies.js';

const secretUrl = (...protocols: string[]) =>
  z.url({ protocol: new RegExp(`^(${protocols.join('|')})$`) }).transform((url) => new Secret(url));

/** `id:base64url` pairs of 32-byte keys, comma-separated. The first is used for what is new, the others still open what is old. */
const Keys = z
  .string()
  .regex(
    /^[a-z0-9-]{1,32}:[\w-]{43}(,[a-z0-9-]{1,32}:[\w-]{43})*$/,
    'must be id:base64url of 32 bytes, comma-separated',
  )
  .refine((text) => !text.includes('change-me') && !/A{40}/.test(text), 'is still the example value')
  .transform((text) => text.split(',').map((pair) => pair.split(':')))
  .refine((pairs) => new Set(pairs.map(([id]) => id)).size === pairs.length, 'names the same id twice')
  .refine((pairs) => new Set(pairs.map(([, key]) => key)).size === pairs.length, 'has the same key twice')
  .transform((pairs) => pairs.map(([id = '', key = '']) => ({ id, key: new Secret(Buffer.from(key, 'base64url')) })));

function isScalar(bytes: Buffer): boolean {
  try {
    createECDH('prime256v1').setPrivateKey(bytes);
    return true;
  } catch {
    return false;
  }
}

/** As a browser sends it in Origin: nothing to normalise, so that it can be compared as it stands. */
function isOrigin(text: string): boolean {
  if (!/^https?:/.test(text) || text.includes('*') || !URL.canParse(text)) return false;
  return new URL(text).origin === text;
}

const Origins = z
  .string()
  .transform((text) => (text === '' ? [] : text.split(',').map((part) => part.trim())))
  .refine(
    (list) => list.every(isOrigin),
    'must be origins such as https://app.example.com, comma-separated: no *, no path, no slash at the end',
  );

const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

/** Everything this server reads from its surroundings, with its meaning. Nothing else reads `process.env`. */
const Environment = z.object({
  HOST: z.string().default('0.0.0.0').describe('address to listen on'),
  PORT: count(0, 65_535).default(8000).describe('port of the API; 0 takes a free one'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:8000')
    .describe('where clients reach the API; the issuer of its tokens'),
  CORS_ORIGINS: Origins.default([]).describe(
    'origins of web apps elsewhere that may call the API with tokens, comma-separated: docs/browsers.md',
  ),
  TRUST_PROXY: TrustedProxies.optional().describe(
    'the proxies whose X-Forwarded-For is believed: how many there are (`1`), or their addresses and ranges (`10.0.0.0/8,loopback`)',
  ),
  LIMITS: z.enum(['on', 'off']).default('on').describe('how often somebody may try: docs/limits.md'),
  LIMITS_FACTOR: z.coerce.number().min(0.01).max(1_000).default(1).describe('multiplies the number of every limit'),
  DRAIN_NOTICE_MS: count(0, 20_000)
    .default(0)
    .describe('how long requests are still taken after readiness turned red, for a load balancer to notice'),
  LOG_LEVEL: z
    .enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('how much is logged, as JSON lines on standard output'),
  DATABASE_URL: secretUrl('postgres', 'postgresql').describe('PostgreSQL, as the role daybook_api'),
  DATABASE_POOL_MAX: count(1, 100).default(10).describe('connections to PostgreSQL per process'),
  DATABASE_DURABILITY: z
    .enum(['required', 'ignored'])
    .default('required')
    .describe('whether to refuse a database that may lose what it acknowledged; ignored is for tests'),
  REDIS_URL: secretUrl('redis', 'rediss').optional().meta({
    description: 'Redis for the queues and the limits',
    fallback: 'this or `QUEUE_DATABASE_URL`',
  }),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[\w-]{1,50}$/)
    .default('daybook')
    .describe('keeps the queues and limits of several installations in one Redis apart'),
  QUEUE_DATABASE_URL: secretUrl('postgres', 'postgresql').optional().meta({
    description: 'PostgreSQL for the queues, as the role daybook_queue, where there is no Redis',
    fallback: 'this or `REDIS_URL`',
  }),
  TOKEN_KEYS: Keys.refine(
    (list) => list.every(({ key }) => isScalar(key.reveal())),
    'must be scalars of P-256',
  ).describe('P-256 private keys (scalars) that sign access tokens'),
  PASSWORD_PEPPERS: Keys.describe(
    'mixed into password verifiers and key-encryption keys; losing one locks its users out',
  ),
  SESSION_PEPPERS: Keys.describe('mixed into the keys of session slots; losing one signs its sessions out'),
  SERVER_KEYS: Keys.optional().describe(
    'seal what jobs need while a user is away, such as the tokens of other services; losing one disconnects these',
  ),
  ARGON2_CONCURRENCY: count(1, 64)
    .default(Math.max(1, availableParallelism() - 1))
    .meta({ description: 'password runs at once, 64 MiB each', fallback: 'processors − 1, at least 1' }),
  ARGON2_QUEUE_MAX: count(0, 1_000).default(32).describe('password runs that may wait; one more is answered 503'),
  STORAGE_BYTES_MAX: count(0, Number.MAX_SAFE_INTEGER)
    .default(10 * 1024 ** 3)
    .describe('bytes that each user may store, sealed, unless `daybook user quota` says otherwise'),
  BACKUP_DAYS_MAX: count(0, 3_650)
    .default(14)
    .describe('days that backups of the database and the store are kept; told to whoever erases an account'),
  SMTP_URL: secretUrl('smtp', 'smtps')
    .optional()
    .meta({ description: 'where mail goes', fallback: 'this or `MAIL_DIR`' }),
  MAIL_DIR: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'folder that mail is written to where there is no SMTP_URL', fallback: 'this or `SMTP_URL`' }),
  MAIL_FROM: z.string().default('Daybook <daybook@localhost>').describe('sender of mail'),
  ...storeSettings,
  ...opsSettings,
  ...integrationSettings,
});

const Complete = Environment.refine(({ REDIS_URL, QUEUE_DATABASE_URL }) => Boolean(REDIS_URL ?? QUEUE_DATABASE_URL), {
  path: ['REDIS_URL'],
  error: 'is missing, and so is QUEUE_DATABASE_URL: the queues need one of them',
})
  .refine(({ SMTP_URL, MAIL_DIR }) => Boolean(SMTP_URL ?? MAIL_DIR), {
    path: ['SMTP_URL'],
    error: 'is missing, and so is MAIL_DIR: mail needs one of them',
  })
  .superRefine(({ S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY }, context) => {
    const missing = S3_ACCESS_KEY_ID ? 'S3_SECRET_ACCESS_KEY' : 'S3_ACCESS_KEY_ID';
    if (Boolean(S3_ACCESS_KEY_ID) === Boolean(S3_SECRET_ACCESS_KEY)) return;
    context.addIssue({ code: 'custom', path: [missing], message: 'is missing: the store needs both, or neither' });
  })
  .superRefine((values, context) => {
    for (const { name, fault } of faultsOfIntegrations(values))
      context.addIssue({ code: 'custom', path: [name], message: fault });
  });

type Surroundings = Readonly<Record<string, string | undefined>>;

/** What `schema` finds in the environment. Lists every fault together, and never prints a value. */
function readEnvironment<T>(schema: z.ZodType<T>, environment: Surroundings): T {
  const { success, data, error } = schema.safeParse(environment);
  if (success) return data;
  const faults = error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new Error(`The environment is not usable:\n${faults.join('\n')}`);
}

type Values = Readonly<z.output<typeof Environment>>;

export class Config {
  private constructor(readonly values: Values) {}

  /** Reads and checks the environment once. @throws Error that lists every fault */
  static from(environment: Surroundings): Config {
    return new Config(Object.freeze(readEnvironment(Complete, environment)));
  }

  /** For describing the application without running it: nothing in it is ever connected to. */
  static placeholder(): Config {
    const key = `none:${Buffer.alloc(32, 1).toString('base64url')}`;
    return Config.from({
      DATABASE_URL: 'postgres://none',
      REDIS_URL: 'redis://none',
      TOKEN_KEYS: key,
      PASSWORD_PEPPERS: key,
      SESSION_PEPPERS: key,
      MAIL_DIR: 'none',
      S3_BUCKET: 'none',
    });
  }

  /** @param defaults what holds where the environment says nothing, @param fixed what holds whatever it says */
  static fromEnvironment(defaults: Record<string, string> = {}, fixed: Record<string, string> = {}): Config {
    return Config.from({ ...defaults, ...process.env, ...fixed });
  }
}

/** What `npm start` reads: the embedded instance needs no more, the rest it makes itself. */
const EmbeddedOptions = z.object({
  PORT: count(0, 65_535).default(8000),
  DATA_DIR: z.string().min(1).default('./data').describe('where it keeps everything'),
  HOST: z.string().default('0.0.0.0'),
  PUBLIC_URL: z.url().optional(),
  STORE_PORT: count(0, 65_535)
    .optional()
    .meta({ description: 'port of its object store; 0 takes a free one', fallback: '`PORT` + 1' }),
});

/** What the instance sets itself, whatever the environment says. */
const ofInstance = new Set([
  'DATABASE_URL',
  'QUEUE_DATABASE_URL',
  'TOKEN_KEYS',
  'PASSWORD_PEPPERS',
  'SESSION_PEPPERS',
  'SERVER_KEYS',
  ...Object.keys(storeSettings),
]);
const Others = Object.entries(Environment.partial().shape).filter(([name]) => !ofInstance.has(name));
const StandaloneOptions = z.object({ ...Object.fromEntries(Others), ...EmbeddedOptions.shape });

/** Looks at all settings of `npm start` before anything is started for them. @throws Error that lists every fault */
export function standaloneOptions() {
  readEnvironment(StandaloneOptions, process.env);
  return embeddedOptions();
}

export function embeddedOptions() {
  const { STORE_PORT, ...options } = readEnvironment(EmbeddedOptions, process.env);
  return { ...options, STORE_PORT: STORE_PORT ?? (options.PORT === 0 ? 0 : Math.min(options.PORT + 1, 65_535)) };
}

/** What the migration job reads. */
const MigrationOptions = z.object({
  DATABASE_OWNER_URL: secretUrl('postgres', 'postgresql').describe(
    'PostgreSQL, as the role daybook_owner, which owns the tables',
  ),
});

export const migrationOptions = () => readEnvironment(MigrationOptions, process.env);

/** What it takes to look whether the migration job has run. */
export const apiDatabaseOptions = () => readEnvironment(Environment.pick({ DATABASE_URL: true }), process.env);

/** What the object store reads where it runs by itself, for servers on the same machine. */
const StoreServerOptions = z.object({
  HOST: z.string().default('0.0.0.0'),
  STORE_PORT: count(0, 65_535).default(8001),
  STORE_DIR: z.string().min(1).describe('folder that it keeps everything in'),
  S3_BUCKET: storeSettings.S3_BUCKET,
  S3_REGION: storeSettings.S3_REGION,
  S3_ACCESS_KEY_ID: z.string().min(1),
  S3_SECRET_ACCESS_KEY: storeSettings.S3_SECRET_ACCESS_KEY.unwrap(),
});

export const storeServerOptions = () => readEnvironment(StoreServerOptions, process.env);

export type KeyListName = 'TOKEN_KEYS' | 'PASSWORD_PEPPERS' | 'SESSION_PEPPERS' | 'SERVER_KEYS';

/** One list of keys of the environment, as it is written there. @throws Error that never prints a value */
export function keyList(name: KeyListName): string {
  readEnvironment(Environment.pick({ [name]: true } as Record<KeyListName, true>), process.env);
  return process.env[name] ?? '';
}

/** Whether `text` could stand in the environment as a list of keys. */
export const isKeyList = (text: string): boolean => Keys.safeParse(text).success;

/** All that is read from the environment, by who reads it: docs/configuration.md is made from it. */
export const settings = {
  server: Environment.shape,
  migration: MigrationOptions.shape,
  embedded: EmbeddedOptions.pick({ DATA_DIR: true, STORE_PORT: true }).shape,
};
