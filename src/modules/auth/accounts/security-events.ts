import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import type { Tx } from '../../../platform/database/database.js';
import { newId } from '../../../platform/ids.js';
import { SecurityEventEntity } from './security-event.entity.js';

@Injectable()
export class SecurityEvents {
  constructor(private readonly clock: Clock) {}

  /** Notes what happened to an account, in the transaction in which it happens. */
  async record(tx: Tx, event: Omit<SecurityEventEntity, 'id' | 'at'>): Promise<void> {
    await tx.insert(SecurityEventEntity, { ...event, id: newId(), at: this.clock.now() });
  }
}
