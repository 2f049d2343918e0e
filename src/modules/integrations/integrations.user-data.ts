import { Injectable, Logger } from '@nestjs/common';
import { Database, type Principal, type Tx } from '../../platform/database/database.js';
import { type Tally, UserData, UserDataSocket } from '../../platform/user-data.js';
import { ConnectionsRepository } from './connections/connections.repository.js';
import { GraphApi } from './graph/graph-api.js';
import { GraphFailed } from './graph/graph-failed.js';

/** What is kept of accounts at other services. With the account the grant ends there too, where the service answers. */
@Injectable()
export class IntegrationsUserData extends UserData {
  readonly name = 'integrations';
  readonly tables = [
    { name: 'publications', key: 'id' },
    { name: 'connects', key: 'id' },
    { name: 'connection_pages', key: 'id' },
    { name: 'connections', key: 'id' },
    { name: 'external_posts', key: 'external_id' },
  ];
  private readonly logger = new Logger(IntegrationsUserData.name);

  constructor(
    socket: UserDataSocket,
    db: Database,
    private readonly connections: ConnectionsRepository,
    private readonly graph: GraphApi,
  ) {
    super(socket, db);
  }

  /** Never a token, sealed or not. */
  async tell(tx: Tx, { userId }: Principal) {
    const connections: unknown[] = await tx.query(
      `SELECT id, provider, provider_user_id, state, scopes, connected_at, last_synced_at, token_expires_at,
              (SELECT coalesce(json_agg(json_build_object('id', page_id, 'name', name) ORDER BY page_id), '[]')
               FROM connection_pages WHERE user_id = $1 AND connection_id = connections.id) AS pages
       FROM connections WHERE user_id = $1 ORDER BY id`,
      [userId],
    );
    const posts: unknown[] = await tx.query(
      `SELECT provider, external_id FROM external_posts WHERE user_id = $1 ORDER BY provider, external_id LIMIT 10000`,
      [userId],
    );
    return { connections, brought_posts: posts };
  }

  override async forget(user: Principal, tally: Tally): Promise<boolean> {
    const connection = await this.db.asUser(user, (tx) => this.connections.findFacebook(tx, user.userId));
    if (connection && this.graph.isConfigured) await this.revoke(connection.providerUserId);
    if (connection) await this.db.asUser(user, (tx) => this.connections.delete(tx, connection));
    if (connection) await this.db.asUser(user, (tx) => tally(tx, { connections: 1 }));
    return connection ? true : super.forget(user, tally);
  }

  /** Erasing does not wait for somebody else's server. */
  private async revoke(providerUserId: string): Promise<void> {
    try {
      await this.graph.revoke(providerUserId);
    } catch (error) {
      if (!(error instanceof GraphFailed)) throw error;
      this.logger.warn({ msg: 'an account was erased, and Facebook could not be told', err: error });
    }
  }
}
