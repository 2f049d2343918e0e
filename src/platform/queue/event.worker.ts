import { Inject, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { OnWorkerEvent, WorkerHost } from '@nestjs/bullmq';
import { type Job, UnrecoverableError } from 'bullmq';
import type { z } from 'zod';
import { Turns } from '../turns.js';
import { DeadLetters } from './dead-letters.js';
import { Delivery, type Event } from './event.js';
import { NobodyReacts, told } from './failure.js';

const TURN_WAIT_MS_MAX = 60_000;
/** What is said of a job whose workers died, again and again, while they were at it. */
const STALLED = 'queue/stalled';

/** What a worker does about one event. */
export interface Reaction {
  readonly event: Event;
  readonly react: (delivery: Delivery) => Promise<void>;
}

export const reaction = <P extends z.ZodType>(
  event: Event<string, P>,
  react: (payload: z.output<P>, delivery: Delivery) => Promise<void>,
): Reaction => ({ event, react: (delivery) => react(event.payload.parse(delivery.payload), delivery) });

/** Work that is done again and again, whoever it is for; `schedules.ts` says when. */
export interface Task {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/**
 * Hands the events of one queue to the methods that react to them, and its scheduled tasks to theirs. A declared problem
 * below 500 is final, anything else is tried again; an event that has failed for good becomes a dead letter.
 */
export abstract class EventWorker extends WorkerHost implements OnApplicationBootstrap {
  private readonly logger = new Logger(this.constructor.name);
  private readonly handlers: ReadonlyMap<string, (job: Job) => Promise<unknown>>;
  /** Two deliveries of one event at once would both find it still to be done. */
  private readonly turns = new Turns(1, TURN_WAIT_MS_MAX);
  @Inject(DeadLetters) private readonly deadLetters!: DeadLetters;

  protected constructor(reactions: readonly Reaction[], tasks: readonly Task[] = []) {
    super();
    this.handlers = new Map<string, (job: Job) => Promise<unknown>>([
      ...reactions.map(({ event, react }) => [event.name, (job: Job) => this.deliver(job, react)] as const),
      ...tasks.map(({ name, run }) => [name, run] as const),
    ]);
  }

  /** A worker that cannot reach its queue at the start stops the start: it would not get there later either. */
  async onApplicationBootstrap(): Promise<void> {
    await this.worker.waitUntilReady();
  }

  async process(job: Job): Promise<void> {
    const handle = this.handlers.get(job.name);
    try {
      if (!handle) throw new NobodyReacts();
      await handle(job);
    } catch (error) {
      this.logger.warn({
        msg: 'a job failed',
        event: job.name,
        jobId: job.id,
        attempt: job.attemptsStarted,
        err: error,
      });
      throw told(error);
    }
  }

  private deliver(job: Job, react: Reaction['react']): Promise<void> {
    const delivery = Delivery.parse(job.data);
    return this.turns.take(delivery.id, () => react(delivery));
  }

  /**
   * After the queue has forgotten a job that failed for good. If this fails, or the process dies, the event is still in the
   * outbox: it comes back when its lease ends, and is tried anew.
   */
  @OnWorkerEvent('failed')
  async onFailed(job: Job | undefined, { name, message }: Error): Promise<void> {
    if (!job || (name !== UnrecoverableError.name && job.attemptsMade < (job.opts.attempts ?? 1))) return;
    const { data: event } = Delivery.safeParse(job.data);
    const error = /^[\w./-]+$/.test(message) ? message : STALLED;
    try {
      if (event) await this.deadLetters.bury(event, { error, attempts: job.attemptsMade });
      this.logger.error({ msg: 'a job was given up', event: job.name, jobId: job.id, problem: error });
    } catch (failure) {
      this.logger.error({ msg: 'a dead letter could not be kept', event: job.name, jobId: job.id, err: failure });
    }
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    this.logger.warn({ msg: 'the queue is out of reach', err: error });
  }
}
