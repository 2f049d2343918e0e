import type { Job, Worker } from 'bullmq';
import type { Counter, Histogram } from 'prom-client';
import type { Metrics } from './metrics.js';

const BUCKETS_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];
/** `retried` failed and has tries left; `failed` has none. */
const OUTCOMES = ['done', 'retried', 'failed'] as const;

type Label = 'queue' | 'task' | 'outcome';

/** What workers did, by queue, task and outcome: `job` is a label of Prometheus itself. */
export class JobMetrics {
  private readonly jobs: Counter<Label>;
  private readonly seconds: Histogram<'queue' | 'task'>;

  constructor(metrics: Metrics) {
    this.jobs = metrics.counter('daybook_jobs_total', 'Tries of jobs that ended', ['queue', 'task', 'outcome']);
    this.seconds = metrics.histogram('daybook_job_duration_seconds', 'How long a try of a job took', BUCKETS_SECONDS, [
      'queue',
      'task',
    ]);
  }

  /** Counts what `worker` ends. A job of a name that is not `known` is counted without it: names come from the queue. */
  watch(worker: Worker, known: ReadonlySet<string>): void {
    const queue = worker.name;
    const end = (outcome: (typeof OUTCOMES)[number], job: Job | undefined): void => {
      const name = job && known.has(job.name) ? job.name : 'other';
      this.jobs.inc({ queue, task: name, outcome });
      if (job?.processedOn) this.seconds.observe({ queue, task: name }, (Date.now() - job.processedOn) / 1000);
    };
    for (const task of known) for (const outcome of OUTCOMES) this.jobs.inc({ queue, task, outcome }, 0);
    worker.on('completed', (job: Job) => end('done', job));
    worker.on('failed', (job: Job | undefined) => end(job?.finishedOn ? 'failed' : 'retried', job));
  }
}
