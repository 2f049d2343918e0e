import { randomBytes } from 'node:crypto';
import { it } from '@jest/globals';
import { Redis } from 'ioredis';
import { onRedis } from '../harness/queue-store.js';
import { describeEvents } from './behaviour.js';
import { describeDeadLetters } from './dead-letters.js';
import { describeKilledWorkers } from './killed.js';

const url = process.env['REDIS_URL'];

if (url === undefined) {
  it.todo('queues on Redis were not tested: REDIS_URL is not set');
} else {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const store = onRedis(url, prefix);
  const cleanUp = async () => {
    const redis = new Redis(url);
    const keys = await redis.keys(`{${prefix}}*`);
    if (keys.length > 0) await redis.del(keys);
    await redis.quit();
  };
  describeEvents(store, cleanUp);
  describeDeadLetters(store, cleanUp);
  describeKilledWorkers(store, cleanUp);
}
