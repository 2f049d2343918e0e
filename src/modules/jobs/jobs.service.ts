import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { JobEntity } from '../../platform/jobs/job.entity.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import type { JobId, JobView } from '../../platform/jobs/jobs.schema.js';
import type { Caller, OpenCaller } from '../auth/caller.js';
import { Unlocked } from '../auth/unlocked.js';
import { JobNotFound } from './jobs.problems.js';

/** Jobs as their owner follows them. Who follows a job moves it on: some wait for the key that the request brings. */
@Injectable()
export class JobsService {
  constructor(
    private readonly db: Database,
    private readonly jobs: Jobs,
    private readonly unlocked: Unlocked,
  ) {}

  /** @throws JobNotFound */
  async read(caller: Caller, id: JobId): Promise<JobView> {
    const job = await this.find(caller, id);
    // Also when it is over: what it has brought may wait for the key.
    const open = openOf(caller);
    if (open) this.unlocked.urge(open);
    return toJobView(job);
  }

  /** Ends a job, where it is; one that is over stays as it is. @throws JobNotFound */
  async cancel(caller: Caller, id: JobId): Promise<JobView> {
    const job = await this.db.asUser(caller, async (tx) => {
      const found = await this.jobs.find(tx, caller, id);
      if (found) await this.jobs.end(tx, found, { state: 'cancelled' });
      return this.jobs.find(tx, caller, id);
    });
    if (!job) throw new JobNotFound();
    return toJobView(job);
  }

  /** @throws JobNotFound */
  async find(caller: Caller, id: JobId): Promise<JobEntity> {
    const job = await this.db.asUser(caller, (tx) => this.jobs.find(tx, caller, id));
    if (!job) throw new JobNotFound();
    return job;
  }

  /** One slice of what waits for the caller's key, where there is one. */
  async advance(caller: Caller): Promise<void> {
    const open = openOf(caller);
    if (open) await this.unlocked.advance(open);
  }
}

const openOf = (caller: Caller): OpenCaller | null =>
  caller.tier === 'uce' && caller.master ? { ...caller, master: caller.master } : null;

export const toJobView = ({ id, kind, state, progress, result, problem }: JobEntity): JobView => ({
  id,
  kind,
  state,
  progress,
  ...(result && { result }),
  ...(problem && { problem }),
});
