import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { migrate } from '../database/migrate.js';
import { databaseUrl, prepareDatabase, prepareRoles } from '../database/roles.js';
import { isClaimed } from './directory-owner.js';
import {
  type InstanceStore,
  servedStore,
  startInstanceStore,
  storeEnvironment,
  type StorePlace,
} from './instance-store.js';
import { servedPort } from './postgres-orphan.js';
import { startPostgres } from './postgres.js';
import { completeSecrets, loadOrCreateSecrets } from './secrets.js';

const DATABASE = 'daybook';

const InstanceSecrets = z.strictObject({
  database: z.strictObject({ owner: z.string(), api: z.string(), queue: z.string() }),
  token_keys: z.string(),
  password_peppers: z.string(),
  session_peppers: z.string(),
  server_keys: z.string(),
  store: z.strictObject({ access_key_id: z.string(), secret_access_key: z.string() }),
});
type InstanceSecrets = z.infer<typeof InstanceSecrets>;

export interface EmbeddedInstance {
  /** What the configuration reads, as if an operator had set it: connections and secrets. */
  readonly environment: Record<string, string>;
  readonly dataDir: string;
  /** Where the object store listens. */
  readonly storePort: number;
  /** The migrations that ran, oldest first. */
  readonly migrated: readonly string[];
  stop(): Promise<void>;
}

/** Where nobody but a command on this machine needs the store. */
const UNSEEN: StorePlace = { host: '127.0.0.1', port: 0 };

/**
 * Brings up all that the server needs beside itself, under one folder: a migrated database, roles, an object store, secrets, a
 * mail folder.
 */
export async function startInstance(folder: string, place: StorePlace = UNSEEN): Promise<EmbeddedInstance> {
  const dataDir = resolve(folder);
  const secretsFile = join(dataDir, 'secrets.json');
  refuseLostSecrets(join(dataDir, 'postgres'), secretsFile);
  const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres') });
  let store: InstanceStore | undefined;
  const stop = async () => {
    await store?.stop();
    await postgres.stop();
  };
  try {
    completeSecrets(secretsFile, { store: newStoreKey(), server_keys: newServerKey() });
    const secrets = loadOrCreateSecrets(secretsFile, InstanceSecrets, newSecrets);
    store = await startInstanceStore(dataDir, secrets.store, place);
    await prepareRoles(postgres.superuserUrl, secrets.database);
    await prepareDatabase(postgres.superuserUrl, DATABASE);
    const migrated = await migrate(urlOf(postgres.superuserUrl, 'owner', secrets));
    const environment = environmentOf(postgres.superuserUrl, secrets, store.endpoint);
    return { environment, dataDir, migrated, storePort: store.port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * The instance under `folder` for a command beside it: the one that runs, or one that is started and runs until `stop`. It
 * never makes a new one.
 */
export async function joinInstance(
  folder: string,
): Promise<Pick<EmbeddedInstance, 'environment' | 'dataDir' | 'stop'>> {
  const dataDir = resolve(folder);
  const database = join(dataDir, 'postgres');
  if (!existsSync(join(database, 'PG_VERSION')))
    throw new Error(`There is no Daybook in ${dataDir}: npm start makes one, and DATA_DIR says where it is.`);
  if (!isClaimed(database)) return startInstance(dataDir);
  const [port, storeEndpoint] = [servedPort(database), servedStore(dataDir)];
  if (port === undefined || storeEndpoint === undefined)
    throw new Error(`The Daybook in ${dataDir} is starting or stopping: try again.`);
  const file = join(dataDir, 'secrets.json');
  const secrets = loadOrCreateSecrets(file, InstanceSecrets, () => {
    throw new Error(`${file} is missing. Restore it from a backup.`);
  });
  const environment = environmentOf(`postgres://127.0.0.1:${port}`, secrets, storeEndpoint);
  return { environment, dataDir, stop: () => Promise.resolve() };
}

/** New secrets beside old data would lock everybody out, and look like a fresh start. */
function refuseLostSecrets(database: string, file: string): void {
  if (existsSync(join(database, 'PG_VERSION')) && !existsSync(file))
    throw new Error(
      `${file} is missing, and without it nobody can sign in to the diaries in ${database}. Restore it from a backup.`,
    );
}

const environmentOf = (superuserUrl: string, secrets: InstanceSecrets, storeEndpoint: string) => ({
  DATABASE_URL: urlOf(superuserUrl, 'api', secrets),
  QUEUE_DATABASE_URL: urlOf(superuserUrl, 'queue', secrets),
  TOKEN_KEYS: secrets.token_keys,
  PASSWORD_PEPPERS: secrets.password_peppers,
  SESSION_PEPPERS: secrets.session_peppers,
  SERVER_KEYS: secrets.server_keys,
  ...storeEnvironment(storeEndpoint, secrets.store),
});

const urlOf = (superuserUrl: string, role: keyof InstanceSecrets['database'], { database }: InstanceSecrets): string =>
  databaseUrl(superuserUrl, DATABASE, { name: `daybook_${role}`, password: database[role] });

const randomText = () => randomBytes(32).toString('base64url');

const newSecrets = (): InstanceSecrets => ({
  database: { owner: randomText(), api: randomText(), queue: randomText() },
  token_keys: `t1:${randomText()}`,
  password_peppers: `p1:${randomText()}`,
  session_peppers: `s1:${randomText()}`,
  server_keys: newServerKey(),
  store: newStoreKey(),
});

const newServerKey = () => `k1:${randomText()}`;

const newStoreKey = (): InstanceSecrets['store'] => ({
  access_key_id: randomBytes(10).toString('hex'),
  secret_access_key: randomText(),
});
