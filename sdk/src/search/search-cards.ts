import type { Card } from './card.js';
import type { PreparedQuery } from './compile.js';
import { type Hit, type HitOrder, pageOf } from './hits.js';
import type { Language } from './languages.js';
import { match } from './match.js';
import { FoundCount, rank, type Statistics } from './rank.js';

/** An entry that may match. */
export interface Candidate {
  readonly id: string;
  /** Opens its card. */
  card(): Card;
}

/** Which page is wanted of what a query finds. */
export interface PageTurn {
  readonly order: HitOrder;
  readonly limit: number;
  /** How many entries the user has, in all. */
  readonly entries: number;
  /** The last hit of the page before, and what ranked it; null for the first page. */
  readonly behind: { readonly hit: Hit; readonly statistics: Statistics } | null;
}

/** A hit, and the language that its words were taken in. */
export interface FoundEntry extends Hit {
  readonly language: Language;
}

/** One page of what was found. */
export interface FoundPage {
  readonly page: readonly FoundEntry[];
  /** What the next page begins behind; null where this is the last. */
  readonly next: PageTurn['behind'];
}

/**
 * Decides, counts and ranks on cards alone. It pauses after each card, so that whoever runs it can let others go first.
 * @param candidates every entry that the query may match
 */
export function* searchCards(
  query: PreparedQuery,
  candidates: Iterable<Candidate>,
  { order, limit, entries, behind }: PageTurn,
): Generator<undefined, FoundPage> {
  const found: { readonly id: string; readonly card: Card }[] = [];
  const count = new FoundCount(query);
  for (const { id, card: open } of candidates) {
    const card = open();
    if (match(query, card)) {
      found.push({ id, card });
      if (!behind) count.add(card);
    }
    yield;
  }
  const statistics = behind?.statistics ?? count.statistics(entries);
  const hits: FoundEntry[] = [];
  for (const { id, card } of found) {
    const { date, language } = card;
    hits.push({ id, date, language, score: rank(query, card, statistics) });
    yield;
  }
  const { page, next } = pageOf(hits, order, behind?.hit ?? null, limit);
  return { page, next: next && { hit: next, statistics } };
}
