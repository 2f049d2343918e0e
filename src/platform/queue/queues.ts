import { Inject, Injectable, Logger } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { getQueueToken } from '@nestjs/bullmq';
import type { JobType, Queue } from 'bullmq';

export const QUEUE_NAMES = Symbol('queue names');

/** What waits in one queue. */
export interface QueueDepth {
  readonly isPaused: boolean;
  readonly waiting: number;
  readonly active: number;
  /** To be tried again later, and tasks whose time has not come. */
  readonly delayed: number;
  /** Since when the oldest of those that could begin has been waiting. */
  readonly waitingSince: Date | null;
}

// Where jobs wait while their queue is paused; both stores know this name, the type does not.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const PAUSED = 'paused' as JobType;
const WAITING: JobType[] = ['waiting', PAUSED];

/** The queues of this installation, by name. */
@Injectable()
export class AllQueues {
  private readonly logger = new Logger(AllQueues.name);

  constructor(
    @Inject(QUEUE_NAMES) readonly names: readonly string[],
    @Inject(ModuleRef) private readonly modules: ModuleRef,
  ) {}

  named(name: string): Queue {
    return this.modules.get<Queue>(getQueueToken(name), { strict: false });
  }

  async untilReady(): Promise<void> {
    for (const name of this.names) {
      const queue = this.named(name);
      queue.on('error', (error) => this.logger.warn({ msg: 'the queue is out of reach', queue: name, err: error }));
      await queue.waitUntilReady();
    }
  }

  async depth(name: string): Promise<QueueDepth> {
    const queue = this.named(name);
    const {
      waiting = 0,
      paused = 0,
      active = 0,
      delayed = 0,
    } = await queue.getJobCounts(...WAITING, 'active', 'delayed');
    const [oldest] = await queue.getJobs(WAITING, 0, 0, true);
    return {
      isPaused: await queue.isPaused(),
      waiting: waiting + paused,
      active,
      delayed,
      waitingSince: oldest ? new Date(oldest.timestamp) : null,
    };
  }

  /** Lets nobody begin another job of this queue, in any process, until `resume`. */
  async pause(name: string): Promise<void> {
    await this.named(name).pause();
  }

  async resume(name: string): Promise<void> {
    await this.named(name).resume();
  }

  /** Takes away what waits, also for another try. Events come back from the outbox; tasks at their next time. */
  async empty(name: string): Promise<void> {
    await this.named(name).drain(true);
  }
}
