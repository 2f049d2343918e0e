import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { Problem } from '../../../platform/http/problem.js';
import { problemPart } from '../../../platform/http/problem.filter.js';
import type { UserId } from '../../../platform/ids.js';
import { type JobEnd, Jobs } from '../../../platform/jobs/jobs.js';
import type { JobId } from '../../../platform/jobs/jobs.schema.js';
import type { Delivery } from '../../../platform/queue/event.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import type { ConnectionEntity } from '../connections/connection.entity.js';
import { ConnectionStanding } from '../connections/connection-standing.js';
import { ConnectionsRepository } from '../connections/connections.repository.js';
import type { GraphFailed } from '../graph/graph-failed.js';
import { FacebookLimited, NotConnected } from '../integrations.problems.js';
import type { ConnectionId } from '../integrations.schema.js';
import { problemOfGraph } from '../graph/graph.problems.js';

/** How a pull came out. `paused`: all went well, and the rest is for later. */
export type PullEnd =
  | { readonly kind: 'done'; readonly begunAt: Date }
  | { readonly kind: 'paused'; readonly pauseMs: number }
  | { readonly kind: 'failed'; readonly error: GraphFailed }
  | { readonly kind: 'full'; readonly error: Problem }
  | { readonly kind: 'gone' };

interface Ended {
  readonly userId: UserId;
  readonly connectionId: ConnectionId;
  readonly jobId: JobId | null;
  readonly brought: number;
}

const AWAY_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** What is written down when a pull has ended: on the connection, in the job, and when to go on. */
@Injectable()
export class PullEnding {
  constructor(
    private readonly db: Database,
    private readonly connections: ConnectionsRepository,
    private readonly standing: ConnectionStanding,
    private readonly jobs: Jobs,
    private readonly outbox: Outbox,
  ) {}

  async end({ userId, connectionId, jobId, brought }: Ended, end: PullEnd, delivery: Delivery): Promise<void> {
    await this.db.asUser({ userId }, async (tx) => {
      if (!(await this.outbox.done(tx, delivery))) return;
      const connection = await this.connections.findLocked(tx, userId, connectionId);
      if (connection) await this.stand(tx, connection, end);
      const job = jobId && (await this.jobs.find(tx, { userId }, jobId));
      if (job) await this.jobs.end(tx, job, jobEndOf(end, brought));
    });
  }

  private stand(tx: Tx, connection: ConnectionEntity, end: PullEnd): Promise<void> {
    switch (end.kind) {
      case 'done': {
        const lastSyncedAt = end.begunAt;
        return this.standing.active(tx, connection, { lastSyncedAt, pulledThrough: lastSyncedAt, pullPlace: null });
      }
      case 'paused':
        return end.pauseMs > 0
          ? this.standing.limited(tx, connection, end.pauseMs)
          : this.standing.pullAfter(tx, connection, 0);
      case 'full':
        return this.standing.outOfStorage(tx, connection);
      case 'failed':
        return this.standAfter(tx, connection, end.error);
      case 'gone':
        return Promise.resolve();
    }
  }

  private standAfter(tx: Tx, connection: ConnectionEntity, { failure, retryAfterMs }: GraphFailed): Promise<void> {
    if (failure === 'reconnect') return this.standing.needsReconnect(tx, connection);
    if (failure === 'limited') return this.standing.limited(tx, connection, retryAfterMs);
    return this.standing.pullAfter(tx, connection, failure === 'away' ? AWAY_MS : DAY_MS);
  }
}

function jobEndOf(end: PullEnd, brought: number): JobEnd {
  switch (end.kind) {
    case 'done':
      return { state: 'done', result: { posts: brought, complete: true } };
    case 'paused':
      return end.pauseMs > 0 && brought === 0
        ? failed(new FacebookLimited({ retry_after_seconds: Math.ceil(end.pauseMs / 1000) }))
        : { state: 'done', result: { posts: brought, complete: false } };
    case 'failed':
      return failed(problemOfGraph(end.error));
    case 'full':
      return failed(end.error);
    case 'gone':
      return failed(new NotConnected());
  }
}

const failed = (problem: Problem): JobEnd => ({ state: 'failed', problem: problemPart(problem) });
