import { z } from 'zod';
import { PageQuery } from '../../platform/http/page.js';
import { Day, flag, optionalFlag } from '../../platform/http/wire.js';
import { HistoryHead } from '../ledger/ledger.js';
import { sizes } from '../tiers/sizes.js';
import { EntryDraft, EntryId, EntryView, TagName, TagToken } from './entries.schema.js';
import { EntryKind } from './kinds.js';
import { TagId } from './tags/tag.entity.js';
import { batchResultExamples, setExamples } from './answer-examples.js';

const filters = {
  source: z.string().min(1).max(50).optional(),
  kind: EntryKind.optional(),
  tag_id: TagId.optional(),
  from: Day.optional().describe('the first diary day'),
  to: Day.optional().describe('the last diary day'),
};

/** Not a component of its own: Swagger would drop the parameters. */
export const EntryListQuery = PageQuery.extend({
  ...filters,
  has_media: optionalFlag('with media, or without'),
  deleted: flag('the trash, instead of the diary'),
});
export type EntryListQuery = z.infer<typeof EntryListQuery>;

/** Not a component of its own: Swagger would drop the parameters. */
export const DeletionQuery = z.strictObject({
  permanent: flag('erase it now, for good; needs If-Match'),
});
export type DeletionQuery = z.infer<typeof DeletionQuery>;

/** What has a name of its own travels in a body, never in a URL. */
export const EntryQuery = z
  .strictObject({
    limit: z.int().min(1).max(200).default(50),
    cursor: z.string().min(1).max(500).optional(),
    ...filters,
    has_media: z.boolean().optional(),
    deleted: z.boolean().default(false),
    tags: z.array(TagName).min(1).max(sizes.tagsMax).optional().describe('uce: entries that have all of them'),
    mood: z.string().min(1).max(50).optional().describe('uce'),
    location: z.string().min(1).max(200).optional().describe('uce: a part of the name of the place'),
    tag_tokens: z.array(TagToken).min(1).max(sizes.tagsMax).optional().describe('e2e: entries that have all of them'),
  })
  .meta({ id: 'EntryQuery' });
export type EntryQuery = z.infer<typeof EntryQuery>;

export const EntryBatch = z
  .strictObject({ entries: z.array(EntryDraft).min(1).max(sizes.batchMax) })
  .meta({ id: 'EntryBatch' });
export type EntryBatch = z.infer<typeof EntryBatch>;

const ProblemPart = z.object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() }).loose();

export const EntryBatchView = z
  .object({
    data: z
      .array(
        z.object({
          status: z.int().describe('what POST /entries would have answered'),
          entry: EntryView.optional(),
          problem: ProblemPart.optional(),
        }),
      )
      .describe('one result for each entry, in their order'),
    history_head: HistoryHead,
  })
  .meta({ id: 'EntryBatchResult', examples: batchResultExamples });
export type EntryBatchView = z.infer<typeof EntryBatchView>;

export const EntryIds = z.strictObject({ ids: z.array(EntryId).min(1).max(sizes.batchMax) }).meta({ id: 'EntryIds' });
export type EntryIds = z.infer<typeof EntryIds>;

export const EntrySetView = z
  .object({
    data: z.array(EntryView).describe('those that are there, in the order of the ids'),
    erased: z.array(EntryId).describe('those that were erased'),
    missing: z.array(EntryId).describe('those that are not in the diary'),
  })
  .meta({ id: 'EntrySet', examples: setExamples });
export type EntrySetView = z.infer<typeof EntrySetView>;
