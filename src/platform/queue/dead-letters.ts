import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { UserId } from '../ids.js';
import type { Delivery } from './event.js';

/** An event that was given up: ids and types, never content. */
export interface DeadLetter {
  readonly userId: UserId;
  readonly id: string;
  readonly queue: string;
  readonly event: string;
  /** The type of the last error, never its message. */
  readonly error: string;
  readonly attempts: number;
  readonly failedAt: Date;
}

/** How an event failed for good. */
export type Death = Pick<DeadLetter, 'error' | 'attempts'>;

/** What a queue owes: events that are not done, and those that were given up. */
export interface Arrears {
  readonly queue: string;
  readonly undone: number;
  readonly undoneSince: Date | null;
  readonly dead: number;
}

const COLUMNS = `user_id AS "userId", id, queue, event, error, attempts, failed_at AS "failedAt"`;
const SLICE = 200;

/**
 * Events that could not be done, kept in the database until an operator puts them back: whatever becomes of the queues,
 * an event is in the outbox, or here, or done.
 */
@Injectable()
export class DeadLetters {
  constructor(private readonly db: Database) {}

  /** Takes an event out of the outbox and keeps it here; false when it was done, or buried, before. */
  bury({ userId, id }: Pick<Delivery, 'userId' | 'id'>, { error, attempts }: Death): Promise<boolean> {
    return this.db.asUser({ userId }, async (tx) => {
      const rows: unknown[] = await tx.query(
        `WITH taken AS (DELETE FROM outbox WHERE user_id = $1 AND id = $2 RETURNING *)
         INSERT INTO dead_letters (user_id, id, queue, event, payload, announced_at, error, attempts)
         SELECT user_id, id, queue, event, payload, created_at, $3, $4 FROM taken RETURNING id`,
        [userId, id, error, attempts],
      );
      return rows.length === 1;
    });
  }

  /** Puts a dead letter back into the outbox, from where a relay takes it at once; false when it is not there. */
  retry({ userId, id }: Pick<DeadLetter, 'userId' | 'id'>): Promise<boolean> {
    return this.db.asUser({ userId }, async (tx) => {
      const rows: unknown[] = await tx.query(
        `WITH taken AS (DELETE FROM dead_letters WHERE user_id = $1 AND id = $2 RETURNING *)
         INSERT INTO outbox (user_id, id, queue, event, payload, created_at)
         SELECT user_id, id, queue, event, payload, announced_at FROM taken RETURNING id`,
        [userId, id],
      );
      return rows.length === 1;
    });
  }

  find(id: string): Promise<DeadLetter | null> {
    return this.db.asSystem(async (tx) => {
      const rows: DeadLetter[] = await tx.query(`SELECT ${COLUMNS} FROM dead_letters WHERE id = $1`, [id]);
      return rows[0] ?? null;
    });
  }

  /** Dead letters of one queue or of all, the oldest first. */
  list(queue?: string, limit = SLICE): Promise<DeadLetter[]> {
    return this.db.asSystem((tx) =>
      tx.query(
        `SELECT ${COLUMNS} FROM dead_letters WHERE $1::text IS NULL OR queue = $1 ORDER BY failed_at, id LIMIT $2`,
        [queue ?? null, limit],
      ),
    );
  }

  /** What each queue owes; queues that owe nothing are missing. */
  arrears(): Promise<Arrears[]> {
    return this.db.asSystem((tx) =>
      tx.query(
        `SELECT queue, sum(undone)::bigint AS undone, min(since) AS "undoneSince", sum(dead)::bigint AS dead FROM (
           SELECT queue, count(*) AS undone, min(created_at) AS since, 0 AS dead FROM outbox GROUP BY queue
           UNION ALL SELECT queue, 0, NULL, count(*) FROM dead_letters GROUP BY queue) AS parts
         GROUP BY queue ORDER BY queue`,
      ),
    );
  }
}
