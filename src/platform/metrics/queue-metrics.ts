import { type DynamicModule, Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { Queue } from 'bullmq';
import { Database } from '../database/database.js';
import { EventWorker } from '../queue/event.worker.js';
import type { Reactions } from '../queue/outbox.js';
import type { Schedules } from '../queue/queue.module.js';
import { JobMetrics } from './job-metrics.js';
import { Metrics } from './metrics.js';

const EVERY_MS = 5_000;
const STATES = ['waiting', 'active', 'delayed'] as const;

/** Every job there can be: the queue it is in, and its name. */
const KNOWN_JOBS = Symbol('known jobs');
type KnownJobs = ReadonlyMap<string, ReadonlySet<string>>;

/** How much waits in outbox and queues, and for how long. */
@Injectable()
export class QueueMetrics implements OnApplicationBootstrap {
  private readonly jobs: JobMetrics;

  constructor(
    private readonly metrics: Metrics,
    private readonly db: Database,
    private readonly discovery: DiscoveryService,
    @Inject(KNOWN_JOBS) private readonly known: KnownJobs,
  ) {
    this.jobs = new JobMetrics(metrics);
    this.readOutbox();
    this.readDeadLetters();
  }

  /** Queues and workers are found, not listed: whoever adds one need not think of this. */
  onApplicationBootstrap(): void {
    const instances = this.discovery.getProviders().map(({ instance }): unknown => instance);
    this.readQueues(instances.filter((instance) => instance instanceof Queue));
    for (const host of instances)
      if (host instanceof EventWorker) this.jobs.watch(host.worker, this.known.get(host.worker.name) ?? new Set());
  }

  private readOutbox(): void {
    const rows = this.metrics.gauge('daybook_outbox_events', 'Events that are not done yet, queued ones included');
    const oldest = this.metrics.gauge('daybook_outbox_oldest_seconds', 'Age of the oldest event that is not done yet');
    this.metrics.reading('outbox', EVERY_MS, [rows, oldest], async () => {
      const [found]: { count: number; seconds: number }[] = await this.db.asSystem((tx) =>
        tx.query(
          `SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS seconds FROM outbox`,
        ),
      );
      rows.set(found?.count ?? 0);
      oldest.set(found?.seconds ?? 0);
    });
  }

  private readDeadLetters(): void {
    const dead = this.metrics.gauge(
      'daybook_dead_letters',
      'Events that were given up, until an operator retries them',
      ['queue'],
    );
    this.metrics.reading('dead letters', EVERY_MS, [dead], async () => {
      const found: { queue: string; count: number }[] = await this.db.asSystem((tx) =>
        tx.query(`SELECT queue, count(*) FROM dead_letters GROUP BY queue`),
      );
      const counts = new Map(found.map(({ queue, count }) => [queue, count]));
      for (const queue of this.known.keys()) dead.set({ queue }, counts.get(queue) ?? 0);
    });
  }

  private readQueues(queues: readonly Queue[]): void {
    const jobs = this.metrics.gauge('daybook_queue_jobs', 'Jobs in a queue, by what they wait for', ['queue', 'state']);
    const oldest = this.metrics.gauge(
      'daybook_queue_oldest_seconds',
      'Age of the oldest job that nobody works on yet',
      ['queue'],
    );
    this.metrics.reading('queues', EVERY_MS, [jobs, oldest], async () => {
      await Promise.all(
        queues.map(async (queue) => {
          const counts = await queue.getJobCounts(...STATES);
          for (const state of STATES) jobs.set({ queue: queue.name, state }, counts[state] ?? 0);
          const [first] = await queue.getJobs(['waiting'], 0, 0, true);
          oldest.set({ queue: queue.name }, first ? Math.max(0, (Date.now() - first.timestamp) / 1000) : 0);
        }),
      );
    });
  }
}

/** The numbers of processes that work on jobs. */
@Module({})
export class QueueMetricsModule {
  static with(reactions: Reactions, schedules: Schedules): DynamicModule {
    const known = new Map<string, Set<string>>();
    const add = (queue: string, job: string) => known.set(queue, (known.get(queue) ?? new Set()).add(job));
    for (const [event, queues] of Object.entries(reactions)) for (const queue of queues) add(queue, event);
    for (const [task, { queue }] of Object.entries(schedules)) add(queue, task);
    const providers = [QueueMetrics, { provide: KNOWN_JOBS, useValue: known }];
    return { module: QueueMetricsModule, imports: [DiscoveryModule], providers };
  }
}
