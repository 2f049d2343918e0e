import { Injectable } from '@nestjs/common';
import { Clock } from '../clock.js';
import { DeadLetters } from './dead-letters.js';
import { AllQueues, type QueueDepth } from './queues.js';

/** One queue as an operator sees it: what is in it, and what the database still wants done. */
export interface Pending extends Omit<QueueDepth, 'waitingSince'> {
  readonly queue: string;
  readonly dead: number;
  /** Events that are not done: in the queue, or still to be put there. */
  readonly undone: number;
  /** Since the oldest job that could begin came; null where none waits. */
  readonly oldestSeconds: number | null;
  /** Since the oldest event that is not done was announced. */
  readonly lagSeconds: number | null;
}

@Injectable()
export class QueueStats {
  constructor(
    private readonly queues: AllQueues,
    private readonly deadLetters: DeadLetters,
    private readonly clock: Clock,
  ) {}

  async all(): Promise<Pending[]> {
    const arrears = new Map((await this.deadLetters.arrears()).map((each) => [each.queue, each]));
    return Promise.all(
      this.queues.names.map(async (queue) => {
        const { waitingSince, ...depth } = await this.queues.depth(queue);
        const { undone = 0, dead = 0, undoneSince = null } = arrears.get(queue) ?? {};
        const oldestSeconds = this.secondsSince(waitingSince);
        return { queue, ...depth, dead, undone, oldestSeconds, lagSeconds: this.secondsSince(undoneSince) };
      }),
    );
  }

  private secondsSince(instant: Date | null): number | null {
    if (instant === null) return null;
    return Math.max(0, Math.round((this.clock.now().getTime() - instant.getTime()) / 1_000));
  }
}
