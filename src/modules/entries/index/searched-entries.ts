import { setImmediate as letOthersGo } from 'node:timers/promises';
import { type Card, daysOf, type Language, type PreparedQuery, type Query } from '@daybook/sdk/search';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { OpenCaller } from '../../auth/caller.js';
import { Vault } from '../../vault/vault.js';
import { EntriesRepository } from '../entries.repository.js';
import type { EntryId, EntryView } from '../entries.schema.js';
import { EntryReading } from '../entry-reading.js';
import { EntryIndex, isWithin } from './entry-index.js';
import { type CandidateRow, IndexRepository } from './index.repository.js';
import { IndexLanguages } from './index-languages.js';
import type { IndexPosition } from './index-position.js';

/** Masks of so many periods are made at once, which takes a few milliseconds. */
const PERIODS_AT_ONCE = 40;

/** A part of a user's entries, newest first. */
export interface Window {
  readonly after: IndexPosition | null;
  readonly limit: number;
}

/** An entry that a query may find. */
export interface CandidateEntry extends IndexPosition {
  /** Null where its card is to be made anew. */
  readonly card: (() => Card) | null;
}

/** What of a user's entries a query has to look at. */
export interface Candidates {
  readonly candidates: readonly CandidateEntry[];
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

  /** The entries of `window` whose blurred words let the query through; what it finds is among them. */
  candidates(open: OpenCaller, query: Query, prepared: PreparedQuery, window: Window): Promise<Candidates> {
    return this.db.asUser(open, async (tx) => {
      const periods = await this.rows.listPeriods(tx, open.userId);
      const languages = await this.languages.of(tx, open);
      const entries = periods.reduce((sum, period) => sum + period.entries, 0);
      const days = daysOf(query);
      const wanted = periods.map(({ period }) => period).filter((period) => isWithin(period, days));
      const masks = await this.masks(open, prepared, wanted, languages);
      const rows = masks.size === 0 ? [] : await this.rows.listCandidates(tx, open.userId, masks, window);
      return { candidates: rows.map((row) => this.candidate(open, row)), entries, languages };
    });
  }

  /** Those of `ids` that are in the diary, by id, as they are now. */
  async read(open: OpenCaller, ids: readonly EntryId[]): Promise<Map<EntryId, EntryView>> {
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

  private candidate(open: OpenCaller, { id, date, sealed, ...row }: CandidateRow): CandidateEntry {
    return { id, date, card: sealed && (() => this.index.openCard(open, { ...row, id, sealed })) };
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
