import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { SlotId } from '../auth.schema.js';
import { RecoveryCodeEntity } from '../keys/recovery-code.entity.js';
import { SlotEntity } from '../keys/slot.entity.js';
import { RecoveryTokenEntity } from './recovery-token.entity.js';

/** Recovery codes, and the tokens that they give, in PostgreSQL. */
@Injectable()
export class RecoveryRepository {
  /** Burns the code with that verifier; its id, or null when there is none that is unused. Of many at once one wins. */
  async burn(tx: Tx, userId: UserId, verifierHash: Uint8Array, usedAt: Date): Promise<SlotId | null> {
    const [rows]: [{ id: SlotId }[]] = await tx.query(
      `UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND verifier_hash = $2 AND used_at IS NULL RETURNING id`,
      [userId, verifierHash, usedAt],
    );
    return rows[0]?.id ?? null;
  }

  findSlot(tx: Tx, userId: UserId, id: SlotId, kind: 'recovery' | 'reset'): Promise<SlotEntity | null> {
    return tx.findOneBy(SlotEntity, { userId, id, kind });
  }

  async insertSlot(tx: Tx, slot: SlotEntity): Promise<void> {
    await tx.insert(SlotEntity, slot);
  }

  async deleteSlot(tx: Tx, userId: UserId, id: SlotId): Promise<void> {
    await tx.delete(SlotEntity, { userId, id });
  }

  async insertToken(tx: Tx, token: RecoveryTokenEntity): Promise<void> {
    await tx.insert(RecoveryTokenEntity, token);
  }

  /** Takes the token out; null when it is not there, any more or at all. */
  async takeToken(
    tx: Tx,
    userId: UserId,
    id: SlotId,
    secretHash: Uint8Array,
    now: Date,
  ): Promise<RecoveryTokenEntity | null> {
    const token = await tx.findOne(RecoveryTokenEntity, {
      where: { userId, id, secretHash },
      lock: { mode: 'pessimistic_write' },
    });
    if (!token || token.expiresAt <= now) return null;
    await tx.delete(RecoveryTokenEntity, { userId, id });
    return token;
  }

  /** Whether such a token is there, before the work is done that its use costs. */
  findToken(tx: Tx, userId: UserId, id: SlotId, secretHash: Uint8Array): Promise<RecoveryTokenEntity | null> {
    return tx.findOneBy(RecoveryTokenEntity, { userId, id, secretHash });
  }

  /** Puts a fresh set of codes in the place of all that are there. */
  async replaceCodes(
    tx: Tx,
    userId: UserId,
    codes: readonly { row: RecoveryCodeEntity; slot: SlotEntity }[],
  ): Promise<void> {
    await tx.delete(SlotEntity, { userId, kind: 'recovery' });
    await tx.delete(RecoveryCodeEntity, { userId, usedAt: IsNull() });
    await tx.insert(
      RecoveryCodeEntity,
      codes.map(({ row }) => row),
    );
    await tx.insert(
      SlotEntity,
      codes.map(({ slot }) => slot),
    );
  }
}
