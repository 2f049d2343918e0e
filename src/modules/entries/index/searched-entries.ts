import { setImmediate as letOthersGo } from 'node:timers/promises';
import { type Card, daysOf, type Language, type PreparedQuery, type Query } from '@daybook/sdk/search';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { OpenCaller } from '../../auth/caller.js';
import { Vault } from '../../vault/vault.js';
import { EntriesRepository } from '../entries.repository.js';
import type { EntryId, EntryView } from '../entries.schema.js';
import { EntryReading } from '../entry-reading.js';
import { EntryIndex } from './entry-index.js';
import { IndexRepository } from './index.repository.js';
import { IndexLanguages } from './index-languages.js';
import { type IndexPosition, isBehind } from './index-position.js';
import { isNewer, isOlder, isWithin, type Round, roundsOf } from './rounds.js';

/** Masks of so many periods are made at once, which takes a few milliseconds. */
const PERIODS_AT_ONCE = 40;
/** So many entries that pass a mask are asked for at once; of each there is a day and an id. */
const PLACES_AT_ONCE = 2_000;
/** So many cards are read at once: they are opened while the next ones are on their way. */
const CARDS_AT_ONCE = 100;

/** What is looked for, and where. */
export interface Sought {
  readonly query: Query;
  readonly prepared: PreparedQuery;
  /** Only entries older than this one. */
  readonly after: IndexPosition | null;
  /** The last of them; null where there is no bound. */
  readonly until: IndexPosition | null;
}

/** An entry that the query may find; its card is null where its words show that it does not. */
export interface CandidateEntry {
  readonly id: EntryId;
  readonly card: () => Card | null;
}

/** The next ones of the entries that the query may find, newest first. */
export interface Candidates {
  readonly candidates: readonly CandidateEntry[];
  /** How many passed: some may have no card, since it is to be made anew. */
  readonly passed: number;
  /** The oldest of them. */
  readonly last: IndexPosition;
  /** Whether it is known that there is none behind. */
  readonly isEnd: boolean;
}

/** Looks at entries until it has enough. */
export interface Visitor {
  /** How many entries it wants to see still, as far as it knows. */
  readonly wanted: number;
  see(candidates: Candidates): Promise<void>;
}

/** What is known of the diary beside. */
export interface Surveyed {
  /** How many entries there are in all. */
  readonly entries: number;
  /** The languages that they are in. */
  readonly languages: readonly Language[];
}

/** What search reads of the diary. */
@Injectable()
export class SearchedEntries {
  constructor(
    private readonly db: Database,
    private readonly rows: IndexRepository,
    private readonly languages: IndexLanguages,
    private readonly index: EntryIndex,
    private readonly entries: EntriesRepository,
    private readonly reading: EntryReading,
    private readonly vault: Vault,
  ) {}

  /**
   * Shows a visitor the entries whose blurred words let the query through, newest first: what it finds is among them.
   * @param begin makes the visitor, anew where the transaction has to be repeated
   */
  visit<V extends Visitor>(open: OpenCaller, sought: Sought, begin: () => V): Promise<Surveyed & { visitor: V }> {
    return this.db.asUser(open, async (tx) => {
      const counts = await this.rows.listPeriods(tx, open.userId);
      const languages = await this.languages.of(tx, open);
      const days = daysOf(sought.query);
      const rounds = roundsOf(counts.filter(({ period }) => isWithin(period, days)));
      const visitor = begin();
      await show(visitor, this.candidates(tx, open, sought, rounds, languages));
      return { visitor, languages, entries: counts.reduce((sum, { entries }) => sum + entries, 0) };
    });
  }

  /** Those of `ids` that are in the diary, by id, as they are now. */
  async read(open: OpenCaller, ids: readonly EntryId[]): Promise<Map<EntryId, EntryView>> {
    if (ids.length === 0) return new Map();
    const views = await this.db.asUser(open, async (tx) => this.viewsOf(tx, open, ids));
    return new Map(views.map((view) => [view.id, view]));
  }

