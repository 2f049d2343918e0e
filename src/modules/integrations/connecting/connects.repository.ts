import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { SessionId } from '../../auth/auth.schema.js';
import { ConnectEntity } from './connect.entity.js';

/** Of one user; the oldest give way. */
const WAITING_MAX = 5;

/** Connectings that wait for the browser to come back. */
@Injectable()
export class ConnectsRepository {
  async insert(tx: Tx, connect: ConnectEntity): Promise<void> {
    await tx.insert(ConnectEntity, connect);
    await tx.query(
      `DELETE FROM connects WHERE user_id = $1 AND id NOT IN (
         SELECT id FROM connects WHERE user_id = $1 ORDER BY id DESC LIMIT ${WAITING_MAX})`,
      [connect.userId],
    );
  }

  /** Takes it away and answers it: nobody else gets it. Null where there is none in this session, or not in time. */
  async take(
    tx: Tx,
    userId: UserId,
    sessionId: SessionId,
    stateHash: Uint8Array,
    now: Date,
  ): Promise<ConnectEntity | null> {
    const found = await tx.findOne(ConnectEntity, {
      where: { userId, sessionId, stateHash },
      lock: { mode: 'pessimistic_write' },
    });
    if (!found) return null;
    await tx.delete(ConnectEntity, { userId, id: found.id });
    return found.expiresAt > now ? found : null;
  }
}
