import { envelopeHash } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import type { Tx } from '../../platform/database/database.js';
import { AccountService } from '../auth/accounts/account.service.js';
import type { Caller } from '../auth/caller.js';
import { dayIn } from './calendar/days.js';
import { Ledger, type LedgerHead, toHistoryHead } from '../ledger/ledger.js';
import { Storage } from '../tiers/storage.js';
import type { Sealed } from '../vault/vault.js';
import type { EntryView, WrittenEntryView, Written } from './entries.schema.js';
import { EntriesRepository } from './entries.repository.js';
import type { EntryEntity } from './entry.entity.js';
import type { MediaId } from '../media/media.schema.js';
import { EntryMedia } from './entry-media.js';
import { EntryIndex } from './index/entry-index.js';
import { Tagging } from './tags/tagging.js';
import { VersionsRepository } from './versions/versions.repository.js';

/** What belongs to a version of an entry beside its envelope. */
export interface VersionContents extends Sealed {
  /** uce: what was sealed, for tags and index. */
  readonly written?: Written;
  /** e2e: what stands for the tags; undefined where they stay. */
  readonly tagTokens?: readonly Uint8Array[] | undefined;
  /** Undefined where they stay. */
  readonly mediaIds?: readonly MediaId[] | undefined;
}

/** How an entry begins: written, or taken out of the inbox. */
export interface FirstVersion extends VersionContents {
  readonly type: 'created' | 'accepted';
}

/** A change of an entry that is ready to be stored. */
export interface NextVersion extends VersionContents {
  readonly type: 'updated' | 'reverted';
  readonly kind: EntryEntity['kind'];
  readonly entryDate: string | null;
}

/** Writes versions of entries, with all that belongs to one: room, tags, index, history. */
@Injectable()
export class EntryWriting {
  constructor(
    private readonly entries: EntriesRepository,
    private readonly versions: VersionsRepository,
    private readonly storage: Storage,
    private readonly tagging: Tagging,
    private readonly media: EntryMedia,
    private readonly index: EntryIndex,
    private readonly ledger: Ledger,
    private readonly account: AccountService,
    private readonly clock: Clock,
  ) {}

  /** Stores the first version; null when the id is taken. @throws OutOfStorage */
  async begin(tx: Tx, caller: Caller, head: LedgerHead, drafted: EntryEntity, contents: FirstVersion) {
    const entry = { ...drafted, listedOn: drafted.entryDate ?? (await this.dayOf(tx, caller, drafted.createdAt)) };
    if (!(await this.entries.insert(tx, entry))) return null;
    await this.storage.assertRoom(tx, caller.userId, { bytes: bytesOf(entry) });
    await this.settle(tx, caller, entry, contents);
    return this.record(tx, caller, head, contents.type, entry);
  }

  /** Puts `next` in the place of the stored version, which is kept as an earlier one. @throws OutOfStorage */
  async replace(tx: Tx, caller: Caller, head: LedgerHead, entry: EntryEntity, next: NextVersion) {
    const { userId } = caller;
    await this.versions.keep(tx, entry);
    // First what goes, then what comes: who keeps no earlier versions can still make an entry shorter when all is full.
    const forgotten = await this.versions.forgetOldest(tx, userId, entry.id);
    if (forgotten > 0) await this.storage.release(tx, userId, { bytes: forgotten });
    await this.storage.assertRoom(tx, userId, { bytes: bytesOf(next) });
    const replaced = await this.replaced(tx, caller, entry, next);
    await this.entries.update(tx, entry, replaced);
    await this.settle(tx, caller, replaced, next);
    return { entry: replaced, head: await this.record(tx, caller, head, next.type, replaced) };
  }

  /** Adds an event about an entry to the history; the new head. */
  record(
    tx: Tx,
    caller: Pick<Caller, 'userId' | 'sessionId' | 'deviceId'>,
    head: LedgerHead,
    type: 'created' | 'accepted' | 'updated' | 'deleted' | 'restored' | 'reverted' | 'erased',
    { id: entryId, version, envelopeHash: hash }: Pick<EntryEntity, 'id' | 'version' | 'envelopeHash'>,
  ): Promise<LedgerHead> {
    const { userId, sessionId, deviceId } = caller;
    return this.ledger.append(tx, userId, head, { type, entryId, version, deviceId, sessionId, envelopeHash: hash });
  }

  /** The day that it was at `at` where the writer is. */
  private async dayOf(tx: Tx, { userId }: Caller, at: Date): Promise<string> {
    return dayIn(await this.account.timeZoneOf(tx, userId), at);
  }

  private async replaced(tx: Tx, caller: Caller, entry: EntryEntity, next: NextVersion): Promise<EntryEntity> {
    const { kind, entryDate, sealed, wrappedKey } = next;
    return {
      ...entry,
      kind,
      entryDate,
      listedOn: entryDate ?? (await this.dayOf(tx, caller, entry.createdAt)),
      deviceId: caller.deviceId,
      version: entry.version + 1,
      sealed,
      wrappedKey,
      envelopeHash: envelopeHash(sealed),
      prevEnvelopeHash: entry.envelopeHash,
      updatedAt: this.clock.now(),
    };
  }

  private async settle(tx: Tx, caller: Caller, entry: EntryEntity, { written, tagTokens, mediaIds }: VersionContents) {
    if (mediaIds) await this.media.set(tx, caller, entry.id, mediaIds);
    if (tagTokens) await this.tagging.setTokens(tx, caller, entry.id, tagTokens);
    if (caller.tier !== 'uce' || !written) return;
    await this.tagging.setNames(tx, caller, entry.id, written.tags ?? []);
    await this.index.put(tx, caller, entry, written);
  }
}

/** How much of the store an envelope takes, its key with it. */
export const bytesOf = ({ sealed, wrappedKey }: Sealed): number => sealed.length + wrappedKey.length;

export const withHead = (view: EntryView, head: LedgerHead): WrittenEntryView => ({
  ...view,
  history_head: toHistoryHead(head),
});
