import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, createPostgresBackend, type QueueOptions, setDefaultBackendFactory } from 'bullmq';
import { Config } from '../config/config.js';

const REDIS_TIMEOUT_MS = 500;
const CONNECTIONS_PER_QUEUE = 2;
const ATTEMPTS_MAX = 5;
const BACKOFF_MS = 10_000;
const RETRY_MS = 1_000;

/** What holds for every queue, on Redis or on PostgreSQL. */
export const queueOptions = (config: Config): QueueOptions => ({
  connection: connectionOf(config),
  // In braces: all keys of a queue live on one node of a Redis Cluster.
  ...(config.values.REDIS_URL && { prefix: `{${config.values.QUEUE_PREFIX}}` }),
  defaultJobOptions: {
    attempts: ATTEMPTS_MAX,
    backoff: { type: 'exponential', delay: BACKOFF_MS, jitter: 0.5 },
    removeOnComplete: true,
    // What has failed for good is a row of dead_letters: a queue may be emptied.
    removeOnFail: true,
  },
});

/** BullMQ keeps the choice of its store for the whole process, so it is made before any queue is. */
function connectionOf({ values }: Config): ConnectionOptions {
  if (values.REDIS_URL) {
    setDefaultBackendFactory();
    return { url: values.REDIS_URL.reveal(), maxRetriesPerRequest: null, connectTimeout: REDIS_TIMEOUT_MS };
  }
  setDefaultBackendFactory(createPatientBackend);
  return {
    connectionString: values.QUEUE_DATABASE_URL?.reveal(),
    schema: 'bullmq',
    migrate: true,
    max: CONNECTIONS_PER_QUEUE,
  };
}

/**
 * BullMQ's own, for a database that goes away. A worker asks for its next job again as soon as it was refused one, and a
 * connection that failed at the start refuses at once, without any waiting: that loop would leave no time for anything else
 * in the process. And a connection that ends while it is in use would end the process;
 * the query that was under way tells of it.
 */
const createPatientBackend: typeof createPostgresBackend = (name, options, more) => {
  const backend = createPostgresBackend(name, options, more);
  const moveToActive = backend.moveToActive.bind(backend);
  backend.moveToActive = async (...request) => {
    try {
      return await moveToActive(...request);
    } catch (error) {
      await sleep(RETRY_MS);
      throw error;
    }
  };
  const { pool } = backend['connection'];
  pool.on('connect', (client) => client.on('error', () => undefined));
  return backend;
};
