import { languages, queryBounds } from '@daybook/sdk/search';
import { z } from 'zod';
import { Day } from '../../platform/http/wire.js';
import { EntryView, TagName } from '../entries/entries.schema.js';
import { sizes } from '../tiers/sizes.js';
import { searchPageExamples, searchStatsExamples } from './examples.js';

const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 200;
const CURSOR_LENGTH_MAX = 2_000;

export const SearchQuery = z
  .strictObject({
    query: z
      .string()
      .min(1)
      .max(queryBounds.charactersMax)
      .describe(
        'words, "phrases", -exclusions, either or other, begin*, tag:, mood:, before:, after: (docs/search.md, The query language)',
      ),
    tags: z.array(TagName).min(1).max(sizes.tagsMax).optional().describe('entries that have all of them'),
    mood: z.string().min(1).max(50).optional(),
    from: Day.optional().describe('the first diary day'),
    to: Day.optional().describe('the last diary day'),
    sort: z.enum(['relevance', 'newest']).default('relevance').describe('the best first, or the newest diary day'),
    limit: z.int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT),
    cursor: z
      .string()
      .min(1)
      .max(CURSOR_LENGTH_MAX)
      .optional()
      .describe('next_cursor of the page before, with the rest of the body as it was'),
  })
  .meta({ id: 'SearchQuery' });
export type SearchQuery = z.infer<typeof SearchQuery>;

const HighlightView = z.object({
  field: z.enum(['title', 'content', 'tags', 'data']),
  text: z.string().describe('a piece of the field, at most 200 UTF-16 code units; a tag’s whole name'),
  ranges: z
    .array(z.object({ start: z.int().nonnegative(), end: z.int().positive() }))
    .describe('what was looked for, in UTF-16 code units of text'),
});

const HitView = z.object({
  entry: EntryView,
  score: z.number().nonnegative().describe('BM25; 0 where the query has filters alone'),
  highlights: z.array(HighlightView),
});

export const SearchPageView = z
  .object({
    data: z.array(HitView),
    next_cursor: z.string().nullable(),
    complete: z
      .boolean()
      .describe('false: older entries were not looked at yet, the next pages have them; a page may then be empty'),
    notes: z.array(z.string()).describe('what of the query was left out, in sentences'),
  })
  .meta({ id: 'SearchPage', examples: searchPageExamples });
export type SearchPageView = z.infer<typeof SearchPageView>;

export const SearchStatsView = z
  .object({
    entries_indexed: z.int().nonnegative(),
    entries_pending: z.int().nonnegative().describe('not found yet: they are indexed while you are signed in'),
    index_bytes: z.int().nonnegative(),
    languages: z.array(z.enum(languages)).describe('that entries are in, or were; und for all that are not stemmed'),
  })
  .meta({ id: 'SearchStats', examples: searchStatsExamples });
export type SearchStatsView = z.infer<typeof SearchStatsView>;
