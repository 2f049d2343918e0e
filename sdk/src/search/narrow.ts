import { foldName } from './folding.js';
import type { FilterTerm, Query, QueryNode } from './query.js';

/** Filters beside a query, as a form has fields for them: all that is named must hold. */
export interface SearchFilters {
  /** Entries that have all of them. */
  readonly tags?: readonly string[] | undefined;
  readonly mood?: string | undefined;
  /** The first diary day, `YYYY-MM-DD`. */
  readonly from?: string | undefined;
  /** The last diary day. */
  readonly to?: string | undefined;
}

/** A query with filters, as if they had been written into it. */
export function narrowed(query: Query, { tags = [], mood, from, to }: SearchFilters): Query {
  const filters: FilterTerm[] = tags.map((name) => ({ kind: 'tag', name: foldName(name) }));
  if (mood !== undefined) filters.push({ kind: 'mood', name: foldName(mood) });
  if (from !== undefined) filters.push({ kind: 'from', day: from });
  if (to !== undefined) filters.push({ kind: 'before', day: dayAfter(to) });
  if (filters.length === 0 || query === null) return query;
  // The query first: what it looks for is numbered from its beginning, with filters or without.
  const parts: readonly QueryNode[] = query.kind === 'all' ? query.of : [query];
  return { kind: 'all', of: [...parts, ...filters] };
}

/** Days are compared as texts; the one after the last of a month need not be in any calendar. */
function dayAfter(day: string): string {
  return `${day.slice(0, 8)}${String(Number(day.slice(8)) + 1).padStart(2, '0')}`;
}
