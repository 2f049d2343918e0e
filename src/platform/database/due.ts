import { Injectable } from '@nestjs/common';
import type { UserId } from '../ids.js';
import { Database, type Tx } from './database.js';

/** One thing that is due: whose, and which. */
export interface DueRow {
  readonly user_id: UserId;
  readonly id: string;
}

const SLICE = 200;
const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * What is to be done for whom, and when. The table says no more than that; the work itself is done as that user, by the
 * job that goes through it.
 */
@Injectable()
export class Due {
  constructor(private readonly db: Database) {}

  async set(tx: Tx, userId: UserId, task: string, id: string, dueAt: Date): Promise<void> {
    await this.setAll(tx, userId, task, [id], dueAt);
  }

  async setAll(tx: Tx, userId: UserId, task: string, ids: readonly string[], dueAt: Date): Promise<void> {
    await tx.query(
      `INSERT INTO due (user_id, task, id, due_at) SELECT $1, $2, id, $4 FROM unnest($3::uuid[]) AS given (id)
       ON CONFLICT (user_id, task, id) DO UPDATE SET due_at = excluded.due_at`,
      [userId, task, ids, dueAt],
    );
  }

  async forget(tx: Tx, userId: UserId, task: string, id: string): Promise<void> {
    await tx.query(`DELETE FROM due WHERE user_id = $1 AND task = $2 AND id = $3`, [userId, task, id]);
  }

  /** Whether it is due now, whatever was looked up before. */
  async isDue(tx: Tx, userId: UserId, task: string, id: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `SELECT FROM due WHERE user_id = $1 AND task = $2 AND id = $3 AND due_at < now()`,
      [userId, task, id],
    );
    return rows.length === 1;
  }

  /**
   * Does `work` for all that is due by now; it takes away the row that it was for. What fails stays due, and does not keep
   * the others: it is told of at the end.
   * @returns how many it did something for
   */
  async forEach(task: string, work: (row: DueRow) => Promise<boolean>): Promise<number> {
    let done = 0;
    let after: DueRow = { user_id: NIL as UserId, id: NIL };
    const failures: unknown[] = [];
    for (;;) {
      const rows: DueRow[] = await this.db.asSystem((tx) =>
        tx.query(
          `SELECT user_id, id FROM due WHERE task = $1 AND due_at < now() AND (user_id, id) > ($2, $3)
           ORDER BY user_id, id LIMIT ${SLICE}`,
          [task, after.user_id, after.id],
        ),
      );
      for (const row of rows)
        await work(row).then(
          (isDone) => (done += isDone ? 1 : 0),
          (error: unknown) => failures.push(error),
        );
      after = rows.at(-1) ?? after;
      if (rows.length === SLICE) continue;
      if (failures.length > 0)
        throw new Error(`${task}: ${failures.length} that were due could not be done`, { cause: failures[0] });
      return done;
    }
  }
}
