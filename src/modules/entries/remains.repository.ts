import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { UserId } from '../../platform/ids.js';
import type { EntryId } from './entries.schema.js';

/** The name of what is due when an entry has been in the trash for 30 days. */
export const ERASE_ENTRY = 'entries.erase';

/** An entry that is to be erased. */
export interface DueEntry {
  readonly user_id: UserId;
  readonly id: EntryId;
}

/** Tombstones of erased entries, and the days on which trashed ones are to be erased. */
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

  async setDue(tx: Tx, userId: UserId, id: EntryId, dueAt: Date): Promise<void> {
    await tx.query(
      `INSERT INTO due (user_id, task, id, due_at) VALUES ($1, '${ERASE_ENTRY}', $2, $3)
       ON CONFLICT (user_id, task, id) DO UPDATE SET due_at = excluded.due_at`,
      [userId, id, dueAt],
    );
  }

  async forgetDue(tx: Tx, userId: UserId, id: EntryId): Promise<void> {
    await tx.query(`DELETE FROM due WHERE user_id = $1 AND task = '${ERASE_ENTRY}' AND id = $2`, [userId, id]);
  }

  /** Whether the entry is to be erased by now. */
  async isDue(tx: Tx, userId: UserId, id: EntryId): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `SELECT FROM due WHERE user_id = $1 AND task = '${ERASE_ENTRY}' AND id = $2 AND due_at < now()`,
      [userId, id],
    );
    return rows.length === 1;
  }

  /** What is due by now, of all users, from behind `after` on; the system role alone may ask. */
  listDue(tx: Tx, limit: number, after?: DueEntry): Promise<DueEntry[]> {
    return tx.query(
      `SELECT user_id, id FROM due WHERE task = '${ERASE_ENTRY}' AND due_at < now() AND (user_id, id) > ($2, $3)
       ORDER BY user_id, id LIMIT $1`,
      [limit, after?.user_id ?? NIL, after?.id ?? NIL],
    );
  }
}

const NIL = '00000000-0000-0000-0000-000000000000';
