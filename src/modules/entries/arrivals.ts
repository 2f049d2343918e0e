import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import type { Tx } from '../../platform/database/database.js';
import type { UserId } from '../../platform/ids.js';
import { EntriesRepository } from './entries.repository.js';
import type { EntryId } from './entries.schema.js';
import { RemainsRepository } from './remains.repository.js';

/** An entry that is still on its way into the diary. */
export interface Arriving {
  readonly id: EntryId;
  readonly source: string | null;
  readonly externalId: string | null;
}

/** What the diary knows of entries to come: which are there already, and which must never be. Needs no key. */
@Injectable()
export class Arrivals {
  constructor(
    private readonly entries: EntriesRepository,
    private readonly remains: RemainsRepository,
    private readonly clock: Clock,
  ) {}

  /** The entry that it became, or that was brought under the same name before. */
  async find(tx: Tx, userId: UserId, { id, source, externalId }: Arriving): Promise<{ readonly id: EntryId } | null> {
    const known = await this.entries.find(tx, userId, id);
    if (known || source === null || externalId === null) return known;
    return this.entries.findExternal(tx, userId, source, externalId);
  }

  isErased(tx: Tx, userId: UserId, id: EntryId): Promise<boolean> {
    return this.remains.isErased(tx, userId, id);
  }

  /** Leaves a tombstone: nothing has this id again. */
  bury(tx: Tx, userId: UserId, id: EntryId): Promise<void> {
    return this.remains.bury(tx, userId, id, this.clock.now());
  }
}
