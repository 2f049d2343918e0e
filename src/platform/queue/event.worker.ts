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

/** Hands the events of one queue to the methods that react to them. A declared problem is final, anything else is tried again. */
export abstract class EventWorker extends WorkerHost {
  private readonly logger = new Logger(this.constructor.name);
  private readonly reactions: ReadonlyMap<string, Reaction>;

  protected constructor(...reactions: Reaction[]) {
    super();
    this.reactions = new Map(reactions.map((each) => [each.event.name, each]));
  }

  async process(job: Job): Promise<void> {
    const found = this.reactions.get(job.name);
    if (!found) throw new UnrecoverableError(`nothing here reacts to ${job.name}`);
    try {
      await found.react(Delivery.parse(job.data));
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
