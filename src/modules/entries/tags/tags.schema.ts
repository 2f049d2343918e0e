import { z } from 'zod';
import { HistoryHead } from '../../ledger/ledger.js';
import { TagName } from '../entries.schema.js';
import { TagId } from './tag.entity.js';
import { removedTagExamples, renamedTagExamples, tagListExamples } from '../answer-examples.js';

const shown = {
  id: TagId,
  name: z.string().nullable().describe('null for e2e: names are in the content alone'),
  token: z.base64url().describe('HMAC-SHA-256(tag key, name)[0..16): what a client compares names with'),
  entries: z.int().nonnegative().describe('how many entries have it, the trash left out'),
};

export const TagListView = z
  .object({ data: z.array(z.object(shown)), next_cursor: z.null() })
  .meta({ id: 'TagList', examples: tagListExamples });
export type TagListView = z.infer<typeof TagListView>;

export const TagChange = z.strictObject({ name: TagName }).meta({ id: 'TagChange' });
export type TagChange = z.infer<typeof TagChange>;

export const TagView = z
  .object({ ...shown, history_head: HistoryHead })
  .meta({ id: 'Tag', examples: renamedTagExamples });
export type TagView = z.infer<typeof TagView>;

export const RemovedTagView = z
  .object({
    id: TagId,
    entries: z.int().describe('how many entries had it, the trash left out'),
    history_head: HistoryHead,
  })
  .meta({ id: 'RemovedTag', examples: removedTagExamples });
export type RemovedTagView = z.infer<typeof RemovedTagView>;
