import { getQueueToken } from '@nestjs/bullmq';
import type { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { TestApi } from './api.js';
import { everyRow, type Haystack } from './leaks.js';

/** Where the queues of a test are. */
export interface QueueStore {
  readonly name: 'PostgreSQL' | 'Redis';
  /** What the environment says of it. */
  readonly environment: Record<string, string>;
  /** All that is in it, as text. */
  everything(api: TestApi): Promise<Haystack[]>;
  /** Forgets everything, as if it had been started anew without its data. */
  empty(api: TestApi): Promise<void>;
}

export const onPostgres: QueueStore = {
  name: 'PostgreSQL',
  environment: {},
  everything: async (api) =>
    (await everyRow(api.database.superuserUrl)).filter(({ place }) => place.startsWith('bullmq.')),
  empty: async (api) => {
    const tables = await api.database.look<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'bullmq' AND tablename !~ 'migration'",
    );
    await api.database.look(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`);
  },
};

export function onRedis(url: string, prefix: string): QueueStore {
  const withRedis = async <T>(work: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = new Redis(url);
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  };
  return {
    name: 'Redis',
    environment: { REDIS_URL: url, QUEUE_PREFIX: prefix },
    everything: () =>
      withRedis(async (redis) => {
        const keys = await redis.keys(`{${prefix}}*`);
        return Promise.all(keys.map(async (key) => ({ place: key, text: await textOf(redis, key) })));
      }),
    empty: () =>
      withRedis(async (redis) => {
        const keys = await redis.keys(`{${prefix}}*`);
        if (keys.length > 0) await redis.del(keys);
      }),
  };
}

async function textOf(redis: Redis, key: string): Promise<string> {
  const read: Record<string, () => Promise<unknown>> = {
    string: () => redis.get(key),
    hash: () => redis.hgetall(key),
    list: () => redis.lrange(key, 0, -1),
    set: () => redis.smembers(key),
    zset: () => redis.zrange(key, 0, -1),
    stream: () => redis.xrange(key, '-', '+'),
  };
  const type = await redis.type(key);
  return JSON.stringify(await read[type]?.());
}

export const queueOf = (api: TestApi, name = 'auth'): Queue => api.named<Queue>(getQueueToken(name));

/** Lets what has failed be tried again at once. */
export function withoutBackoff(api: TestApi): void {
  const queue = queueOf(api);
  queue.jobsOpts = { ...queue.jobsOpts, backoff: { type: 'fixed', delay: 1 } };
}
