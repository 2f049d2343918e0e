import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { Counts } from '../../../platform/user-data.js';
import { ErasureEntity } from './erasure.entity.js';

/** Whatever opens the account or the diary, keys first. */
const WAYS_IN = [
  'slots',
  'sessions',
  'api_keys',
  'passwords',
  'imported_passwords',
  'recovery_codes',
  'recovery_tokens',
  'sign_in_names',
] as const;

/** Receipts, and what an erasing does beside the user-data port. */
@Injectable()
export class ErasuresRepository {
  find(tx: Tx, userId: UserId): Promise<ErasureEntity | null> {
    return tx.findOneBy(ErasureEntity, { userId });
  }

  /** The receipt, locked until the transaction ends. */
  findLocked(tx: Tx, userId: UserId): Promise<ErasureEntity | null> {
    return tx.findOne(ErasureEntity, { where: { userId }, lock: { mode: 'pessimistic_write' } });
  }

  /** False when the account is being erased already. */
  async insert(tx: Tx, erasure: ErasureEntity): Promise<boolean> {
    const insert = tx.createQueryBuilder().insert().into(ErasureEntity).values(erasure);
    const { raw }: { raw: unknown[] } = await insert.orIgnore().returning('user_id').execute();
    return raw.length === 1;
  }

  /** Locks the account, and deletes every way into it. */
  async closeAccount(tx: Tx, userId: UserId, now: Date): Promise<Counts> {
    await tx.query(`UPDATE users SET locked_at = coalesce(locked_at, $2) WHERE user_id = $1`, [userId, now]);
    const counts: Record<string, number> = {};
    for (const table of WAYS_IN) {
      const [, gone]: [unknown, number] = await tx.query(`DELETE FROM ${table} WHERE user_id = $1`, [userId]);
      if (gone > 0) counts[table] = gone;
    }
    return counts;
  }

  /** Adds to what is gone. */
  async count(tx: Tx, userId: UserId, counts: Counts): Promise<void> {
    for (const [kind, gone] of Object.entries(counts))
      await tx.query(
        `UPDATE erasures SET counts = counts || jsonb_build_object($2::text, coalesce((counts->>$2)::bigint, 0) + $3::bigint)
         WHERE user_id = $1`,
        [userId, kind, gone],
      );
  }

  /** The account itself, and what was still to be done for it. */
  async deleteUser(tx: Tx, userId: UserId): Promise<void> {
    await tx.query(`DELETE FROM outbox WHERE user_id = $1`, [userId]);
    await tx.query(`DELETE FROM users WHERE user_id = $1`, [userId]);
  }

  async setErased(tx: Tx, userId: UserId, erasedAt: Date): Promise<void> {
    await tx.update(ErasureEntity, { userId }, { erasedAt });
  }

  async forgetAddress(tx: Tx, userId: UserId): Promise<void> {
    await tx.update(ErasureEntity, { userId }, { email: null });
  }
}
