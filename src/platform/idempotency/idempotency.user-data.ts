import { Injectable } from '@nestjs/common';
import type { Principal, Tx } from '../database/database.js';
import { UserData } from '../user-data.js';

/** The requests of the last day that came with an Idempotency-Key. */
@Injectable()
export class IdempotencyUserData extends UserData {
  readonly name = 'repeatable_requests';
  readonly tables = [{ name: 'idempotency_keys', key: 'key_hash' }];

  tell(tx: Tx, { userId }: Principal): Promise<unknown> {
    return tx.query(
      `SELECT status, made, expires_at FROM idempotency_keys WHERE user_id = $1 ORDER BY expires_at LIMIT 10000`,
      [userId],
    );
  }
}
