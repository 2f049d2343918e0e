import { FoundCards, type PreparedQuery } from '@daybook/sdk/search';
import type { Candidates, Visitor } from '../entries/index/searched-entries.js';
import type { SearchPlace } from './search-cursor.js';
import { inTurns } from './turns.js';

/** A page reads so many cards, the newest first, */
const CARDS_ENOUGH = 200;
/** and goes on up to so many for as long as it has found less than was asked for. */
const CARDS_MAX = 1_000;
/** A later page of the same entries may read more: some may have been written between them since. */
const CARDS_MAX_LATER = 2 * CARDS_MAX;

/** Looks at entries for one page. */
export class PageVisitor implements Visitor {
  readonly found: FoundCards;
  /** The last that was looked at, where there may be older ones. */
  until: SearchPlace['until'] = null;
  private read = 0;

  constructor(
    query: PreparedQuery,
    private readonly behind: SearchPlace['behind'],
    private readonly limit: number,
  ) {
    this.found = new FoundCards(query, behind);
  }

  get wanted(): number {
    return Math.max(0, this.most() - this.read);
  }

  async see({ candidates, passed, last, isEnd }: Candidates): Promise<void> {
    await inTurns(this.add(candidates));
    this.read += passed;
    if (this.wanted === 0 && !isEnd) this.until = last;
  }

  private *add(candidates: Candidates['candidates']): Generator<undefined, void> {
    for (const { id, card: open } of candidates) {
      const card = open();
      if (card) this.found.add(id, card);
      yield;
    }
  }

  private most(): number {
    // The entries of a page that has one before are settled: which of them were looked at does not change between them.
    if (this.behind) return CARDS_MAX_LATER;
    return this.found.size < this.limit ? CARDS_MAX : CARDS_ENOUGH;
  }
}
