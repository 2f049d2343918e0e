import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import type { Caller, E2eCaller } from '../auth/caller.js';
import { EntryNotFound } from '../entries/entries.problems.js';
import type { E2eDraft, EntryId, WrittenEntryView } from '../entries/entries.schema.js';
import { EntriesService } from '../entries/entries.service.js';
import { Ledger, type LedgerHead, toHistoryHead } from '../ledger/ledger.js';
import { Vault } from '../vault/vault.js';
import type { InboxItemEntity } from './inbox-item.entity.js';
import { InboxOpening } from './inbox-opening.js';
import { InboxItemNotFound } from './inbox.problems.js';
import { InboxRemoval } from './inbox-removal.js';
import { InboxRepository } from './inbox.repository.js';
import type { Acceptance, MovedItemView } from './inbox.schema.js';

/** What its owner says to an item: into the diary, away, or back again. */
@Injectable()
export class InboxAnswersService {
  constructor(
    private readonly db: Database,
    private readonly items: InboxRepository,
    private readonly opening: InboxOpening,
    private readonly removal: InboxRemoval,
    private readonly entries: EntriesService,
    private readonly ledger: Ledger,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes an entry of an item; one that became an entry before is answered as it is.
   * @throws Locked, InboxItemNotFound, InboxItemUnreadable, InvalidRequest, OutOfStorage, EntryErased, EntryIdTaken
   */
  async accept(caller: Caller, id: EntryId, acceptance: Acceptance): Promise<WrittenEntryView> {
    this.vault.assertUnlocked(caller);
    return this.db.asUser(caller, async (tx) => {
      const head = await this.ledger.lock(tx, caller.userId);
      const item = await this.items.find(tx, caller.userId, id);
      const entry = item
        ? await this.enter(tx, caller, head, item, acceptance)
        : await this.entered(tx, caller, head, id);
      caller.keyed?.made(200, entry);
      return entry;
    });
  }

  /** Puts an item away, for 14 days; one that is away stays so. @throws InboxItemNotFound */
  async discard(caller: Caller, id: EntryId): Promise<MovedItemView> {
    return this.move(caller, id, async (tx, head, item) => {
      if (item.deletedAt) return { item, head };
      const discarded = await this.removal.begin(tx, item, { deletedAt: this.clock.now() });
      return { item: discarded, head: await this.record(tx, caller, head, 'deleted', id) };
    });
  }

  /** Takes back what was discarded; what was not stays. @throws InboxItemNotFound */
  async restore(caller: Caller, id: EntryId): Promise<MovedItemView> {
    return this.move(caller, id, async (tx, head, item) => {
      caller.keyed?.made(200, { id });
      if (!item.deletedAt) return { item, head };
      const restored = await this.removal.begin(tx, item, { deletedAt: null, fault: null });
      return { item: restored, head: await this.record(tx, caller, head, 'restored', id) };
    });
  }

  /** What `restore` has answered, for what was done before. @throws InboxItemNotFound */
  async readMoved(caller: Caller, id: EntryId): Promise<MovedItemView> {
    return this.move(caller, id, (_, head, item) => Promise.resolve({ item, head }));
  }

  private enter(tx: Tx, caller: Caller, head: LedgerHead, item: InboxItemEntity, acceptance: Acceptance) {
    assertOfTier(caller, acceptance);
    if (caller.tier === 'uce') return this.opening.open(tx, this.vault.opened(caller), head, item);
    return this.enterSealed(tx, caller, head, item, draftOf(item, acceptance));
  }

  private async enterSealed(tx: Tx, caller: E2eCaller, head: LedgerHead, item: InboxItemEntity, draft: E2eDraft) {
    const prepared = this.entries.prepare(caller, draft, 'accepted');
    await this.removal.takeOut(tx, item);
    return (await this.entries.writeIn(tx, caller, head, prepared)).written.entry;
  }

  private async entered(tx: Tx, caller: Caller, head: LedgerHead, id: EntryId): Promise<WrittenEntryView> {
    try {
      return await this.entries.readWrittenIn(tx, caller, head, id);
    } catch (error) {
      throw error instanceof EntryNotFound ? new InboxItemNotFound() : error;
    }
  }

  private record(tx: Tx, caller: Caller, head: LedgerHead, type: 'deleted' | 'restored', entryId: EntryId) {
    const { userId, deviceId, sessionId } = caller;
    return this.ledger.append(tx, userId, head, { type, entryId, deviceId, sessionId });
  }

  private move(
    caller: Caller,
    id: EntryId,
    work: (tx: Tx, head: LedgerHead, item: InboxItemEntity) => Promise<{ item: InboxItemEntity; head: LedgerHead }>,
  ): Promise<MovedItemView> {
    return this.db.asUser(caller, async (tx) => {
      const before = await this.ledger.lock(tx, caller.userId);
      const found = await this.items.find(tx, caller.userId, id);
      if (!found) throw new InboxItemNotFound();
      const { item, head } = await work(tx, before, found);
      return {
        id,
        deleted_at: item.deletedAt?.toISOString() ?? null,
        expires_at: item.expiresAt?.toISOString() ?? null,
        history_head: toHistoryHead(head),
      };
    });
  }
}

/** @throws InvalidRequest where an e2e client sealed nothing, or a uce client sends what the server does */
function assertOfTier({ tier }: Caller, acceptance: Acceptance): void {
  const faults =
    tier === 'uce'
      ? Object.keys(acceptance).map((field) => ({ pointer: `#/${field}`, detail: 'is for e2e accounts' }))
      : (['sealed', 'wrapped_key'] as const)
          .filter((field) => acceptance[field] === undefined)
          .map((field) => ({ pointer: `#/${field}`, detail: 'is required: your account is e2e' }));
  if (faults.length > 0) throw invalidRequest(faults);
}

/** The entry as an e2e client would have written it. */
function draftOf({ id, ...item }: InboxItemEntity, { sealed, wrapped_key, ...acceptance }: Acceptance): E2eDraft {
  if (!sealed || !wrapped_key) throw new Error('an acceptance that was not looked at');
  const { tag_tokens, media_ids } = acceptance;
  return {
    id,
    kind: acceptance.kind ?? item.kind,
    entry_date: acceptance.entry_date ?? item.entryDate ?? undefined,
    source: item.source ?? undefined,
    external_id: item.externalId ?? undefined,
    sealed,
    wrapped_key,
    tag_tokens,
    media_ids,
  };
}
