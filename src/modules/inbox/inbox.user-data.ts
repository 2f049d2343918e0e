import { Injectable } from '@nestjs/common';
import type { Principal, Tx } from '../../platform/database/database.js';
import { UserData } from '../../platform/user-data.js';

/** What waits: nobody opens it without the account's slots. */
@Injectable()
export class InboxUserData extends UserData {
  readonly name = 'inbox';
  readonly tables = [{ name: 'inbox_items', key: 'id' }];

  /** How much it is; the items themselves are `GET /inbox`. */
  async tell(tx: Tx, { userId }: Principal) {
    return tx.query(
      `SELECT brought_by, count(*) AS items, sum(octet_length(sealed) + octet_length(boxed_key))::bigint AS bytes
       FROM inbox_items WHERE user_id = $1 GROUP BY brought_by ORDER BY brought_by`,
      [userId],
    );
  }
}
