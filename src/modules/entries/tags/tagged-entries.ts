import { distinctTags, envelopeHash, tagForm } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import type { Tx } from '../../../platform/database/database.js';
import type { UceCaller } from '../../auth/caller.js';
import type { LedgerHead } from '../../ledger/ledger.js';
import { EditsService } from '../edits.service.js';
import { EntriesRepository } from '../entries.repository.js';
import type { EntryId } from '../entries.schema.js';
import type { EntryEntity } from '../entry.entity.js';
import { EntryReading } from '../entry-reading.js';
import { writtenOf } from '../entry.views.js';
import { type Retagged, RetaggedWriting } from './retagged-writing.js';

/** How many entries are opened and sealed at once: about 20 ms without a pause for others. */
const SLICE = 100;

/** Entries whose tags are changed from outside, many at once. Those in the trash too, since they may come back. */
@Injectable()
export class TaggedEntries {
  constructor(
    private readonly entries: EntriesRepository,
    private readonly reading: EntryReading,
    private readonly edits: EditsService,
    private readonly writing: RetaggedWriting,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes each entry anew, `name` under the name that `becomes`, or without it; which tags they have in the database is the
   * caller's to change. Where the history stands then. @throws OutOfStorage
   */
  async retag(
    tx: Tx,
    caller: UceCaller,
    head: LedgerHead,
    ids: readonly EntryId[],
    name: string,
    becomes: string | null,
  ): Promise<LedgerHead> {
    let next = head;
    for (let from = 0; from < ids.length; from += SLICE) {
      const stored = await this.entries.findAll(tx, caller.userId, ids.slice(from, from + SLICE));
      const changed = stored.flatMap((entry) => this.changed(caller, entry, tagForm(name), becomes) ?? []);
      next = await this.writing.replaceAll(tx, caller, next, changed);
    }
    return next;
  }

  /** The next version of an entry; undefined where its tags stay letter by letter. */
  private changed(caller: UceCaller, before: EntryEntity, form: string, becomes: string | null): Retagged | undefined {
    const content = writtenOf(this.reading.open(caller, before), before.kind);
    const tags = content.tags ?? [];
    const others = tags.flatMap((tag) => (tagForm(tag) === form ? (becomes ?? []) : tag));
    const written = { ...content, tags: distinctTags(others) };
    if (written.tags.join('\n') === tags.join('\n')) return undefined;
    const { sealed, wrappedKey } = this.edits.sealNext(caller, before, {
      type: 'updated',
      entryDate: before.entryDate,
      written,
    });
    const after = {
      ...before,
      deviceId: caller.deviceId,
      version: before.version + 1,
      sealed,
      wrappedKey,
      envelopeHash: envelopeHash(sealed),
      prevEnvelopeHash: before.envelopeHash,
      updatedAt: this.clock.now(),
    };
    return { entry: after, written };
  }
}
