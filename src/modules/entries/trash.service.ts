import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { Due } from '../../platform/database/due.js';
import { assertMatch, type Match } from '../../platform/http/if-match.js';
import type { UserId } from '../../platform/ids.js';
import type { Caller } from '../auth/caller.js';
import { Ledger, type LedgerHead, toHistoryHead } from '../ledger/ledger.js';
import { Storage } from '../tiers/storage.js';
import { Vault } from '../vault/vault.js';
import { EntriesRepository } from './entries.repository.js';
import { EntryConflict, IfMatchRequired } from './entries.problems.js';
import { EntryId, type RemovedEntryView, type WrittenEntryView } from './entries.schema.js';
import type { EntryEntity } from './entry.entity.js';
import { EntryReading } from './entry-reading.js';
import { bytesOf, EntryWriting, withHead } from './entry-writing.js';
import { writtenOf } from './entry.views.js';
import { EntryIndex } from './index/entry-index.js';
import { RemainsRepository } from './remains.repository.js';
import { TagsRepository } from './tags/tags.repository.js';
import { VersionsRepository } from './versions/versions.repository.js';

const TRASH_MS = 30 * 24 * 60 * 60 * 1000;
/** The name of what is due when an entry has been in the trash for 30 days. */
const ERASE_ENTRY = 'entries.erase';

/** What erasing an entry touches, beside the entry. */
@Injectable()
export class EntryErasing {
  constructor(
    private readonly entries: EntriesRepository,
    private readonly versions: VersionsRepository,
    private readonly remains: RemainsRepository,
    private readonly tags: TagsRepository,
    private readonly storage: Storage,
    private readonly due: Due,
    private readonly writing: EntryWriting,
  ) {}

  /** Takes away an entry with its keys, versions, tags and index, and leaves a tombstone without content. */
  async erase(
    tx: Tx,
    by: Pick<Caller, 'userId' | 'sessionId' | 'deviceId'>,
    head: LedgerHead,
    entry: EntryEntity,
    now: Date,
  ): Promise<LedgerHead> {
    const { userId, id } = entry;
    const bytes = bytesOf(entry) + (await this.versions.bytesOf(tx, userId, id));
    await this.entries.delete(tx, userId, id);
    await this.tags.deleteUnused(tx, userId);
    await this.due.forget(tx, userId, ERASE_ENTRY, id);
    await this.remains.bury(tx, userId, id, now);
    await this.storage.release(tx, userId, { bytes });
    return this.writing.record(tx, by, head, 'erased', entry);
  }
}

/** Deleting entries: into the trash, out of it, and for good. */
@Injectable()
export class TrashService {
  constructor(
    private readonly db: Database,
    private readonly entries: EntriesRepository,
    private readonly due: Due,
    private readonly reading: EntryReading,
    private readonly writing: EntryWriting,
    private readonly erasing: EntryErasing,
    private readonly index: EntryIndex,
    private readonly vault: Vault,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /** Puts an entry into the trash, for 30 days; one that is there stays. @throws EntryNotFound, EntryErased, EntryConflict */
  async delete(caller: Caller, id: EntryId, match: Match): Promise<RemovedEntryView> {
    return this.change(caller, id, match, async (tx, head, entry) => {
      if (entry.deletedAt) return removed(entry, entry.deletedAt, head);
      const deletedAt = this.clock.now();
      await this.entries.update(tx, entry, { deletedAt });
      if (caller.tier === 'uce') await this.index.remove(tx, caller, id);
      await this.due.set(tx, entry.userId, ERASE_ENTRY, id, new Date(deletedAt.getTime() + TRASH_MS));
      return removed(entry, deletedAt, await this.writing.record(tx, caller, head, 'deleted', entry));
    });
  }

  /** Erases an entry, in the trash or not. @throws as `delete`, and IfMatchRequired */
  async erase(caller: Caller, id: EntryId, match: Match): Promise<RemovedEntryView> {
    if (typeof match !== 'number') throw new IfMatchRequired();
    return this.change(caller, id, match, async (tx, head, entry) =>
      removed(entry, null, await this.erasing.erase(tx, caller, head, entry, this.clock.now())),
    );
  }

  /** Takes an entry out of the trash; one that is not in it stays. @throws EntryNotFound, EntryErased */
  async restore(caller: Caller, id: EntryId): Promise<WrittenEntryView> {
    return this.change(caller, id, undefined, async (tx, head, entry) => {
      caller.keyed?.made(200, entry);
      if (!entry.deletedAt) return withHead(await this.reading.view(tx, caller, entry), head);
      await this.entries.update(tx, entry, { deletedAt: null });
      if (caller.tier === 'uce')
        await this.index.put(
          tx,
          caller,
          { ...entry, deletedAt: null },
          writtenOf(this.reading.open(caller, entry), entry.kind),
        );
      await this.due.forget(tx, entry.userId, ERASE_ENTRY, id);
      const next = await this.writing.record(tx, caller, head, 'restored', entry);
      return withHead(await this.reading.view(tx, caller, { ...entry, deletedAt: null }), next);
    });
  }

  private change<T>(
    caller: Caller,
    id: EntryId,
    match: Match,
    work: (tx: Tx, head: LedgerHead, entry: EntryEntity) => Promise<T>,
  ): Promise<T> {
    this.vault.assertUnlocked(caller);
    return this.db.asUser(caller, async (tx) => {
      const head = await this.ledger.lock(tx, caller.userId);
      const entry = await this.reading.find(tx, caller, id);
      assertMatch(match, entry.version, () => new EntryConflict({ current_version: entry.version }));
      return work(tx, head, entry);
    });
  }
}

/** Empties the trash: what has been in it for 30 days, of all users, each entry as its owner. */
@Injectable()
export class TrashSweep {
  constructor(
    private readonly db: Database,
    private readonly entries: EntriesRepository,
    private readonly due: Due,
    private readonly erasing: EntryErasing,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /** How many entries were erased. One that cannot be now does not keep the others: it is told of at the end. */
  run(): Promise<number> {
    return this.due.forEach(ERASE_ENTRY, ({ user_id: userId, id }) => this.eraseDue(userId, EntryId.parse(id)));
  }

  private eraseDue(userId: UserId, id: EntryId): Promise<boolean> {
    return this.db.asUser({ userId }, async (tx) => {
      const head = await this.ledger.lock(tx, userId);
      // Since it was looked up it may have been restored or erased, or put into the trash anew, for another 30 days.
      if (!(await this.due.isDue(tx, userId, ERASE_ENTRY, id))) return false;
      const entry = await this.entries.find(tx, userId, id);
      if (!entry?.deletedAt) {
        await this.due.forget(tx, userId, ERASE_ENTRY, id);
        return false;
      }
      await this.erasing.erase(tx, { userId, sessionId: null, deviceId: null }, head, entry, this.clock.now());
      return true;
    });
  }
}

const removed = ({ id }: EntryEntity, deletedAt: Date | null, head: LedgerHead): RemovedEntryView => ({
  id,
  deleted_at: deletedAt?.toISOString() ?? null,
  history_head: toHistoryHead(head),
});
