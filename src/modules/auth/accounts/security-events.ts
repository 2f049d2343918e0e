import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Clock } from '../../../platform/clock.js';
import type { Tx } from '../../../platform/database/database.js';
import { newId, type UserId } from '../../../platform/ids.js';
import { Ledger } from '../../ledger/ledger.js';
import { SecurityEventEntity } from './security-event.entity.js';

/** What happened; from which session and device, where it came from one; to what, and why. */
type NewSecurityEvent = Pick<SecurityEventEntity, 'userId' | 'type'> & {
  readonly sessionId?: SecurityEventEntity['sessionId'];
  readonly deviceId?: SecurityEventEntity['deviceId'];
  readonly subjectId?: SecurityEventEntity['subjectId'];
  readonly reason?: string | undefined;
};

/** What the owner of an account should be able to see happened to it, and can prove by the ledger. */
@Injectable()
export class SecurityEvents {
  constructor(
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  /** The newest first, from behind `before` on. */
  list(tx: Tx, userId: UserId, limit: number, before?: string): Promise<SecurityEventEntity[]> {
    const where = { userId, ...(before !== undefined && { id: LessThan(before) }) };
    return tx.find(SecurityEventEntity, { where, order: { id: 'DESC' }, take: limit });
  }

  /** Begins the ledger of a new account, with the account. */
  async begin(tx: Tx, userId: UserId): Promise<void> {
    await this.ledger.begin(tx, userId);
    await this.record(tx, { type: 'account_created', userId });
  }

  /** Comes before every other lock in a transaction that records something: that order keeps writers free of deadlocks. */
  async lock(tx: Tx, userId: UserId): Promise<void> {
    await this.ledger.lock(tx, userId);
  }

  /** Notes what happened to an account, in the transaction in which it happens and which `lock` began; and in the ledger. */
  async record(tx: Tx, { reason, ...event }: NewSecurityEvent): Promise<void> {
    const { userId, type, sessionId = null, deviceId = null, subjectId = null } = event;
    const head = await this.ledger.lock(tx, userId);
    await this.ledger.append(tx, userId, head, { type, entryId: subjectId ?? undefined, sessionId, deviceId });
    const at = this.clock.now();
    const row = { userId, id: newId(), type, sessionId, deviceId, subjectId, reason: reason ?? null, at };
    await tx.insert(SecurityEventEntity, row);
  }
}
