import type { Query } from './query.js';

/** Days that entries must have to match; null where any will do, or none. */
export interface QueryDays {
  /** The first day that fits, `YYYY-MM-DD`. */
  readonly from: string | null;
  /** The first day that no longer fits. */
  readonly before: string | null;
}

/**
 * The days that a query is bounded to: what a database that knows days may leave out before any card is opened. Only what
 * every match must fulfil counts, not what is behind `or` or excluded.
 */
export function daysOf(query: Query): QueryDays {
  if (query?.kind === 'from') return { from: query.day, before: null };
  if (query?.kind === 'before') return { from: null, before: query.day };
  if (query?.kind === 'all') return query.of.map(daysOf).reduce(narrower);
  return { from: null, before: null };
}

function narrower(a: QueryDays, b: QueryDays): QueryDays {
  const from = [a.from, b.from].filter((day) => day !== null).sort();
  const before = [a.before, b.before].filter((day) => day !== null).sort();
  return { from: from.at(-1) ?? null, before: before[0] ?? null };
}