  /** How far the index has come. */
  state(open: OpenCaller) {
    return this.db.asUser(open, async (tx) => ({
      ...(await this.rows.count(tx, open.userId)),
      languages: await this.languages.of(tx, open),
    }));
  }

  private async viewsOf(tx: Tx, open: OpenCaller, ids: readonly EntryId[]): Promise<EntryView[]> {
    const found = await this.entries.findAll(tx, open.userId, ids);
    return this.reading.views(
      tx,
      open,
      found.filter(({ deletedAt }) => !deletedAt),
    );
  }

  private async *candidates(
    tx: Tx,
    open: OpenCaller,
    sought: Sought,
    rounds: readonly Round[],
    languages: readonly Language[],
  ): AsyncGenerator<Candidates> {
    const { prepared, after, until } = sought;
    const left = rounds.filter((round) => !(after && isNewer(round, after)) && !(until && isOlder(round, until)));
    for (const [index, round] of left.entries()) {
      const masks = await this.masks(open, prepared, round.periods, languages);
      if (masks.size === 0) continue;
      for (let behind = after, isMore = true; isMore;) {
        const found = await this.rows.listPlaces(tx, open.userId, masks, { ...round, after: behind }, PLACES_AT_ONCE);
        const places = until ? found.filter((place) => !isBehind(place, until)) : found;
        isMore = places.length === PLACES_AT_ONCE;
        behind = places.at(-1) ?? behind;
        for (const { some, isLast } of inParts(places)) {
          const isEnd = isLast && !isMore && index === left.length - 1;
          yield { ...(await this.opening(tx, open, prepared, some)), isEnd };
        }
      }
    }
  }

  private async opening(
    tx: Tx,
    open: OpenCaller,
    query: PreparedQuery,
    places: readonly [IndexPosition, ...IndexPosition[]],
  ) {
    const ids = places.map(({ id }) => id);
    const rows = await this.rows.listCards(tx, open.userId, ids);
    const candidates = rows.map((row): CandidateEntry => ({
      id: row.id,
      card: () => this.index.openCard(open, query, row),
    }));
    return { candidates, passed: places.length, last: places.at(-1) ?? places[0] };
  }

  /** The masks that are not to be passed by, without keeping others waiting. */
  private async masks(
    open: OpenCaller,
    query: PreparedQuery,
    periods: readonly number[],
    languages: readonly Language[],
  ) {
    const masks = new Map<number, readonly Uint8Array[]>();
    for (let at = 0; at < periods.length; at += PERIODS_AT_ONCE) {
      if (at > 0) await letOthersGo();
      for (const [period, some] of this.vault.masks(open, query, periods.slice(at, at + PERIODS_AT_ONCE), languages))
        if (some.length > 0) masks.set(period, some);
    }
    return masks;
  }
}

function* inParts(places: readonly IndexPosition[]) {
  for (let at = 0; at < places.length; at += CARDS_AT_ONCE) {
    const [first, ...others] = places.slice(at, at + CARDS_AT_ONCE);
    if (first) yield { some: [first, ...others] as const, isLast: at + CARDS_AT_ONCE >= places.length };
  }
}

/** What is surely wanted next is asked for while the visitor looks at what is there. */
async function show(visitor: Visitor, candidates: AsyncGenerator<Candidates>): Promise<void> {
  for (let coming = candidates.next(); ;) {
    const { done, value } = await coming;
    if (done === true) return;
    const ahead = visitor.wanted > CARDS_AT_ONCE ? candidates.next() : null;
    // Whoever waits for it is told; that it fails before is no reason to end the process.
    ahead?.catch(() => {});
    await visitor.see(value);
    if (visitor.wanted === 0) {
      // The transaction ends when all that was asked in it is answered.
      await ahead;
      return;
    }
    coming = ahead ?? candidates.next();
  }
}
