import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';

const BATCH = 1_000;

/** What has an end, with the rest of the primary key where there is any. Policies let the system role see of these what has expired. */
const TABLES = {
  slots: 'id',
  sessions: 'id',
  recovery_tokens: 'id',
  email_codes: null,
  idempotency_keys: 'key_hash',
  jobs: 'id',
} as const;
type Table = keyof typeof TABLES;

/** What has expired is refused or passed over anyway; this takes it away, so that nothing is left to be opened. */
@Injectable()
export class Expiry {
  constructor(private readonly db: Database) {}

  /** Deletes what has expired, of all users, batch by batch; how many rows it were. */
  async run(): Promise<number> {
    return (
      (await this.deleteFrom('slots')) +
      (await this.deleteFrom('sessions')) +
      (await this.deleteFrom('recovery_tokens')) +
      (await this.deleteFrom('email_codes')) +
      (await this.deleteFrom('idempotency_keys')) +
      (await this.deleteFrom('jobs'))
    );
  }

  private async deleteFrom(table: Table): Promise<number> {
    const rest = TABLES[table];
    const key = rest === null ? 'user_id' : `user_id, ${rest}`;
    let deleted = 0;
    for (;;) {
      const count = await this.db.asSystem(async (tx) => {
        const [, gone]: [unknown, number] = await tx.query(
          `DELETE FROM ${table} WHERE (${key}) IN (
             SELECT ${key} FROM ${table} WHERE expires_at < now() ORDER BY expires_at LIMIT ${BATCH})`,
        );
        return gone;
      });
      deleted += count;
      if (count < BATCH) return deleted;
    }
  }
}
