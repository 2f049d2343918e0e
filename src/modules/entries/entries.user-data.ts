import { Injectable, Module } from '@nestjs/common';
import type { Principal, Tx } from '../../platform/database/database.js';
import { UserData } from '../../platform/user-data.js';

/** The diary. */
@Injectable()
export class EntriesUserData extends UserData {
  readonly name = 'entries';
  readonly tables = [{ name: 'entries', key: 'id' }];

  /** How much it is; the entries themselves are `GET /entries`. */
  async tell(tx: Tx, { userId }: Principal) {
    const [row]: unknown[] = await tx.query(
      `SELECT count(*) AS entries, min(entry_date) AS first_date, max(entry_date) AS last_date,
              coalesce(sum(octet_length(sealed)), 0)::bigint AS sealed_bytes
       FROM entries WHERE user_id = $1`,
      [userId],
    );
    return row;
  }
}

/** Needed by the worker too, which erases accounts. */
@Module({ providers: [EntriesUserData] })
export class EntriesUserDataModule {}
