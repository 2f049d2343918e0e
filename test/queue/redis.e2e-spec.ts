import { randomBytes } from 'node:crypto';
import { it } from '@jest/globals';
import { Redis } from 'ioredis';
import { describeEvents } from './behaviour.js';

const url = process.env['REDIS_URL'];

if (url === undefined) {
  it.todo('queues on Redis were not tested: REDIS_URL is not set');
} else {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  describeEvents('Redis', { REDIS_URL: url, QUEUE_PREFIX: prefix }, async () => {
    const redis = new Redis(url);
    const keys = await redis.keys(`{${prefix}}*`);
    if (keys.length > 0) await redis.del(keys);
    await redis.quit();
  });
}
