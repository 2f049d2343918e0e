import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';

/**
 * The way out: once asked to stop, readiness turns red and every answer closes its connection, while new requests are
 * still served until the load balancer has noticed; then the listener closes and what is under way finishes.
 */
@Injectable()
export class Drain implements BeforeApplicationShutdown {
  isDraining = false;

  constructor(private readonly config: Config) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.isDraining = true;
    await sleep(this.config.values.DRAIN_NOTICE_MS);
  }
}
