import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Clock } from '../clock.js';
import type { Principal, Tx } from '../database/database.js';
import { newId } from '../ids.js';
import { Metrics } from '../metrics/metrics.js';
import { JobEntity } from './job.entity.js';
import type { JobId, JobProblem, JobProgress, JobResult, JobState } from './jobs.schema.js';

/** A finished job is told of for so long; an unfinished one is given up then. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

const open: readonly JobState[] = ['queued', 'running'];

export const isOver = ({ state }: Pick<JobEntity, 'state'>): boolean => !open.includes(state);

/** How far a job has come. */
export interface JobStep {
  readonly progress: JobProgress;
  /** Where it goes on. Never content. */
  readonly place: string | null;
}

/** How a job ends. */
export type JobEnd =
  | { readonly state: 'done'; readonly result?: JobResult; readonly progress?: JobProgress }
  | { readonly state: 'failed'; readonly problem: JobProblem }
  | { readonly state: 'cancelled' };

/** Long work that users follow: what it is, how far it has come, how it ended. The work itself is done elsewhere. */
@Injectable()
export class Jobs {
  private readonly ended: ReturnType<typeof Metrics.prototype.counter<'kind' | 'outcome'>>;

  constructor(
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.ended = metrics.counter('daybook_followed_jobs_total', 'Jobs that users asked for and that ended', [
      'kind',
      'outcome',
    ]);
  }

  /** Writes down work that is to be done, in the transaction that asks for it. */
  async begin(tx: Tx, { userId }: Principal, kind: string, total: number): Promise<JobEntity> {
    const now = this.clock.now();
    const job: JobEntity = {
      userId,
      id: newId<JobId>(),
      kind,
      state: 'queued',
      progress: { done: 0, total },
      result: null,
      problem: null,
      place: null,
      revision: 1,
      createdAt: now,
      updatedAt: now,
      finishedAt: null,
      expiresAt: this.clock.in(KEPT_MS),
    };
    await tx.insert(JobEntity, job);
    return job;
  }

  find(tx: Tx, { userId }: Principal, id: JobId): Promise<JobEntity | null> {
    return tx.findOneBy(JobEntity, { userId, id });
  }

  /** The oldest job of a kind that is not over. */
  findOpen(tx: Tx, { userId }: Principal, kind: string): Promise<JobEntity | null> {
    return tx.findOne(JobEntity, { where: { userId, kind, state: In([...open]) }, order: { id: 'ASC' } });
  }

  /** Notes how far the work has come; false when it is over, for instance cancelled, and nothing more is to be done. */
  step(tx: Tx, job: JobEntity, { progress, place }: JobStep): Promise<boolean> {
    return this.change(tx, job, { state: 'running', progress, place });
  }

  /** Ends the work; false when it was over before. */
  async end(tx: Tx, job: JobEntity, end: JobEnd): Promise<boolean> {
    const isEnded = await this.change(tx, job, { ...end, place: null, finishedAt: this.clock.now() });
    if (isEnded) this.ended.inc({ kind: job.kind, outcome: end.state });
    return isEnded;
  }

  private async change(tx: Tx, { userId, id }: JobEntity, changed: Partial<JobEntity>): Promise<boolean> {
    const { affected } = await tx.update(
      JobEntity,
      { userId, id, state: In([...open]) },
      { ...changed, updatedAt: this.clock.now(), revision: () => 'revision + 1' },
    );
    return affected === 1;
  }
}
