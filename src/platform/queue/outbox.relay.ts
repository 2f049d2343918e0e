import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { UserId } from '../ids.js';
import type { Delivery } from './event.js';
import { AllQueues } from './queues.js';

const BATCH = 100;
const PAUSE_MS = 250;

interface Row {
  readonly user_id: UserId;
  readonly id: string;
  readonly queue: string;
  readonly event: string;
  readonly payload: unknown;
}

/**
 * Moves committed events from PostgreSQL to the queues. A row is leased, not taken: what its consumer has not marked done
 * after five minutes is queued again, so an emptied queue delays work and loses none. Any number of relays may run.
 */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(OutboxRelay.name);
  private isStopping = false;
  private wake: () => void = () => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: Database,
    private readonly queues: AllQueues,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    this.wake();
    await this.running;
  }

  /** Queues one batch and says how many events it held. */
  async flush(): Promise<number> {
    const rows = await this.lease();
    for (const { user_id: userId, id, queue, event, payload } of rows) {
      const delivery: Delivery = { id, userId, payload };
      // The job's id drops doubles for as long as the queue remembers; consumers hold for the rest.
      await this.queues.named(queue).add(event, delivery, { jobId: `event-${id}` });
    }
    return rows.length;
  }

  private lease(): Promise<Row[]> {
    return this.db.asSystem(async (tx) => {
      const [rows]: [Row[]] = await tx.query(
        `UPDATE outbox SET leased_until = now() + interval '5 minutes'
         FROM (
           SELECT user_id, id FROM outbox WHERE leased_until < now()
           ORDER BY leased_until, created_at LIMIT $1 FOR UPDATE SKIP LOCKED
         ) AS next
         WHERE outbox.user_id = next.user_id AND outbox.id = next.id
         RETURNING outbox.user_id, outbox.id, outbox.queue, outbox.event, outbox.payload`,
        [BATCH],
      );
      return rows;
    });
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      const moved = await this.flush().catch((error: unknown) => {
        this.logger.error({ msg: 'events could not be queued; trying again', err: error });
        return 0;
      });
      if (moved < BATCH) await this.pause();
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PAUSE_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
