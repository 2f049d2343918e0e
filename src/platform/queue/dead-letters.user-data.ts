import { Injectable } from '@nestjs/common';
import type { Principal, Tx } from '../database/database.js';
import { UserData } from '../user-data.js';

/** What could not be done for a user, and waits for an operator. */
@Injectable()
export class DeadLettersUserData extends UserData {
  readonly name = 'failed_work';
  readonly tables = [{ name: 'dead_letters', key: 'id' }];

  tell(tx: Tx, { userId }: Principal): Promise<unknown> {
    return tx.query(
      `SELECT event, announced_at, failed_at FROM dead_letters WHERE user_id = $1 ORDER BY failed_at LIMIT 10000`,
      [userId],
    );
  }
}
