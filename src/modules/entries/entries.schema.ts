import { z } from 'zod';
import { bytes, Day, Instant } from '../../platform/http/wire.js';
import { HistoryHead } from '../ledger/ledger.js';
import { sizes } from '../tiers/sizes.js';

/** Header and tag around the largest padded content. */
const SEALED_BYTES_MAX = 300 * 1024;
const WRAPPED_KEY_BYTES = 112;

export const EntryId = z.uuidv7().toLowerCase().brand<'EntryId'>();
export type EntryId = z.infer<typeof EntryId>;

export const EntryKind = z.enum([
  'diary',
  'morning_pages',
  'daily_reflection',
  'weekly_review',
  'capture',
  'gratitude',
  'dream',
  'note',
]);
export type EntryKind = z.infer<typeof EntryKind>;

const Content = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= sizes.contentBytesMax, 'Too big: expected at most 256 KiB of UTF-8');

const Location = z
  .strictObject({
    name: z.string().min(1).max(200).optional(),
    latitude: z.number().min(-90).max(90).optional(),
    longitude: z.number().min(-180).max(180).optional(),
  })
  .describe('kept in the sealed content');

const drafted = {
  kind: EntryKind.default('diary'),
  entry_date: Day.optional().describe("the diary day, in the writer's zone"),
  source: z.string().min(1).max(50).optional().describe('which client or import brought it'),
};

const UceDraft = z
  .strictObject({
    id: EntryId.optional().describe('chosen by the client, so that sending twice creates once'),
    ...drafted,
    title: z.string().min(1).max(sizes.titleCharactersMax).optional(),
    content: Content,
    mood: z.string().min(1).max(50).optional(),
    tags: z.array(z.string().min(1).max(sizes.tagCharactersMax)).max(sizes.tagsMax).optional(),
    location: Location.optional(),
  })
  .describe('uce: the server seals it');
export type UceDraft = z.infer<typeof UceDraft>;

const E2eDraft = z
  .strictObject({
    id: EntryId.describe('bound into the ciphertext'),
    ...drafted,
    sealed: bytes(1, SEALED_BYTES_MAX).describe('version 1 of the content, as an envelope of kind 1'),
    wrapped_key: bytes(WRAPPED_KEY_BYTES).describe('its content key, as an envelope of kind 2'),
  })
  .describe('e2e: sealed by the client');
export type E2eDraft = z.infer<typeof E2eDraft>;

export const EntryDraft = z.union([UceDraft, E2eDraft]).meta({ id: 'EntryDraft' });
export type EntryDraft = z.infer<typeof EntryDraft>;

const answered = {
  id: EntryId,
  kind: EntryKind,
  entry_date: z.iso.date().nullable(),
  source: z.string().nullable(),
  version: z.int().positive(),
  prev_envelope_hash: z.base64url().describe('SHA-256 of the envelope of the version before; zeros for version 1'),
  created_at: Instant,
  updated_at: Instant,
};

const UceEntryView = z.object({
  ...answered,
  tier: z.literal('uce'),
  title: z.string().nullable(),
  content: z.string(),
  mood: z.string().nullable(),
  tags: z.array(z.string()),
  location: Location.nullable(),
});

const E2eEntryView = z.object({
  ...answered,
  tier: z.literal('e2e'),
  sealed: z.base64url(),
  wrapped_key: z.base64url(),
});

export const EntryView = z.discriminatedUnion('tier', [UceEntryView, E2eEntryView]).meta({ id: 'Entry' });
export type EntryView = z.infer<typeof EntryView>;

export const WrittenEntryView = z
  .discriminatedUnion('tier', [
    UceEntryView.extend({ history_head: HistoryHead }),
    E2eEntryView.extend({ history_head: HistoryHead }),
  ])
  .meta({ id: 'WrittenEntry' });
export type WrittenEntryView = z.infer<typeof WrittenEntryView>;

export const EntryPageView = z
  .object({ data: z.array(EntryView), next_cursor: z.string().nullable() })
  .meta({ id: 'EntryPage' });
export type EntryPageView = z.infer<typeof EntryPageView>;
