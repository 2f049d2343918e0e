import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedStoreOptions, startEmbeddedStore } from './objects/embedded-store.js';
import { createPrivateFile, isSystemError } from './private-file.js';

const BUCKET = 'daybook';
const REGION = 'us-east-1';

/** Where the object store listens. */
export type StorePlace = Pick<EmbeddedStoreOptions, 'host' | 'port'>;

/** As it is kept in secrets.json. */
interface StoreKeyPair {
  readonly access_key_id: string;
  readonly secret_access_key: string;
}

export interface InstanceStore {
  readonly port: number;
  /** Where this machine reaches it. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Says, for as long as the store runs, where commands on this machine reach it. */
const addressFile = (dataDir: string): string => join(dataDir, 'objects.address');

/** A store that listens everywhere is reached on the loopback interface. */
function endpointOf(host: string, port: number): string {
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}

/** Starts the store of the instance under `dataDir`, which this process has claimed. */
export async function startInstanceStore(
  dataDir: string,
  key: StoreKeyPair,
  place: StorePlace,
): Promise<InstanceStore> {
  rmSync(addressFile(dataDir), { force: true });
  const { port, stop } = await startEmbeddedStore({
    ...place,
    folder: join(dataDir, 'objects'),
    bucket: BUCKET,
    key: { accessKeyId: key.access_key_id, secretAccessKey: key.secret_access_key, region: REGION },
    // Who was given an address may use it, from whatever page: ADR 0010.
    allowedOrigins: ['*'],
  });
  const endpoint = endpointOf(place.host, port);
  createPrivateFile(addressFile(dataDir), `${endpoint}\n`);
  return {
    port,
    endpoint,
    stop: async () => {
      rmSync(addressFile(dataDir), { force: true });
      await stop();
    },
  };
}

/** Where the store of a running instance is reached; undefined while it is not. */
export function servedStore(dataDir: string): string | undefined {
  try {
    return readFileSync(addressFile(dataDir), 'utf8').trim();
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** What the configuration reads of the store, as if an operator had set it. */
export const storeEnvironment = (endpoint: string, key: StoreKeyPair): Record<string, string> => ({
  S3_BUCKET: BUCKET,
  S3_ENDPOINT: endpoint,
  S3_REGION: REGION,
  S3_FORCE_PATH_STYLE: 'true',
  S3_ACCESS_KEY_ID: key.access_key_id,
  S3_SECRET_ACCESS_KEY: key.secret_access_key,
});
