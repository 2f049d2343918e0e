import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { Config } from '../config/config.js';

const REDIS_TIMEOUT_MS = 500;
const RECONNECT_MS_MAX = 2_000;

/**
 * Where counters live: in Redis where there is one, else in this process. A Redis that is away costs a request half a
 * second once and never its answer: meanwhile each process counts by itself, from zero.
 */
@Injectable()
export class CounterStore implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(CounterStore.name);
  private readonly redis: Redis | undefined;
  private readonly prefix: string;
  private isAway = false;

  constructor({ values }: Config) {
    this.prefix = `${values.QUEUE_PREFIX}:limits`;
    this.redis = values.LIMITS === 'on' && values.REDIS_URL ? this.connectTo(values.REDIS_URL.reveal()) : undefined;
  }

  /** Waits for Redis, so that the first requests are counted there; goes on without it. */
  async onModuleInit(): Promise<void> {
    await this.redis?.connect().catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.redis?.disconnect();
  }

  /** Something that counts `points` in `duration` seconds, under a name of its own. */
  limiter(name: string, points: number, duration: number): RateLimiterAbstract {
    const options = { keyPrefix: `${this.prefix}:${name}`, points, duration };
    const inProcess = new RateLimiterMemory(options);
    if (!this.redis) return inProcess;
    return new RateLimiterRedis({
      ...options,
      storeClient: this.redis,
      insuranceLimiter: inProcess,
      rejectIfRedisNotReady: true,
    });
  }

  private connectTo(url: string): Redis {
    const redis = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: REDIS_TIMEOUT_MS,
      commandTimeout: REDIS_TIMEOUT_MS,
      disconnectTimeout: REDIS_TIMEOUT_MS,
      // A connection that went silent is given up, so that only the first request waits for it.
      socketTimeout: REDIS_TIMEOUT_MS,
      retryStrategy: (attempt) => Math.min(attempt * 100, RECONNECT_MS_MAX),
    });
    redis.on('error', (error) => this.tell(true, error));
    redis.on('ready', () => this.tell(false));
    return redis;
  }

  /** Says once that Redis went, and once that it came back. */
  private tell(isAway: boolean, error?: Error): void {
    if (isAway === this.isAway) return;
    this.isAway = isAway;
    if (isAway)
      this.logger.warn({ msg: 'Redis is out of reach: each process counts its limits by itself', err: error });
    else this.logger.log({ msg: 'Redis is back: limits are counted there again' });
  }
}
