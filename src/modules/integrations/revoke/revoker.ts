import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { Due } from '../../../platform/database/due.js';
import { problemPart } from '../../../platform/http/problem.filter.js';
import type { UserId } from '../../../platform/ids.js';
import type { JobEntity } from '../../../platform/jobs/job.entity.js';
import { isOver, Jobs } from '../../../platform/jobs/jobs.js';
import type { JobId } from '../../../platform/jobs/jobs.schema.js';
import type { Delivery } from '../../../platform/queue/event.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { GraphApi } from '../graph/graph-api.js';
import { GraphFailed } from '../graph/graph-failed.js';
import { RETRY_FIRST_MS, REVOKE, TRIES_MAX } from './revocations.js';
import { RevocationFailed } from '../integrations.problems.js';

/** Asks Facebook to take back what a person had allowed; until it has, or for a day and a half. */
@Injectable()
export class Revoker {
  constructor(
    private readonly db: Database,
    private readonly jobs: Jobs,
    private readonly due: Due,
    private readonly outbox: Outbox,
    private readonly graph: GraphApi,
    private readonly clock: Clock,
  ) {}

  async run(userId: UserId, jobId: JobId, delivery: Delivery): Promise<void> {
    const job = await this.db.asUser({ userId }, async (tx) =>
      (await this.outbox.isPending(tx, delivery)) ? this.jobs.find(tx, { userId }, jobId) : null,
    );
    const failure = job?.place && !isOver(job) ? await this.attempt(job.place) : null;
    await this.db.asUser({ userId }, async (tx) => {
      await this.outbox.done(tx, delivery);
      if (!job) return;
      if (failure) return this.again(tx, job);
      await this.due.forget(tx, userId, REVOKE, jobId);
      await this.jobs.end(tx, job, { state: 'done', result: { revoked: true } });
    });
  }

  private async again(tx: Tx, job: JobEntity): Promise<void> {
    const { userId, id, progress, place } = job;
    const tries = progress.done + 1;
    if (tries < TRIES_MAX) {
      await this.due.set(tx, userId, REVOKE, id, this.clock.in(RETRY_FIRST_MS * 2 ** (tries - 1)));
      await this.jobs.step(tx, job, { progress: { ...progress, done: tries }, place });
      return;
    }
    await this.due.forget(tx, userId, REVOKE, id);
    await this.jobs.end(tx, job, { state: 'failed', problem: problemPart(new RevocationFailed()) });
  }

  private async attempt(providerUserId: string): Promise<GraphFailed | null> {
    // The operator may have taken the app away in the meantime.
    if (!this.graph.isConfigured) return new GraphFailed('away', false);
    try {
      await this.graph.revoke(providerUserId);
      return null;
    } catch (error) {
      if (error instanceof GraphFailed) return error;
      throw error;
    }
  }
}
