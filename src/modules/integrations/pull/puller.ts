import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { newId, type UserId } from '../../../platform/ids.js';
import { Jobs } from '../../../platform/jobs/jobs.js';
import type { JobId } from '../../../platform/jobs/jobs.schema.js';
import type { Delivery } from '../../../platform/queue/event.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { UserZones } from '../../auth/accounts/user-zones.js';
import { dayIn } from '../../entries/calendar/days.js';
import type { EntryId } from '../../entries/entries.schema.js';
import { InboxFull } from '../../inbox/inbox.problems.js';
import { InboxService } from '../../inbox/inbox.service.js';
import { Ledger } from '../../ledger/ledger.js';
import { OutOfStorage } from '../../tiers/tiers.problems.js';
import type { ConnectionEntity } from '../connections/connection.entity.js';
import { ConnectionTokens } from '../connections/connection-tokens.js';
import { ConnectionsRepository } from '../connections/connections.repository.js';
import { GraphApi } from '../graph/graph-api.js';
import { GraphFailed } from '../graph/graph-failed.js';
import type { Post } from '../graph/graph.schema.js';
import type { Usage } from '../graph/graph-usage.js';
import type { ConnectionId } from '../integrations.schema.js';
import { ExternalPostsRepository } from './external-posts.repository.js';
import { contentOfPost } from './post-content.js';
import { type PullEnd, PullEnding } from './pull-ending.js';

/** In one go; more goes on in the next. */
const CALLS_MAX = 100;
/** Looked at again each time, for what Facebook shows late. */
const OVERLAP_MS = 24 * 60 * 60_000;
/** Of what the app may ask for: what is left is for people who wait for an answer. */
const USAGE_PERCENT_MAX = 90;
const PAUSE_MS = 30 * 60_000;

/** A pull on its way. */
interface Progress {
  readonly userId: UserId;
  readonly connectionId: ConnectionId;
  readonly jobId: JobId | null;
  brought: number;
}

/** Thrown out of a pull whose connection is gone, or cannot be used any more. */
class Gone extends Error {}

/** Brings a person's own posts, each once, into the inbox. Works without any key of the user's. */
@Injectable()
export class Puller {
  constructor(
    private readonly db: Database,
    private readonly connections: ConnectionsRepository,
    private readonly tokens: ConnectionTokens,
    private readonly posts: ExternalPostsRepository,
    private readonly inbox: InboxService,
    private readonly zones: UserZones,
    private readonly ending: PullEnding,
    private readonly ledger: Ledger,
    private readonly jobs: Jobs,
    private readonly outbox: Outbox,
    private readonly graph: GraphApi,
    private readonly clock: Clock,
  ) {}

  async run(asked: Omit<Progress, 'brought'>, delivery: Delivery): Promise<void> {
    const { userId, connectionId } = asked;
    const connection = await this.db.asUser({ userId }, async (tx) => {
      if (!(await this.outbox.isPending(tx, delivery))) return null;
      const found = await this.connections.find(tx, userId, connectionId);
      if (found) await this.tokens.renew(tx, found);
      return found;
    });
    const token = connection && this.tokens.openUser(connection);
    const progress = { ...asked, brought: 0 };
    const end: PullEnd =
      token && this.graph.isConfigured ? await this.pull(connection, token, progress) : { kind: 'gone' };
    await this.ending.end(progress, end, delivery);
  }

  private async pull(connection: ConnectionEntity, token: string, progress: Progress): Promise<PullEnd> {
    try {
      return await this.pullPages(connection, token, progress);
    } catch (error) {
      if (error instanceof GraphFailed) return { kind: 'failed', error };
      if (error instanceof OutOfStorage || error instanceof InboxFull) return { kind: 'full', error };
      if (error instanceof Gone) return { kind: 'gone' };
      throw error;
    }
  }

  private async pullPages(
    { pullPlace, pulledThrough }: ConnectionEntity,
    token: string,
    progress: Progress,
  ): Promise<PullEnd> {
    const begunAt = pullPlace?.begunAt ?? this.clock.now().toISOString();
    const since = pulledThrough && new Date(pulledThrough.getTime() - OVERLAP_MS);
    let place = pullPlace?.place;
    for (let calls = 1; ; calls++) {
      const { posts, next, usage } = await this.graph.posts(token, { since, place });
      const isEnd = next === null || posts.length === 0;
      await this.keep(progress, posts, isEnd ? null : { place: next, begunAt });
      if (isEnd) return { kind: 'done', begunAt: new Date(begunAt) };
      if (isTight(usage)) return { kind: 'paused', pauseMs: usage.regainMs || PAUSE_MS };
      if (calls === CALLS_MAX) return { kind: 'paused', pauseMs: 0 };
      place = next;
    }
  }

  /** One call's posts in one transaction, with where it goes on. */
  private keep(progress: Progress, posts: readonly Post[], pullPlace: ConnectionEntity['pullPlace']): Promise<void> {
    const { userId, connectionId, jobId } = progress;
    let brought = 0;
    return this.db
      .asUser({ userId }, async (tx) => {
        brought = 0;
        await this.ledger.lock(tx, userId);
        const connection = await this.connections.findLocked(tx, userId, connectionId);
        if (!connection || connection.sealedToken === null) throw new Gone();
        const timeZone = await this.zones.of(tx, userId);
        for (const post of posts) brought += (await this.keepOne(tx, connection, post, timeZone)) ? 1 : 0;
        await this.connections.update(tx, connection, { pullPlace });
        const job = jobId && (await this.jobs.find(tx, { userId }, jobId));
        const done = progress.brought + brought;
        if (job) await this.jobs.step(tx, job, { progress: { done, total: done }, place: null });
      })
      .then(() => void (progress.brought += brought));
  }

  private async keepOne(
    tx: Tx,
    { userId, id: connectionId }: ConnectionEntity,
    post: Post,
    timeZone: string | null,
  ): Promise<boolean> {
    const content = contentOfPost(post);
    if (!content || !(await this.posts.note(tx, userId, post.id))) return false;
    const { isNew } = await this.inbox.bring(tx, userId, {
      id: newId<EntryId>(),
      source: 'facebook',
      externalId: post.id,
      broughtBy: { kind: 'facebook', id: connectionId },
      content,
      entryDate: dayIn(timeZone, post.created_time),
    });
    return isNew;
  }
}

const isTight = ({ percent }: Usage): boolean => percent >= USAGE_PERCENT_MAX;
