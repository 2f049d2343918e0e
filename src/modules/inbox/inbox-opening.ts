import { type EntryContent, EnvelopeRefused, wipe } from '@daybook/sdk/crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { InvalidRequest } from '../../platform/http/request.problems.js';
import type { Slice, UnlockedWork } from '../../platform/on-unlock.js';
import type { OpenCaller } from '../auth/caller.js';
import { ReceivingKeys } from '../auth/keys/receiving-keys.js';
import { Unlocked } from '../auth/unlocked.js';
import { EntryErased, EntryIdTaken } from '../entries/entries.problems.js';
import { type EntryId, UceDraft, type WrittenEntryView } from '../entries/entries.schema.js';
import { EntriesService } from '../entries/entries.service.js';
import { Ledger, type LedgerHead } from '../ledger/ledger.js';
import { OutOfStorage } from '../tiers/tiers.problems.js';
import { type KeyPair, Vault } from '../vault/vault.js';
import type { InboxItemEntity } from './inbox-item.entity.js';
import { InboxItemUnreadable } from './inbox.problems.js';
import { InboxRemoval } from './inbox-removal.js';
import { InboxRepository } from './inbox.repository.js';

const UNREADABLE = InboxItemUnreadable.kind.type;

/**
 * Makes entries of what waits for a uce user, in the user's own requests and in the order in which it came. Whatever is in
 * an item was brought by others: it is taken as a draft that somebody sent, and sealed anew under a key of the user's.
 */
@Injectable()
export class InboxOpening implements UnlockedWork<OpenCaller>, OnModuleInit {
  constructor(
    private readonly db: Database,
    private readonly items: InboxRepository,
    private readonly removal: InboxRemoval,
    private readonly receiving: ReceivingKeys,
    private readonly entries: EntriesService,
    private readonly ledger: Ledger,
    private readonly vault: Vault,
    private readonly unlocked: Unlocked,
  ) {}

  onModuleInit(): void {
    this.unlocked.plug(this);
  }

  async advance(caller: OpenCaller, slice: Slice): Promise<void> {
    // An API key may hold the user's key, but the inbox is opened for its owner alone.
    if (caller.sessionId === null) return;
    const ids = await this.db.asUser(caller, (tx) =>
      this.items.listOpenable(tx, caller.userId, UNREADABLE, slice.left),
    );
    for (const id of ids) {
      if (!slice.take()) return;
      if (!(await this.tryOpening(caller, id))) return;
    }
  }

  /** Makes an entry of an item, in a transaction that has locked the history. @throws InboxItemUnreadable, OutOfStorage, EntryErased, EntryIdTaken */
  async open(tx: Tx, caller: OpenCaller, head: LedgerHead, item: InboxItemEntity): Promise<WrittenEntryView> {
    const draft = await this.withKeys(tx, caller, (keys) => draftOf(item, this.contentOf(caller, keys, item)));
    if (!draft) throw new InboxItemUnreadable();
    await this.removal.takeOut(tx, item);
    const { written } = await this.entries.writeIn(tx, caller, head, this.entries.prepare(caller, draft, 'accepted'));
    return written.entry;
  }

  /** What items say, in their order; null for one that does not open. */
  async contents(
    tx: Tx,
    caller: OpenCaller,
    items: readonly InboxItemEntity[],
  ): Promise<readonly (EntryContent | null)[]> {
    return this.withKeys(tx, caller, (keys) => items.map((item) => this.contentOf(caller, keys, item)));
  }

  /** False when the others would not become entries either. */
  private async tryOpening(caller: OpenCaller, id: EntryId): Promise<boolean> {
    try {
      await this.db.asUser(caller, async (tx) => {
        const head = await this.ledger.lock(tx, caller.userId);
        const item = await this.items.find(tx, caller.userId, id);
        if (item && !item.deletedAt) await this.open(tx, caller, head, item);
      });
      return true;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) throw error;
      await this.db.asUser(caller, async (tx) => {
        const item = await this.items.find(tx, caller.userId, id);
        if (item && item.fault !== fault) await this.items.update(tx, item, { fault });
      });
      return fault === UNREADABLE;
    }
  }

  private contentOf(caller: OpenCaller, keys: KeyPair, item: InboxItemEntity): EntryContent | null {
    try {
      return this.vault.unbox(caller, keys, item.id, item);
    } catch (error) {
      if (error instanceof EnvelopeRefused) return null;
      throw error;
    }
  }

  private async withKeys<T>(tx: Tx, caller: OpenCaller, work: (keys: KeyPair) => T): Promise<T> {
    const keys = await this.receiving.open(tx, caller);
    try {
      return work(keys);
    } finally {
      wipe(keys.privateKey);
    }
  }
}

/** Why an item stays an item, by the type of the problem; undefined where it is no fault of the item's. */
function faultOf(error: unknown): string | undefined {
  if (error instanceof OutOfStorage) return OutOfStorage.kind.type;
  const isItsOwn = [InboxItemUnreadable, InvalidRequest, EntryErased, EntryIdTaken].some(
    (kind) => error instanceof kind,
  );
  return isItsOwn ? UNREADABLE : undefined;
}

/** What somebody would have sent to write the entry; null where nobody could have. */
function draftOf({ id, kind, entryDate, source, externalId }: InboxItemEntity, said: EntryContent | null) {
  if (!said) return null;
  const { v: _, title, content, mood, tags, location, data, language } = said;
  const sent = { id, kind, entry_date: entryDate, source, external_id: externalId };
  const draft = { ...sent, title, content, mood, tags, location, data, language };
  const known = Object.entries(draft).filter(([, value]) => value !== undefined && value !== null);
  return UceDraft.safeParse(Object.fromEntries(known)).data ?? null;
}
