import { Injectable, Module } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';

/** Where users are, for jobs: they know no more of an account. */
@Injectable()
export class UserZones {
  /** As an IANA name; null where it was not said. */
  async of(tx: Tx, userId: UserId): Promise<string | null> {
    const rows: { time_zone: string | null }[] = await tx.query(`SELECT time_zone FROM users WHERE user_id = $1`, [
      userId,
    ]);
    return rows[0]?.time_zone ?? null;
  }
}

@Module({ providers: [UserZones], exports: [UserZones] })
export class UserZonesModule {}
