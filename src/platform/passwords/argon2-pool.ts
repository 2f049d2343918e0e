import type { KdfParameters } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { hashRaw } from '@node-rs/argon2';
import { Config } from '../config/config.js';
import { Unavailable } from '../http/request.problems.js';
import { Metrics } from '../metrics/metrics.js';

const RETRY_AFTER_SECONDS = 2;

/**
 * Argon2id (RFC 9106) off the event loop, a few runs at a time: each takes its memory (64 MiB for the server's own), so
 * their number bounds the memory of the process. A short queue; past it the caller is told to come back.
 */
@Injectable()
export class Argon2Pool {
  /** Runs that were begun since the start. */
  runs = 0;
  private running = 0;
  private refused = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly config: Config,
    metrics: Metrics,
  ) {
    const { ARGON2_CONCURRENCY, ARGON2_QUEUE_MAX } = config.values;
    metrics.looked('daybook_argon2_running_max', 'Password runs that may go on at once', () => ARGON2_CONCURRENCY);
    metrics.looked('daybook_argon2_waiting_max', 'Password runs that may wait', () => ARGON2_QUEUE_MAX);
    metrics.looked('daybook_argon2_running', 'Password runs that go on now', () => this.running);
    metrics.looked('daybook_argon2_waiting', 'Password runs that wait', () => this.waiting.length);
    metrics.total('daybook_argon2_runs_total', 'Password runs since the start', () => this.runs);
    metrics.total('daybook_argon2_refused_total', 'Password runs refused, since too many waited', () => this.refused);
  }

  /** 32 bytes from `password` and a salt of 16. @throws Unavailable when too many wait already */
  async derive(password: Uint8Array, salt: Uint8Array, { mKib, t, p }: KdfParameters): Promise<Uint8Array> {
    return this.within(() => {
      this.runs++;
      // The library's defaults are Argon2id and version 1.3.
      return hashRaw(password, { memoryCost: mKib, timeCost: t, parallelism: p, outputLen: 32, salt });
    });
  }

  /** Does other work over a password in a place of the pool. @throws Unavailable when too many wait already */
  async within<T>(work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  private async enter(): Promise<void> {
    const { ARGON2_CONCURRENCY, ARGON2_QUEUE_MAX } = this.config.values;
    if (this.running < ARGON2_CONCURRENCY) {
      this.running++;
      return;
    }
    if (this.waiting.length >= ARGON2_QUEUE_MAX) {
      this.refused++;
      throw new Unavailable({
        detail: 'Too many people are signing in right now.',
        retry_after_seconds: RETRY_AFTER_SECONDS,
      });
    }
    // Whoever leaves hands over its place, so `running` stays as it is.
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running--;
  }
}
