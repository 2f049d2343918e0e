import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { isOver, Jobs } from '../../../platform/jobs/jobs.js';
import type { JobId } from '../../../platform/jobs/jobs.schema.js';
import type { Delivery } from '../../../platform/queue/event.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { ServerSecrets } from '../../../platform/secrets/server-secrets.js';
import { ConnectionTokens } from '../connections/connection-tokens.js';
import { ConnectionsRepository } from '../connections/connections.repository.js';
import { GraphApi } from '../graph/graph-api.js';
import { GraphFailed } from '../graph/graph-failed.js';
import type { PublicationEntity } from './publication.entity.js';
import { PublicationEnding, type PushEnd } from './publication-ending.js';
import { PublicationsRepository } from './publications.repository.js';

/** Longer than the calls of one attempt may take. */
const LEASE_MS = 60_000;
/** Facebook's clock is not ours. */
const SKEW_MS = 5 * 60_000;

/** What is to be published now, by whose token, and since when it may be on the page from an attempt before. */
interface Claim {
  readonly publication: PublicationEntity;
  readonly message: string;
  readonly pageToken: string;
  readonly earlierAt: Date | null;
}

/**
 * Publishes texts on pages. Facebook knows no idempotency key: before a text is sent a second time, the page is looked at for
 * it (docs/facebook.md, Exactly once).
 */
@Injectable()
export class Publisher {
  constructor(
    private readonly db: Database,
    private readonly publications: PublicationsRepository,
    private readonly connections: ConnectionsRepository,
    private readonly tokens: ConnectionTokens,
    private readonly secrets: ServerSecrets,
    private readonly ending: PublicationEnding,
    private readonly jobs: Jobs,
    private readonly outbox: Outbox,
    private readonly graph: GraphApi,
    private readonly clock: Clock,
  ) {}

  async run(userId: UserId, jobId: JobId, delivery: Delivery): Promise<void> {
    const claim = await this.claim(userId, jobId, delivery);
    if (claim) await this.ending.end(claim.publication, await this.attempt(claim), delivery);
  }

  /** Takes it for this attempt, and writes down that it may be on the page from now on. Null where there is nothing to do. */
  private claim(userId: UserId, jobId: JobId, delivery: Delivery): Promise<Claim | null> {
    return this.db.asUser({ userId }, async (tx) => {
      if (!(await this.outbox.isPending(tx, delivery)) || !this.graph.isConfigured) return null;
      const publication = await this.publications.findLocked(tx, userId, jobId);
      const job = await this.jobs.find(tx, { userId }, jobId);
      const now = this.clock.now();
      if (publication && job && !isOver(job) && publication.leasedUntil && publication.leasedUntil > now) {
        // Somebody is at it: what becomes of it is theirs to say, and the task looks again.
        await this.outbox.done(tx, delivery);
        return null;
      }
      const connection = publication && (await this.connections.find(tx, userId, publication.connectionId));
      const page = connection && (await this.connections.findPage(tx, userId, connection.id, publication.pageId));
      if (!publication || !job || isOver(job) || publication.expiresAt <= now || !page) {
        await this.ending.giveUp(tx, { userId, jobId, publication }, delivery);
        return null;
      }
      const { tier, sealedText: sealed, serverKeyId, attemptedAt: earlierAt } = publication;
      const message = this.secrets.open({ userId, tier, objectId: jobId }, { sealed, serverKeyId });
      const pageToken = this.tokens.openPage(connection, page);
      const changed = {
        attempts: publication.attempts + 1,
        attemptedAt: earlierAt ?? now,
        leasedUntil: this.clock.in(LEASE_MS),
      };
      await this.publications.update(tx, publication, changed);
      return { publication: { ...publication, ...changed }, message, pageToken, earlierAt };
    });
  }

  private async attempt({ publication, message, pageToken, earlierAt }: Claim): Promise<PushEnd> {
    const { pageId } = publication;
    const find = (since: Date) =>
      this.graph.findPublished(pageToken, pageId, message, new Date(since.getTime() - SKEW_MS));
    try {
      const found = earlierAt && (await find(earlierAt));
      if (found) return { kind: 'sent', postId: found };
    } catch (error) {
      if (error instanceof GraphFailed) return { kind: 'failed', error, isUncertain: true };
      throw error;
    }
    try {
      return { kind: 'sent', postId: await this.graph.publish(pageToken, pageId, message) };
    } catch (error) {
      if (!(error instanceof GraphFailed)) throw error;
      // That it was not there a moment ago, and is refused as a double now, says that it has arrived since.
      const late = error.failure === 'duplicate' && earlierAt ? await find(earlierAt).catch(() => null) : null;
      if (late) return { kind: 'sent', postId: late };
      return { kind: 'failed', error, isUncertain: error.maybeDone || earlierAt !== null };
    }
  }
}
