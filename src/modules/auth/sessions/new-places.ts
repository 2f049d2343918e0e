import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import { SignedInElsewhere } from '../auth.events.js';
import { type Arrival } from './sessions.service.js';

/** Tells the owner of an account by mail when somebody signs in from where nobody did before. */
@Injectable()
export class NewPlaces {
  constructor(private readonly outbox: Outbox) {}

  /** Before the session begins, in its transaction. */
  async announce(tx: Tx, userId: UserId, arrival: Arrival): Promise<void> {
    if (!(await this.isKnown(tx, userId, arrival))) await this.outbox.add(tx, SignedInElsewhere, { userId });
  }

  /** A place is known by the device that the client names or, where it names none, by its coarse user agent. */
  private async isKnown(tx: Tx, userId: UserId, { device, userAgent }: Arrival): Promise<boolean> {
    const rows: unknown[] = device
      ? await tx.query(`SELECT FROM devices WHERE user_id = $1 AND name = $2 AND type = $3 AND platform = $4 LIMIT 1`, [
          userId,
          device.device_name,
          device.device_type,
          device.platform,
        ])
      : await tx.query(`SELECT FROM sessions WHERE user_id = $1 AND user_agent IS NOT DISTINCT FROM $2 LIMIT 1`, [
          userId,
          userAgent,
        ]);
    return rows.length > 0;
  }
}
