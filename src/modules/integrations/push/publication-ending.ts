import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { Due } from '../../../platform/database/due.js';
import type { Problem } from '../../../platform/http/problem.js';
import { problemPart } from '../../../platform/http/problem.filter.js';
import type { UserId } from '../../../platform/ids.js';
import { type JobEnd, Jobs } from '../../../platform/jobs/jobs.js';
import type { JobId } from '../../../platform/jobs/jobs.schema.js';
import type { Delivery } from '../../../platform/queue/event.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { Ledger } from '../../ledger/ledger.js';
import type { ConnectionEntity } from '../connections/connection.entity.js';
import { ConnectionStanding } from '../connections/connection-standing.js';
import { ConnectionsRepository } from '../connections/connections.repository.js';
import type { GraphFailed } from '../graph/graph-failed.js';
import { problemOfGraph } from '../graph/graph.problems.js';
import { FacebookUnavailable, NeedsReconnect, NotConnected, PublicationUncertain } from '../integrations.problems.js';
import type { PublicationEntity } from './publication.entity.js';
import { PublicationsRepository } from './publications.repository.js';
import { PUSH, RETRY_FIRST_MS } from './push-task.js';

/** How an attempt came out. Uncertain: the text may be on the page all the same. */
export type PushEnd =
  | { readonly kind: 'sent'; readonly postId: string }
  | { readonly kind: 'failed'; readonly error: GraphFailed; readonly isUncertain: boolean };

interface GivenUp {
  readonly userId: UserId;
  readonly jobId: JobId;
  readonly publication: PublicationEntity | null;
}

/** What is written down when an attempt has ended. With the outcome, the text is deleted. */
@Injectable()
export class PublicationEnding {
  constructor(
    private readonly db: Database,
    private readonly publications: PublicationsRepository,
    private readonly connections: ConnectionsRepository,
    private readonly standing: ConnectionStanding,
    private readonly jobs: Jobs,
    private readonly ledger: Ledger,
    private readonly due: Due,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async end(publication: PublicationEntity, end: PushEnd, delivery: Delivery): Promise<void> {
    const { userId } = publication;
    await this.db.asUser({ userId }, async (tx) => {
      // Before any other row: an account that is being erased has none, and its rows are gone anyway.
      const head = end.kind === 'sent' ? await this.ledger.lock(tx, userId) : null;
      await this.outbox.done(tx, delivery);
      if (head && end.kind === 'sent') {
        const { entryId, sessionId, deviceId, pageId } = publication;
        await this.ledger.append(tx, userId, head, { type: 'pushed', entryId, sessionId, deviceId });
        await this.close(tx, publication, { state: 'done', result: { post_id: end.postId, page_id: pageId } });
      }
      if (end.kind === 'failed') await this.failed(tx, publication, end.error, end.isUncertain);
    });
  }

  /** For what cannot be attempted: it is over, its time has come, or there is nobody to publish as. */
  async giveUp(tx: Tx, { userId, jobId, publication }: GivenUp, delivery: Delivery): Promise<void> {
    await this.outbox.done(tx, delivery);
    const connection = await this.connections.findFacebook(tx, userId);
    const isUncertain = publication === null || publication.attemptedAt !== null;
    const problem = problemOf(connection, isUncertain);
    const job = await this.jobs.find(tx, { userId }, jobId);
    if (job) await this.jobs.end(tx, job, { state: 'failed', problem: problemPart(problem) });
    if (publication) await this.publications.delete(tx, publication);
    await this.due.forget(tx, userId, PUSH, jobId);
  }

  private async failed(tx: Tx, publication: PublicationEntity, error: GraphFailed, isUncertain: boolean) {
    const { userId, id, attempts, expiresAt } = publication;
    const connection = await this.connections.findLocked(tx, userId, publication.connectionId);
    if (connection && error.failure === 'reconnect') await this.standing.needsReconnect(tx, connection);
    if (connection && error.failure === 'limited') await this.standing.limited(tx, connection, error.retryAfterMs);
    const retryAt = this.clock.in(error.retryAfterMs || RETRY_FIRST_MS * 2 ** (attempts - 1));
    const mayRetry = error.failure === 'away' || error.failure === 'limited';
    if (mayRetry && retryAt < expiresAt) {
      const attemptedAt = isUncertain ? publication.attemptedAt : null;
      await this.publications.update(tx, publication, { leasedUntil: null, attemptedAt });
      await this.due.set(tx, userId, PUSH, id, retryAt);
      return;
    }
    const isOpen = isUncertain && (mayRetry || error.failure === 'reconnect');
    const problem = isOpen ? new PublicationUncertain() : problemOfGraph(error);
    await this.close(tx, publication, { state: 'failed', problem: problemPart(problem) });
  }

  private async close(tx: Tx, publication: PublicationEntity, end: JobEnd): Promise<void> {
    const { userId, id } = publication;
    const job = await this.jobs.find(tx, { userId }, id);
    if (job) await this.jobs.end(tx, job, end);
    await this.publications.delete(tx, publication);
    await this.due.forget(tx, userId, PUSH, id);
  }
}

function problemOf(connection: ConnectionEntity | null, isUncertain: boolean): Problem {
  if (!connection) return new NotConnected();
  if (connection.sealedToken === null) return new NeedsReconnect();
  return isUncertain ? new PublicationUncertain() : new FacebookUnavailable();
}
