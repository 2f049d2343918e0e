import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import { Due } from '../../../platform/database/due.js';
import { Clock } from '../../../platform/clock.js';
import type { JobBegunView } from '../../../platform/jobs/jobs.schema.js';
import { SecurityEvents } from '../../auth/accounts/security-events.js';
import type { Caller } from '../../auth/caller.js';
import { GraphApi } from '../graph/graph-api.js';
import {
  ConnectionNotFound,
  FacebookLimited,
  NeedsReconnect,
  NotConfigured,
  NotConnected,
} from '../integrations.problems.js';
import type { ConnectionId, ConnectionListView } from '../integrations.schema.js';
import { Revocations } from '../revoke/revocations.js';
import type { ConnectionEntity } from './connection.entity.js';
import { PULL } from './connection-standing.js';
import { toConnectionView } from './connection.views.js';
import { ConnectionsRepository } from './connections.repository.js';

/** The connections of a user, as the user sees them. */
@Injectable()
export class ConnectionsService {
  constructor(
    private readonly db: Database,
    private readonly connections: ConnectionsRepository,
    private readonly events: SecurityEvents,
    private readonly revocations: Revocations,
    private readonly due: Due,
    private readonly graph: GraphApi,
    private readonly clock: Clock,
  ) {}

  list(caller: Caller): Promise<ConnectionListView> {
    return this.db.asUser(caller, async (tx) => {
      const data = [];
      for (const connection of await this.connections.list(tx, caller.userId))
        data.push(toConnectionView(connection, await this.connections.listPages(tx, connection)));
      return { data };
    });
  }

  /**
   * Forgets the tokens at once; a job asks Facebook to take the grant back, in the name of the app. What was to be published
   * is not published any more.
   * @throws ConnectionNotFound
   */
  disconnect(caller: Caller, id: ConnectionId): Promise<JobBegunView> {
    const { userId, sessionId, deviceId } = caller;
    return this.db.asUser(caller, async (tx) => {
      await this.events.lock(tx, userId);
      const connection = await this.connections.findLocked(tx, userId, id);
      if (!connection) throw new ConnectionNotFound();
      const job = await this.revocations.ask(tx, caller, connection.providerUserId);
      await this.connections.delete(tx, connection);
      await this.due.forget(tx, userId, PULL, id);
      await this.events.record(tx, { type: 'integration_disconnected', userId, sessionId, deviceId, subjectId: id });
      return { job_id: job.id };
    });
  }

  /** The user's connection to Facebook, when it works. @throws NotConfigured, NotConnected, NeedsReconnect, FacebookLimited */
  async usable(tx: Tx, { userId }: Caller): Promise<ConnectionEntity> {
    if (!this.graph.isConfigured) throw new NotConfigured();
    const connection = await this.connections.findFacebook(tx, userId);
    if (!connection) throw new NotConnected();
    if (connection.sealedToken === null) throw new NeedsReconnect();
    const waitMs = (connection.limitedUntil?.getTime() ?? 0) - this.clock.now().getTime();
    if (waitMs > 0) throw new FacebookLimited({ retry_after_seconds: Math.ceil(waitMs / 1000) });
    return connection;
  }
}
