import { z } from 'zod';
import { PageQuery } from '../../platform/http/page.js';
import { bytes, Day, flag, Instant } from '../../platform/http/wire.js';
import { EntryKind } from '../entries/kinds.js';
import {
  dated,
  EntryId,
  needsSource,
  sealedByClient,
  sourced,
  withoutFaults,
  WrappedKey,
  written,
} from '../entries/entries.schema.js';
import { HistoryHead } from '../ledger/ledger.js';
import { bringers } from './inbox-item.entity.js';
import { arrivedExamples, inboxPageExamples, movedExamples, recipientExamples } from './examples.js';

const BOXED_KEY_BYTES = 176;

const SealedArrival = z
  .strictObject({
    id: EntryId.describe('of the entry to come: bound into the ciphertext'),
    kind: EntryKind.default('diary'),
    ...dated,
    ...sourced,
    sealed: sealedByClient.sealed.describe('the content as version 1 of that entry, an envelope of kind 1'),
    boxed_key: bytes(BOXED_KEY_BYTES).describe('its content key in a box to the owner’s key, an envelope of kind 3'),
  })
  .refine(needsSource.check, needsSource.fault)
  .describe('sealed by the client: the server never sees what it says');
export type SealedArrival = z.infer<typeof SealedArrival>;

const { media_ids: _, ...text } = written;
const PlainArrival = z
  .strictObject({
    id: EntryId.optional().describe('of the entry to come, so that sending twice brings once'),
    kind: EntryKind.default('diary'),
    ...dated,
    ...sourced,
    ...text,
  })
  .superRefine(withoutFaults)
  .refine(needsSource.check, needsSource.fault)
  .describe('a convenience for scripts: the server sees the text once, and seals it before it is stored');
export type PlainArrival = z.infer<typeof PlainArrival>;

export const Arrival = z.union([PlainArrival, SealedArrival]).meta({ id: 'Arrival' });
export type Arrival = z.infer<typeof Arrival>;

export const Acceptance = z
  .strictObject({
    kind: EntryKind.optional().describe('e2e: another than the item says'),
    entry_date: Day.optional().describe('e2e: another than the item says'),
    sealed: sealedByClient.sealed.optional().describe('e2e: the content as version 1, sealed anew by the client'),
    wrapped_key: WrappedKey.optional().describe('e2e: its new content key, as an envelope of kind 2'),
    tag_tokens: sealedByClient.tag_tokens.describe('e2e'),
    media_ids: sealedByClient.media_ids.describe('e2e'),
  })
  .describe('uce: nothing, the server opens and seals it; e2e: the content, sealed anew by the client')
  .meta({ id: 'Acceptance' });
export type Acceptance = z.infer<typeof Acceptance>;

/** Not a component of its own: Swagger would drop the parameters. */
export const InboxQuery = PageQuery.extend({ deleted: flag('what was discarded, instead of what waits') });
export type InboxQuery = z.infer<typeof InboxQuery>;

const shown = {
  id: EntryId.describe('of the entry that it becomes'),
  kind: EntryKind,
  entry_date: z.iso.date().nullable(),
  source: z.string().nullable(),
  external_id: z.string().nullable(),
  brought_by: z.enum(bringers).describe('session and api_key: by the owner’s own; else by the service, on its own'),
  brought_by_id: z.uuid().nullable().describe('of the session, API key or connection'),
  sealed_by: z.enum(['client', 'server']).describe('server: it saw the text once, when it was brought'),
  state: z
    .enum(['waiting', 'no_room', 'unreadable'])
    .describe('no_room: until there is room for an entry; unreadable: it cannot become one'),
  created_at: Instant,
  expires_at: Instant.nullable().describe('when it is erased, if it does not become an entry before'),
  deleted_at: Instant.nullable().describe('since when it is discarded'),
};

const UceInboxItemView = z.object({
  ...shown,
  tier: z.literal('uce'),
  title: z.string().nullable(),
  content: z.string().nullable().describe('null where it does not open'),
});

const E2eInboxItemView = z.object({
  ...shown,
  tier: z.literal('e2e'),
  sealed: z.base64url(),
  boxed_key: z.base64url(),
});

export const InboxItemView = z
  .discriminatedUnion('tier', [UceInboxItemView, E2eInboxItemView])
  .meta({ id: 'InboxItem' });
export type InboxItemView = z.infer<typeof InboxItemView>;

export const InboxPageView = z
  .object({ data: z.array(InboxItemView), next_cursor: z.string().nullable() })
  .meta({ id: 'InboxPage', examples: inboxPageExamples });
export type InboxPageView = z.infer<typeof InboxPageView>;

export const ArrivedView = z
  .object({ id: EntryId.describe('of the entry to come'), history_head: HistoryHead })
  .meta({ id: 'Arrived', examples: arrivedExamples });
export type ArrivedView = z.infer<typeof ArrivedView>;

export const RecipientView = z
  .object({
    user_id: z.uuid(),
    tier: z.enum(['e2e', 'uce']),
    public_key: z.base64url().describe('X25519, 32 bytes: verify it by the key log'),
    key_log: z.array(z.base64url()).describe('the owner’s signed key log, oldest first (docs/crypto.md, Key log)'),
  })
  .meta({ id: 'Recipient', examples: recipientExamples });
export type RecipientView = z.infer<typeof RecipientView>;

export const MovedItemView = z
  .object({
    id: EntryId,
    deleted_at: Instant.nullable(),
    expires_at: Instant.nullable(),
    history_head: HistoryHead,
  })
  .meta({ id: 'MovedInboxItem', examples: movedExamples });
export type MovedItemView = z.infer<typeof MovedItemView>;
