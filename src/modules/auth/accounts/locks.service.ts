import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { SessionsRepository } from '../sessions/sessions.repository.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { SecurityEvents } from './security-events.js';

/** What became of an account that was to be locked or unlocked. */
export interface LockOutcome {
  readonly userId: UserId;
  /** False when it was so before; then nothing was done. */
  readonly isChanged: boolean;
}

/**
 * Locking an account: whoever tries to sign in to it, or to recover it, is answered as if it were not there. Its sessions
 * end at once and its API keys are refused; nothing else is deleted, and unlocking gives all of it back.
 */
@Injectable()
export class LocksService {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly service: AccountsService,
    private readonly sessions: SessionsRepository,
    private readonly events: SecurityEvents,
    private readonly clock: Clock,
  ) {}

  /** @param who an address or a user id, @param reason what its owner will read; null when there is no such account */
  lock(who: string, reason?: string): Promise<LockOutcome | null> {
    return this.change(who, async (tx, userId) => {
      const isChanged = await this.accounts.setLock(tx, userId, this.clock.now());
      // Whoever began a session before the row was locked has committed by now, so none is missed.
      if (isChanged) await this.sessions.deleteAll(tx, userId);
      if (isChanged) await this.record(tx, 'account_locked', userId, reason);
      return isChanged;
    });
  }

  /** The same, the other way round. */
  unlock(who: string, reason?: string): Promise<LockOutcome | null> {
    return this.change(who, async (tx, userId) => {
      const isChanged = await this.accounts.setLock(tx, userId, null);
      if (isChanged) await this.record(tx, 'account_unlocked', userId, reason);
      return isChanged;
    });
  }

  private async change(who: string, work: (tx: Tx, userId: UserId) => Promise<boolean>): Promise<LockOutcome | null> {
    const user = await this.service.find(who);
    if (!user) return null;
    const { userId } = user;
    return this.db.asUser(user, async (tx) => {
      await this.events.lock(tx, userId);
      return { userId, isChanged: await work(tx, userId) };
    });
  }

  private record(tx: Tx, type: 'account_locked' | 'account_unlocked', userId: UserId, reason?: string): Promise<void> {
    return this.events.record(tx, { type, userId, reason });
  }
}
