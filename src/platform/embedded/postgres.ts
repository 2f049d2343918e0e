import { resolve } from 'node:path';
import { claimDirectory } from './directory-owner.js';
import { findBinaries, type RootMode } from './postgres-binaries.js';
import { openCluster, prepareParent } from './postgres-cluster.js';
import { outliveOrphan } from './postgres-orphan.js';
import { startServer } from './postgres-server.js';

/** A PostgreSQL of our own that lives as long as this process, at most. */
export interface EmbeddedPostgres {
  /** Ends in the database `postgres`, and holds the superuser's password. */
  readonly superuserUrl: string;
  readonly port: number;
  readonly dataDir: string;
  /** Shuts the server down in order and gives the data directory up. Asking again changes nothing. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Made if missing; beside it lie its password and the name of the process that uses it. */
  readonly dataDir: string;
  /** Server settings, such as `{ fsync: 'off' }` for data nobody will miss. Durable if nothing is said. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Gets the server's log, line by line. */
  readonly log?: (line: string) => void;
  /** The way down from root, which PostgreSQL refuses; the first that works if not given. */
  readonly rootMode?: RootMode;
  /** Where to find a free port of the loopback interface; asked again when that was taken in between. */
  readonly pickPort?: () => Promise<number>;
}

/**
 * Starts PostgreSQL on the database in `dataDir`, making one if there is none. It listens on the loopback interface
 * alone, keeps every acknowledged commit, and goes down with this process even when that is killed.
 * @throws Error in words an operator can act on: the directory is in use or from another PostgreSQL, or the server's
 * own last lines when it does not come up
 */
export async function startPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { settings = {}, log = () => undefined, pickPort } = options;
  const dataDir = prepareParent(resolve(options.dataDir));
  const owner = claimDirectory(dataDir);
  try {
    await outliveOrphan(dataDir, log);
    const binaries = findBinaries(options.rootMode);
    const cluster = await openCluster(binaries, dataDir, settings['fsync'] !== 'off');
    const server = await startServer(binaries, cluster, { settings, log, ...(pickPort && { pickPort }) });
    return {
      superuserUrl: `postgres://postgres:${cluster.password}@127.0.0.1:${server.port}/postgres`,
      port: server.port,
      dataDir,
      stop: async () => {
        await server.stop();
        owner.release();
      },
    };
  } catch (error) {
    owner.release();
    throw error;
  }
}
