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

/** What was found so far: decided, counted and ranked on cards alone. */
export class FoundCards {
  private readonly query: PreparedQuery;
  private readonly behind: PageTurn['behind'];
  private readonly found: { readonly id: string; readonly card: Card }[] = [];
  private readonly count: FoundCount;

  /** @param behind what the page begins behind: the counts are then known */
  constructor(query: PreparedQuery, behind: PageTurn['behind']) {
    this.query = query;
    this.behind = behind;
    this.count = new FoundCount(query);
  }

  /** How many entries were found. */
  get size(): number {
    return this.found.length;
  }

  /** Looks at one more entry. */
  add(id: string, card: Card): void {
    if (!match(this.query, card)) return;
    this.found.push({ id, card });
    if (!this.behind) this.count.add(card);
  }

  /** The page of what was found, pausing after each hit. */
  *page({ order, limit, entries }: Omit<PageTurn, 'behind'>): Generator<undefined, FoundPage> {
    const statistics = this.behind?.statistics ?? this.count.statistics(entries);
    const hits: FoundEntry[] = [];
    for (const { id, card } of this.found) {
      const { date, language } = card;
      hits.push({ id, date, language, score: rank(this.query, card, statistics) });
      yield;
    }
    const { page, next } = pageOf(hits, order, this.behind?.hit ?? null, limit);
    return { page, next: next && { hit: next, statistics } };
  }
}

/**
 * Decides, counts and ranks. It pauses after each card, so that whoever runs it can let others go first.
 * @param candidates every entry that the query may match
 */
export function* searchCards(
  query: PreparedQuery,
  candidates: Iterable<Candidate>,
  { behind, ...turn }: PageTurn,
): Generator<undefined, FoundPage> {
  const found = new FoundCards(query, behind);
  for (const { id, card } of candidates) {
    found.add(id, card());
    yield;
  }
  return yield* found.page(turn);
}
