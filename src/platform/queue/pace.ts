import { Processor } from '@nestjs/bullmq';
import type { WorkerOptions } from 'bullmq';

/** How fast a queue is worked on. */
export interface Pace {
  /** Jobs at once, in each worker process. */
  readonly concurrency: number;
  /** Jobs per second, of all worker processes together; without it, as fast as they can. */
  readonly perSecondMax?: number;
}

/** Every queue there is, by the name of the module that works on it. */
export type Queues = Readonly<Record<string, Pace>>;

/** A worker that says nothing for so long is thought to be gone, and its jobs go to others. */
const LOCK_MS = 30_000;
const STALLED_CHECK_MS = 15_000;
/** A job that was in so many workers when they died is itself to blame. */
const STALLED_MAX = 5;
/** Between two tries to reach a store that does not answer. */
const RETRY_MS = 1_000;

type Options = Omit<WorkerOptions, 'connection'>;

/** Filled in when the queues are declared, which is after classes are decorated and before workers start. */
const optionsByQueue = new Map<string, Options>();

/** The same object each time: whoever changes it before the workers start changes how they work. */
export function optionsOf(queue: string): Options {
  const options = optionsByQueue.get(queue) ?? {};
  optionsByQueue.set(queue, options);
  return options;
}

/** Marks the class that works on the jobs of one queue, at the pace that `queues.ts` sets. */
export const QueueWorker = (queue: string): ClassDecorator => Processor(queue, optionsOf(queue));

export function setPaces(queues: Queues): void {
  for (const [queue, { concurrency, perSecondMax }] of Object.entries(queues))
    Object.assign(optionsOf(queue), {
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: STALLED_MAX,
      runRetryDelay: RETRY_MS,
      ...(perSecondMax !== undefined && { limiter: { max: perSecondMax, duration: 1_000 } }),
    });
}
