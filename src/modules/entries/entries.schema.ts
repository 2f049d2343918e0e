import { z } from 'zod';
import { bytes, Day, Instant } from '../../platform/http/wire.js';
import { HistoryHead } from '../ledger/ledger.js';
import { sizes } from '../tiers/sizes.js';
import { MediaId } from '../media/media.schema.js';
import { EntryKind, kinds } from './kinds.js';
import { entryExamples, pageExamples, removedExamples, writtenExamples } from './answer-examples.js';

/** Header and tag around the largest padded content. */
const SEALED_BYTES_MAX = 300 * 1024;
const WRAPPED_KEY_BYTES = 112;
const TAG_TOKEN_BYTES = 16;

export const EntryId = z.uuidv7().toLowerCase().brand<'EntryId'>();
export type EntryId = z.infer<typeof EntryId>;

const Content = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= sizes.contentBytesMax, 'Too big: expected at most 256 KiB of UTF-8');

const Location = z
  .strictObject({
    name: z.string().min(1).max(200).optional(),
    latitude: z.number().min(-90).max(90).optional(),
    longitude: z.number().min(-180).max(180).optional(),
  })
  .describe('kept in the sealed content');

/** A tag as it is written; its compared form must have something left. */
export const TagName = z
  .string()
  .max(sizes.tagCharactersMax)
  .refine((name) => name.normalize('NFKC').trim() !== '', 'is empty');
const Tags = z.array(TagName).max(sizes.tagsMax);
export const TagToken = bytes(TAG_TOKEN_BYTES).describe('HMAC-SHA-256(tag key, name)[0..16), made by the client');
const TagTokens = z.array(TagToken).max(sizes.tagsMax);

/** BCP 47, as far as search needs it. */
const Language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$/, 'is not a BCP 47 language tag')
  .describe('the language of the text, for search; guessed where absent');

const MEDIA_MAX = 100;
const MediaIds = z.array(MediaId).max(MEDIA_MAX).describe('media of the entry, in their order');

const Data = z.record(z.string(), z.unknown()).describe('structured, by the schema of the kind: GET /entries/kinds');

export const dated = { entry_date: Day.optional().describe("the diary day, in the writer's zone") };
export const sourced = {
  source: z.string().min(1).max(50).optional().describe('which client or import brought it'),
  external_id: z.string().min(1).max(200).optional().describe('what the source calls it: it is brought in once'),
};

export const written = {
  title: z.string().min(1).max(sizes.titleCharactersMax).optional(),
  content: Content,
  mood: z.string().min(1).max(50).optional(),
  tags: Tags.optional(),
  location: Location.optional(),
  data: Data.optional(),
  language: Language.optional(),
  media_ids: MediaIds.optional(),
};

/** What a uce user writes, whole. */
export interface Written {
  readonly kind: EntryKind;
  readonly title?: string | undefined;
  readonly content: string;
  readonly mood?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly location?: z.infer<typeof Location> | undefined;
  readonly data?: Record<string, unknown> | undefined;
  readonly language?: string | undefined;
}

/** Where `written` contradicts itself: data that is not of its kind, or nothing written at all. */
export function issuesOf({ kind, content, data }: Written): z.core.$ZodIssue[] {
  const schema = kinds[kind].data;
  if (data !== undefined && !schema) return [issue('data', `is not for entries of the kind ${kind}`)];
  const isBare = content === '' && Object.keys(data ?? {}).length === 0;
  const { error } = schema?.safeParse(data ?? {}) ?? {};
  return [
    ...(isBare ? [issue('content', 'is empty, and there is no data')] : []),
    ...(error?.issues ?? []).map((found) => ({ ...found, path: ['data', ...found.path] })),
  ];
}

const issue = (field: string, message: string): z.core.$ZodIssue => ({ code: 'custom', path: [field], message });

/** Refines a schema of a whole draft. */
export const withoutFaults = (draft: Written, context: z.RefinementCtx) => {
  for (const found of issuesOf(draft)) context.addIssue({ ...found });
};

export const needsSource = {
  check: ({ source, external_id }: { source?: string | undefined; external_id?: string | undefined }) =>
    external_id === undefined || source !== undefined,
  fault: { path: ['external_id'], error: 'needs a source' },
};

export const UceDraft = z
  .strictObject({
    id: EntryId.optional().describe('chosen by the client, so that sending twice creates once'),
    kind: EntryKind.default('diary'),
    ...dated,
    ...sourced,
    ...written,
  })
  .superRefine(withoutFaults)
  .refine(needsSource.check, needsSource.fault)
  .describe('uce: the server seals it');
export type UceDraft = z.infer<typeof UceDraft>;

export const sealedByClient = {
  sealed: bytes(1, SEALED_BYTES_MAX).describe('the content, as an envelope of kind 1'),
  tag_tokens: TagTokens.optional(),
  media_ids: MediaIds.optional(),
};
export const WrappedKey = bytes(WRAPPED_KEY_BYTES);

