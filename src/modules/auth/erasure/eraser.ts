import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { Delivery } from '../../../platform/queue/event.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { UserDataSocket } from '../../../platform/user-data.js';
import { AccountErased } from '../auth.events.js';
import { ErasuresRepository } from './erasures.repository.js';

/**
 * Takes away all that is kept of a user whose account was closed: slice by slice, each in a transaction of its own, so a
 * crash at any point loses no more than a slice's work, and whoever comes next goes on.
 */
@Injectable()
export class Eraser {
  constructor(
    private readonly db: Database,
    private readonly erasures: ErasuresRepository,
    private readonly socket: UserDataSocket,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async erase(userId: UserId, delivery: Delivery): Promise<void> {
    const user = { userId };
    if (!(await this.isOpen(userId)))
      return this.db.asUser(user, async (tx) => void (await this.outbox.done(tx, delivery)));
    for (const source of this.socket.sources)
      while (await source.forget(user, (tx, counts) => this.erasures.count(tx, userId, counts)));
    await this.finish(userId);
  }

  private isOpen(userId: UserId): Promise<boolean> {
    return this.db.asUser({ userId }, async (tx) => (await this.erasures.find(tx, userId))?.erasedAt === null);
  }

  /** The account's own row goes last: it is what tells that there is something left to erase. */
  private finish(userId: UserId): Promise<void> {
    return this.db.asUser({ userId }, async (tx) => {
      const erasure = await this.erasures.findLocked(tx, userId);
      if (!erasure || erasure.erasedAt) return;
      await this.erasures.deleteUser(tx, userId);
      await this.erasures.count(tx, userId, { accounts: 1 });
      await this.erasures.setErased(tx, userId, this.clock.now());
      await this.outbox.add(tx, AccountErased, { userId });
    });
  }
}
