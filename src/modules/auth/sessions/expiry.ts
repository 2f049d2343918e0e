import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';

const BATCH = 1_000;

/** Slots, sessions and recovery tokens that have expired are refused anyway; this takes them away, so that nothing is left to be opened. */
@Injectable()
export class Expiry {
  constructor(private readonly db: Database) {}

  /** Deletes what has expired, of all users, batch by batch; how many rows it were. */
  async run(): Promise<number> {
    return (
      (await this.deleteFrom('slots')) +
      (await this.deleteFrom('sessions')) +
      (await this.deleteFrom('recovery_tokens'))
    );
  }

  private async deleteFrom(table: 'slots' | 'sessions' | 'recovery_tokens'): Promise<number> {
    let deleted = 0;
    for (;;) {
      const count = await this.db.asSystem(async (tx) => {
        const [, gone]: [unknown, number] = await tx.query(
          `DELETE FROM ${table} WHERE (user_id, id) IN (
             SELECT user_id, id FROM ${table} WHERE expires_at < now() ORDER BY expires_at LIMIT ${BATCH})`,
        );
        return gone;
      });
      deleted += count;
      if (count < BATCH) return deleted;
    }
  }
}
