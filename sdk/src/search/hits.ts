/** An entry that was found. */
export interface Hit {
  readonly id: string;
  /** The diary day, `YYYY-MM-DD`. */
  readonly date: string | null;
  /** What `rank` answered. */
  readonly score: number;
}

/** Best first, or newest day first. */
export type HitOrder = 'relevance' | 'date';

/**
 * Which of two hits comes first, negative for `a`: by score where that is asked for, then the later day, then the greater
 * id. Entries without a day come last. Two entries never compare as equal, so a hit is a place between pages.
 */
export function compareHits(order: HitOrder, a: Hit, b: Hit): number {
  if (order === 'relevance' && a.score !== b.score) return b.score - a.score;
  return descending(a.date ?? '', b.date ?? '') || descending(a.id, b.id);
}

/**
 * One page of hits.
 * @param hits in any order
 * @param after the last hit of the page before, with the score that it had there; null for the first page
 * @returns the page, and its last hit where there is more behind it
 */
export function pageOf<T extends Hit>(
  hits: readonly T[],
  order: HitOrder,
  after: Hit | null,
  limit: number,
): { readonly page: readonly T[]; readonly next: Hit | null } {
  const rest = hits.filter((hit) => after === null || compareHits(order, after, hit) < 0);
  rest.sort((a, b) => compareHits(order, a, b));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  if (rest.length <= page.length || !last) return { page, next: null };
  return { page, next: { id: last.id, date: last.date, score: last.score } };
}

function descending(a: string, b: string): number {
  return a === b ? 0 : a > b ? -1 : 1;
}
