import { type EntryContent, toBase64url } from '@daybook/sdk/crypto';
import type { InboxItemEntity } from './inbox-item.entity.js';
import { InboxItemUnreadable } from './inbox.problems.js';
import type { InboxItemView } from './inbox.schema.js';

const shown = (item: InboxItemEntity) => ({
  id: item.id,
  kind: item.kind,
  entry_date: item.entryDate,
  source: item.source,
  external_id: item.externalId,
  brought_by: item.broughtBy,
  brought_by_id: item.broughtById,
  sealed_by: item.sealedBy,
  state: stateOf(item),
  created_at: item.createdAt.toISOString(),
  expires_at: item.expiresAt?.toISOString() ?? null,
  deleted_at: item.deletedAt?.toISOString() ?? null,
});

function stateOf({ fault }: InboxItemEntity): InboxItemView['state'] {
  if (fault === null) return 'waiting';
  return fault === InboxItemUnreadable.kind.type ? 'unreadable' : 'no_room';
}

/** @param said null where it does not open */
export const toUceItemView = (item: InboxItemEntity, said: EntryContent | null): InboxItemView => ({
  ...shown(item),
  tier: 'uce',
  title: typeof said?.title === 'string' ? said.title : null,
  content: typeof said?.content === 'string' ? said.content : null,
});

export const toE2eItemView = (item: InboxItemEntity): InboxItemView => ({
  ...shown(item),
  tier: 'e2e',
  sealed: toBase64url(item.sealed),
  boxed_key: toBase64url(item.boxedKey),
});