export const E2eDraft = z
  .strictObject({
    id: EntryId.describe('bound into the ciphertext'),
    kind: EntryKind.default('diary'),
    ...dated,
    ...sourced,
    ...sealedByClient,
    wrapped_key: WrappedKey.describe('its content key, as an envelope of kind 2'),
  })
  .refine(needsSource.check, needsSource.fault)
  .describe('e2e: sealed by the client');
export type E2eDraft = z.infer<typeof E2eDraft>;

export const EntryDraft = z.union([UceDraft, E2eDraft]).meta({ id: 'EntryDraft' });
export type EntryDraft = z.infer<typeof EntryDraft>;

const UceReplacement = z
  .strictObject({ kind: EntryKind.default('diary'), ...dated, ...written })
  .superRefine(withoutFaults)
  .describe('uce: all of the entry, anew; what is absent is cleared');

const nextVersion = {
  version: z.int().min(2).describe('the version that this is: one more than the stored one'),
  prev_envelope_hash: bytes(32).describe('SHA-256 of the envelope of the version before'),
  wrapped_key: WrappedKey.optional().describe('another content key; absent: the key of the version before'),
};

const E2eReplacement = z
  .strictObject({ kind: EntryKind.default('diary'), ...dated, ...nextVersion, ...sealedByClient })
  .describe('e2e: the next version, sealed by the client');

export const EntryReplacement = z.union([UceReplacement, E2eReplacement]).meta({ id: 'EntryReplacement' });
export type EntryReplacement = z.infer<typeof EntryReplacement>;

/** zod takes a branch of a union that has unknown fields alone as faults for the one that was meant; these end it. */
const endAtUnknownFields = ({ issues }: z.core.ParsePayload) => {
  const final = issues.map((found) => (found.code === 'unrecognized_keys' ? { ...found, continue: false } : found));
  issues.splice(0, issues.length, ...final);
};

const UcePatch = z
  .strictObject({
    kind: EntryKind.optional(),
    entry_date: Day.nullable().optional(),
    title: written.title.unwrap().nullable().optional(),
    content: Content.optional(),
    mood: written.mood.unwrap().nullable().optional(),
    tags: Tags.nullable().optional(),
    location: Location.nullable().optional(),
    data: Data.nullable().optional(),
    language: Language.nullable().optional(),
    media_ids: MediaIds.nullable().optional(),
  })
  .check(endAtUnknownFields)
  .describe('uce: JSON Merge Patch (RFC 7396): absent fields stay, null ones are cleared');
export type UcePatch = z.infer<typeof UcePatch>;

const E2ePatch = z
  .strictObject({
    kind: EntryKind.optional(),
    entry_date: Day.nullable().optional(),
    ...nextVersion,
    ...sealedByClient,
  })
  .describe('e2e: the next version; kind, day and tag tokens stay where they are absent');

export const EntryPatch = z.union([E2ePatch, UcePatch]).meta({ id: 'EntryPatch' });
export type EntryPatch = z.infer<typeof EntryPatch>;
export type E2eChange = z.infer<typeof E2ePatch> | z.infer<typeof E2eReplacement>;

const answered = {
  id: EntryId,
  kind: EntryKind,
  entry_date: z.iso.date().nullable(),
  source: z.string().nullable(),
  external_id: z.string().nullable(),
  version: z.int().positive(),
  prev_envelope_hash: z.base64url().describe('SHA-256 of the envelope of the version before; zeros for version 1'),
  created_at: Instant,
  updated_at: Instant.describe('when this version was written'),
  deleted_at: Instant.nullable().describe('since when it is in the trash'),
  media_ids: z.array(MediaId),
  media_count: z.int(),
};

const UceEntryView = z.object({
  ...answered,
  tier: z.literal('uce'),
  title: z.string().nullable(),
  content: z.string(),
  mood: z.string().nullable(),
  tags: z.array(z.string()),
  location: Location.nullable(),
  data: Data.nullable(),
  language: z.string().nullable().describe('as the writer has set it'),
});

const E2eEntryView = z.object({
  ...answered,
  tier: z.literal('e2e'),
  sealed: z.base64url(),
  wrapped_key: z.base64url(),
  tag_tokens: z.array(z.base64url()),
});

export const EntryView = z
  .discriminatedUnion('tier', [UceEntryView, E2eEntryView])
  .meta({ id: 'Entry', examples: entryExamples });
export type EntryView = z.infer<typeof EntryView>;

export const WrittenEntryView = z
  .discriminatedUnion('tier', [
    UceEntryView.extend({ history_head: HistoryHead }),
    E2eEntryView.extend({ history_head: HistoryHead }),
  ])
  .meta({ id: 'WrittenEntry', examples: writtenExamples });
export type WrittenEntryView = z.infer<typeof WrittenEntryView>;

export const EntryPageView = z
  .object({ data: z.array(EntryView), next_cursor: z.string().nullable() })
  .meta({ id: 'EntryPage', examples: pageExamples });
export type EntryPageView = z.infer<typeof EntryPageView>;

export const RemovedEntryView = z
  .object({
    id: EntryId,
    deleted_at: Instant.nullable().describe('null: it is erased, for good'),
    history_head: HistoryHead,
  })
  .meta({ id: 'RemovedEntry', examples: removedExamples });
export type RemovedEntryView = z.infer<typeof RemovedEntryView>;
