import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UceCaller } from '../../auth/caller.js';
import { Ledger, type LedgerHead } from '../../ledger/ledger.js';
import { Storage } from '../../tiers/storage.js';
import type { Written } from '../entries.schema.js';
import type { EntryEntity } from '../entry.entity.js';
import { EntryIndex } from '../index/entry-index.js';
import { bytesOf } from '../entry-writing.js';
import { RetaggedRepository } from './retagged.repository.js';

/** An entry as it is to be, and what was sealed in it. */
export interface Retagged {
  readonly entry: EntryEntity;
  readonly written: Written;
}

/** Writes new versions of many entries, as `EntryWriting` does of one, with few statements for all of them. */
@Injectable()
export class RetaggedWriting {
  constructor(
    private readonly retagged: RetaggedRepository,
    private readonly storage: Storage,
    private readonly index: EntryIndex,
    private readonly ledger: Ledger,
  ) {}

  /** Puts each in the place of what is stored, which is kept; where the history stands then. @throws OutOfStorage */
  async replaceAll(tx: Tx, caller: UceCaller, head: LedgerHead, changed: readonly Retagged[]): Promise<LedgerHead> {
    if (changed.length === 0) return head;
    const { userId, deviceId, sessionId } = caller;
    const entries = changed.map(({ entry }) => entry);
    await this.retagged.keep(tx, userId, entries);
    const forgotten = await this.retagged.forgetOldest(tx, userId, entries);
    if (forgotten > 0) await this.storage.release(tx, userId, { bytes: forgotten });
    const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
    await this.storage.assertRoom(tx, userId, { bytes });
    await this.retagged.replace(tx, userId, entries);
    for (const { entry, written } of changed) await this.index.put(tx, caller, entry, written);
    const events = entries.map(({ id: entryId, version, envelopeHash }) => {
      return { type: 'updated', entryId, version, deviceId, sessionId, envelopeHash } as const;
    });
    return this.ledger.appendAll(tx, userId, head, events);
  }
}
