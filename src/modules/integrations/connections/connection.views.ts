import type { ConnectionView } from '../integrations.schema.js';
import type { ConnectionEntity } from './connection.entity.js';
import type { ConnectionPageEntity } from './connection-page.entity.js';

/** A connection as its owner sees it: without anything that opens something. */
export const toConnectionView = (
  connection: ConnectionEntity,
  pages: readonly ConnectionPageEntity[],
): ConnectionView => ({
  id: connection.id,
  provider: connection.provider,
  state: connection.state,
  limited_until: connection.limitedUntil?.toISOString() ?? null,
  scopes: connection.scopes,
  pages: pages.map(({ pageId, name }) => ({ id: pageId, name })),
  connected_at: connection.connectedAt.toISOString(),
  last_synced_at: connection.lastSyncedAt?.toISOString() ?? null,
  expires_at: connection.tokenExpiresAt?.toISOString() ?? null,
});
