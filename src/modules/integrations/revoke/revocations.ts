import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import type { Principal, Tx } from '../../../platform/database/database.js';
import { Due } from '../../../platform/database/due.js';
import type { JobEntity } from '../../../platform/jobs/job.entity.js';
import { Jobs } from '../../../platform/jobs/jobs.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { FacebookRevokeAsked } from '../integrations.events.js';

/** The kind of the job, and the task of one that is to be tried again. */
export const REVOKE = 'facebook.disconnect';

/** Two minutes, four, eight …: for about a day and a half. */
export const RETRY_FIRST_MS = 2 * 60_000;
export const TRIES_MAX = 11;

/** Asking for what a person had allowed at Facebook to be taken back there. */
@Injectable()
export class Revocations {
  constructor(
    private readonly jobs: Jobs,
    private readonly due: Due,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** Begins a job that needs no token: the app may do it in its own name. */
  async ask(tx: Tx, user: Principal, providerUserId: string): Promise<JobEntity> {
    const { userId } = user;
    const job = await this.jobs.begin(tx, user, REVOKE, TRIES_MAX);
    await this.jobs.step(tx, job, { progress: job.progress, place: providerUserId });
    await this.due.set(tx, userId, REVOKE, job.id, this.clock.in(RETRY_FIRST_MS));
    await this.outbox.add(tx, FacebookRevokeAsked, { userId, jobId: job.id });
    return job;
  }

  /** Gives up what was asked for and is not done: the person has agreed anew. */
  async cancel(tx: Tx, user: Principal): Promise<void> {
    for (;;) {
      const job = await this.jobs.findOpen(tx, user, REVOKE);
      if (!job) return;
      await this.jobs.end(tx, job, { state: 'cancelled' });
      await this.due.forget(tx, user.userId, REVOKE, job.id);
    }
  }
}
