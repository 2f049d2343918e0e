import { Logger } from '@nestjs/common';
import { OnWorkerEvent, WorkerHost } from '@nestjs/bullmq';
import { type Job, UnrecoverableError } from 'bullmq';
import type { z } from 'zod';
import { Problem } from '../http/problem.js';
import { Delivery, type Event } from './event.js';

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
 * Hands the events of one queue to the methods that react to them, and its scheduled tasks to theirs. A declared problem is
 * final, anything else is tried again.
 */
export abstract class EventWorker extends WorkerHost {
  private readonly logger = new Logger(this.constructor.name);
  private readonly handlers: ReadonlyMap<string, (job: Job) => Promise<unknown>>;

  protected constructor(reactions: readonly Reaction[], tasks: readonly Task[] = []) {
    super();
    this.handlers = new Map<string, (job: Job) => Promise<unknown>>([
      ...reactions.map(({ event, react }) => [event.name, (job: Job) => react(Delivery.parse(job.data))] as const),
      ...tasks.map(({ name, run }) => [name, run] as const),
    ]);
  }

  async process(job: Job): Promise<void> {
    const handle = this.handlers.get(job.name);
    if (!handle) throw new UnrecoverableError(`nothing here reacts to ${job.name}`);
    try {
      await handle(job);
    } catch (error) {
      throw error instanceof Problem ? new UnrecoverableError(error.type) : error;
    }
  }

  @OnWorkerEvent('failed')
  onFailed(job: Job | undefined, error: Error): void {
    this.logger.warn({ msg: 'a job failed', event: job?.name, jobId: job?.id, attempt: job?.attemptsMade, err: error });
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    this.logger.warn({ msg: 'the queue is out of reach', err: error });
  }
}
