import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import { newId } from '../../../platform/ids.js';
import { ServerSecrets } from '../../../platform/secrets/server-secrets.js';
import type { Page } from '../graph/graph-api.js';
import type { ConnectionEntity } from './connection.entity.js';
import type { ConnectionPageEntity } from './connection-page.entity.js';
import { ConnectionsRepository } from './connections.repository.js';

type Owner = Pick<ConnectionEntity, 'userId' | 'id' | 'tier'>;

/** The tokens of connections and pages: sealed under the server's key, since jobs need them while the user is away. */
@Injectable()
export class ConnectionTokens {
  constructor(
    private readonly connections: ConnectionsRepository,
    private readonly secrets: ServerSecrets,
  ) {}

  sealUser({ userId, id, tier }: Owner, token: string): Pick<ConnectionEntity, 'sealedToken' | 'serverKeyId'> {
    const { sealed, serverKeyId } = this.secrets.seal({ userId, tier, objectId: id }, token);
    return { sealedToken: sealed, serverKeyId };
  }

  sealPages({ userId, id: connectionId, tier }: Owner, pages: readonly Page[]): ConnectionPageEntity[] {
    return pages.map(({ id: pageId, name, accessToken }) => {
      const id = newId();
      const { sealed, serverKeyId } = this.secrets.seal({ userId, tier, objectId: id }, accessToken);
      return { userId, id, connectionId, pageId, name, sealedToken: sealed, serverKeyId };
    });
  }

  /** The user's token; null where it is of no use any more. */
  openUser({ userId, id, tier, sealedToken, serverKeyId }: ConnectionEntity): string | null {
    if (sealedToken === null || serverKeyId === null) return null;
    return this.secrets.open({ userId, tier, objectId: id }, { sealed: sealedToken, serverKeyId });
  }

  openPage({ tier }: Owner, { userId, id, sealedToken, serverKeyId }: ConnectionPageEntity): string {
    return this.secrets.open({ userId, tier, objectId: id }, { sealed: sealedToken, serverKeyId });
  }

  /** Seals anew what is under a key that was replaced, so that the old one can be taken out of the configuration. */
  async renew(tx: Tx, connection: ConnectionEntity): Promise<void> {
    const token = this.openUser(connection);
    if (token === null || connection.serverKeyId === null) return;
    if (this.secrets.isOld({ serverKeyId: connection.serverKeyId }))
      await this.connections.update(tx, connection, this.sealUser(connection, token));
    for (const page of await this.connections.listPages(tx, connection)) {
      if (!this.secrets.isOld(page)) continue;
      const place = { userId: page.userId, tier: connection.tier, objectId: page.id };
      const { sealed, serverKeyId } = this.secrets.seal(place, this.openPage(connection, page));
      await this.connections.updatePage(tx, page, { sealedToken: sealed, serverKeyId });
    }
  }
}
