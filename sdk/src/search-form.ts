import type { Entry } from './entry.js';
import type { CallOptions } from './entry-calls.js';
import type { Highlight } from './search/entry-highlights.js';
import type { SearchFilters } from './search/narrow.js';

/** What is searched for, the same in both tiers. */
export interface SearchRequest extends SearchFilters {
  /** In the query language of docs/search.md: words, "phrases", -exclusions, or, begin*, tag:, mood:, before:, after: */
  readonly query: string;
  /** `relevance` unless given. */
  readonly sort?: 'relevance' | 'newest';
  /** 1 to 200; 20 unless given. */
  readonly limit?: number;
  /** `next_cursor` of the page before; everything else has to be as it was. */
  readonly cursor?: string;
}

/** An entry that was found. */
export interface SearchHit {
  readonly entry: Entry;
  /** BM25; 0 where the query has filters alone. */
  readonly score: number;
  /** Pieces of the entry, with what was looked for. */
  readonly highlights: readonly Highlight[];
}

/** A part of what was found. */
export interface SearchPage {
  readonly data: readonly SearchHit[];
  /** null on the last page. */
  readonly next_cursor: string | null;
  /** false: older entries were not looked at yet, the next pages have them; a page may then be empty. */
  readonly complete: boolean;
  /** What of the query was left out, in sentences. */
  readonly notes: readonly string[];
}

/** How the entries of a tier are searched. */
export interface Search {
  /** @throws DaybookProblem `request/invalid` for a query that cannot be read */
  search(request: SearchRequest, options?: CallOptions): Promise<SearchPage>;
}
