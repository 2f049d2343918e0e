import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { Due } from '../../platform/database/due.js';
import type { UserId } from '../../platform/ids.js';
import { Arrivals } from '../entries/arrivals.js';
import { EntryId } from '../entries/entries.schema.js';
import { Ledger } from '../ledger/ledger.js';
import { Storage } from '../tiers/storage.js';
import type { InboxItemEntity } from './inbox-item.entity.js';
import { InboxRepository } from './inbox.repository.js';

const KEPT_MS = 14 * 24 * 60 * 60 * 1000;
/** The name of what is due when an item has been told of, or discarded, for so long. */
const ERASE_ITEM = 'inbox.erase';

/** Items leaving the inbox: into the diary, or for good when their time is up. */
@Injectable()
export class InboxRemoval {
  constructor(
    private readonly db: Database,
    private readonly items: InboxRepository,
    private readonly arrivals: Arrivals,
    private readonly storage: Storage,
    private readonly due: Due,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /** Lets the time of an item begin; `changed` with it. */
  async begin(tx: Tx, item: InboxItemEntity, changed: Partial<InboxItemEntity> = {}): Promise<InboxItemEntity> {
    const change = { ...changed, expiresAt: this.clock.in(KEPT_MS) };
    await this.items.update(tx, item, change);
    await this.due.set(tx, item.userId, ERASE_ITEM, item.id, change.expiresAt);
    return { ...item, ...change };
  }

  /** Lets the time begin of those items of one user that were not told of before; all of them, as they are then. */
  async beginAll(tx: Tx, userId: UserId, items: readonly InboxItemEntity[]): Promise<InboxItemEntity[]> {
    const ids = items.filter(({ expiresAt }) => !expiresAt).map(({ id }) => id);
    if (ids.length === 0) return [...items];
    const expiresAt = this.clock.in(KEPT_MS);
    await this.items.updateAll(tx, userId, ids, { expiresAt });
    await this.due.setAll(tx, userId, ERASE_ITEM, ids, expiresAt);
    return items.map((item) => (item.expiresAt ? item : { ...item, expiresAt }));
  }

  /** Takes an item away that becomes an entry in this transaction: its bytes are counted no more. */
  async takeOut(tx: Tx, item: InboxItemEntity): Promise<void> {
    const { userId, id, sealed, boxedKey } = item;
    await this.items.delete(tx, item);
    await this.due.forget(tx, userId, ERASE_ITEM, id);
    await this.storage.release(tx, userId, { bytes: sealed.length + boxedKey.length });
  }

  /** Erases all whose time is up, each as its owner; how many these were. */
  eraseDue(): Promise<number> {
    return this.due.forEach(ERASE_ITEM, ({ user_id: userId, id }) => this.erase(userId, EntryId.parse(id)));
  }

  private erase(userId: UserId, id: EntryId): Promise<boolean> {
    return this.db.asUser({ userId }, async (tx) => {
      const head = await this.ledger.lock(tx, userId);
      // Since it was looked up it may have been restored, for another while.
      if (!(await this.due.isDue(tx, userId, ERASE_ITEM, id))) return false;
      const item = await this.items.find(tx, userId, id);
      if (!item) {
        await this.due.forget(tx, userId, ERASE_ITEM, id);
        return false;
      }
      await this.takeOut(tx, item);
      await this.arrivals.bury(tx, userId, id);
      await this.ledger.append(tx, userId, head, { type: 'erased', entryId: id, deviceId: null, sessionId: null });
      return true;
    });
  }
}
