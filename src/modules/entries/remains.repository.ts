import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { UserId } from '../../platform/ids.js';
import type { EntryId } from './entries.schema.js';

/** Tombstones of erased entries. */
@Injectable()
export class RemainsRepository {
  async isErased(tx: Tx, userId: UserId, id: EntryId): Promise<boolean> {
    const rows: unknown[] = await tx.query(`SELECT FROM tombstones WHERE user_id = $1 AND id = $2`, [userId, id]);
    return rows.length === 1;
  }

  async listErased(tx: Tx, userId: UserId, ids: readonly EntryId[]): Promise<EntryId[]> {
    const rows: { id: EntryId }[] = await tx.query(`SELECT id FROM tombstones WHERE user_id = $1 AND id = ANY($2)`, [
      userId,
      ids,
    ]);
    return rows.map(({ id }) => id);
  }

  async bury(tx: Tx, userId: UserId, id: EntryId, erasedAt: Date): Promise<void> {
    await tx.query(`INSERT INTO tombstones (user_id, id, erased_at) VALUES ($1, $2, $3)`, [userId, id, erasedAt]);
  }
}
