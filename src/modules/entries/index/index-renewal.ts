import { setImmediate as letOthersGo } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { Slice } from '../../../platform/on-unlock.js';
import type { OpenCaller } from '../../auth/caller.js';
import { Ledger } from '../../ledger/ledger.js';
import type { EntryId } from '../entries.schema.js';
import type { EntryEntity } from '../entry.entity.js';
import { EntryReading } from '../entry-reading.js';
import { writtenOf } from '../entry.views.js';
import { EntryIndex } from './entry-index.js';
import { IndexRepository } from './index.repository.js';
import { IndexLanguages } from './index-languages.js';

/** What one slice did. */
export interface Renewed {
  readonly entries: number;
  /** The last entry that was done; null where there was none. */
  readonly last: EntryId | null;
  /** Whether there is nothing behind it. */
  readonly isEnd: boolean;
}

/** Runs in the transaction that stores what a slice made. */
export type Settle = (tx: Tx, renewed: Renewed) => Promise<void>;

/** Makes the index of entries anew, slice by slice, while their owner's key is open. */
@Injectable()
export class IndexRenewal {
  constructor(
    private readonly db: Database,
    private readonly rows: IndexRepository,
    private readonly languages: IndexLanguages,
    private readonly index: EntryIndex,
    private readonly reading: EntryReading,
    private readonly ledger: Ledger,
  ) {}

  /** How many entries there are to go through. */
  async count(tx: Tx, { userId }: OpenCaller): Promise<number> {
    const { indexed, pending } = await this.rows.count(tx, userId);
    return indexed + pending;
  }

  /** Indexes some of the entries that are not in the index as it is made today. */
  pending(open: OpenCaller, slice: Slice): Promise<Renewed> {
    return this.renew(open, slice, (tx, limit) => this.rows.listPending(tx, open.userId, limit));
  }

  /** Indexes some entries, in it or not, from behind `after` on, in the order of their ids. */
  all(open: OpenCaller, after: string | null, slice: Slice, settle: Settle): Promise<Renewed> {
    return this.renew(open, slice, (tx, limit) => this.rows.listFrom(tx, open.userId, after, limit), settle);
  }

  private async renew(
    open: OpenCaller,
    slice: Slice,
    find: (tx: Tx, limit: number) => Promise<EntryEntity[]>,
    settle: Settle = () => Promise.resolve(),
  ): Promise<Renewed> {
    const limit = slice.left;
    if (limit === 0) return { entries: 0, last: null, isEnd: false };
    const { found, fallback } = await this.db.asUser(open, async (tx) => ({
      found: await find(tx, limit),
      fallback: await this.index.fallback(tx, open),
    }));
    const made: (ReturnType<EntryIndex['make']> & { readonly entry: EntryEntity })[] = [];
    for (const entry of found) {
      if (!slice.take()) break;
      const written = writtenOf(this.reading.open(open, entry), entry.kind);
      made.push({ entry, ...this.index.make(open, entry, written, fallback) });
      await letOthersGo();
    }
    const last = made.at(-1)?.entry.id ?? null;
    const renewed = { entries: made.length, last, isEnd: made.length === found.length && found.length < limit };
    await this.db.asUser(open, async (tx) => {
      // Whoever changed an entry meanwhile has indexed it; nobody changes one from here on.
      await this.ledger.lock(tx, open.userId);
      const current = new Set(
        await this.rows.listCurrent(
          tx,
          open.userId,
          made.map(({ entry }) => entry),
        ),
      );
      const stored = made.filter(({ entry }) => current.has(entry.id));
      for (const { indexed } of stored) await this.rows.put(tx, open.userId, indexed);
      await this.languages.add(tx, open, [...new Set(stored.map(({ language }) => language))]);
      await settle(tx, renewed);
    });
    return renewed;
  }
}
