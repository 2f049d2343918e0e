import { toBase64url } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import type { Principal, Tx } from '../../platform/database/database.js';
import { UserData } from '../../platform/user-data.js';

/** The history of an account. Its events can be deleted only while the account is being erased: the database sees to it. */
@Injectable()
export class LedgerUserData extends UserData {
  readonly name = 'history';
  readonly tables = [{ name: 'ledger_events', key: 'seq' }, { name: 'ledger_heads' }];

  /** Where it stands; the events themselves are `GET /history`. */
  async tell(tx: Tx, { userId }: Principal) {
    const rows: { seq: number; hash: Uint8Array }[] = await tx.query(
      `SELECT seq, hash FROM ledger_heads WHERE user_id = $1`,
      [userId],
    );
    return rows.map(({ seq, hash }) => ({ seq, hash: toBase64url(hash) }))[0] ?? null;
  }
}
