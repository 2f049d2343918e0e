import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Clock } from '../../../platform/clock.js';
import type { Tx } from '../../../platform/database/database.js';
import { newId, type UserId } from '../../../platform/ids.js';
import { SecurityEventEntity } from './security-event.entity.js';

type NewSecurityEvent = Omit<SecurityEventEntity, 'id' | 'at' | 'reason'> & { readonly reason?: string | undefined };

@Injectable()
export class SecurityEvents {
  constructor(private readonly clock: Clock) {}

  /** The newest first, from behind `before` on. */
  list(tx: Tx, userId: UserId, limit: number, before?: string): Promise<SecurityEventEntity[]> {
    const where = { userId, ...(before !== undefined && { id: LessThan(before) }) };
    return tx.find(SecurityEventEntity, { where, order: { id: 'DESC' }, take: limit });
  }

  /** Notes what happened to an account, in the transaction in which it happens. */
  async record(tx: Tx, { reason, ...event }: NewSecurityEvent): Promise<void> {
    await tx.insert(SecurityEventEntity, { ...event, reason: reason ?? null, id: newId(), at: this.clock.now() });
  }
}
