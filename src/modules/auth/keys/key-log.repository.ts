import { StatementType } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { DeviceId } from '../auth.schema.js';
import { KeyStatementEntity } from './key-statement.entity.js';
import { PrivateKeyEntity } from './private-key.entity.js';

/** More than any log has: devices are added to the first half alone, so that each can be revoked in the second. */
export const STATEMENTS_MAX = 10_000;

/** Key logs in PostgreSQL. */
@Injectable()
export class KeyLogRepository {
  /** The whole log, oldest first. */
  list(tx: Tx, userId: UserId): Promise<KeyStatementEntity[]> {
    return tx.find(KeyStatementEntity, { where: { userId }, order: { n: 'ASC' }, take: STATEMENTS_MAX });
  }

  find(tx: Tx, userId: UserId, n: number): Promise<KeyStatementEntity | null> {
    return tx.findOneBy(KeyStatementEntity, { userId, n });
  }

  findLast(tx: Tx, userId: UserId): Promise<KeyStatementEntity | null> {
    return tx.findOne(KeyStatementEntity, { where: { userId }, order: { n: 'DESC' } });
  }

  /** The identity in force. */
  findIdentity(tx: Tx, userId: UserId): Promise<KeyStatementEntity | null> {
    return tx.findOne(KeyStatementEntity, { where: { userId, type: StatementType.identity }, order: { n: 'DESC' } });
  }

  /** What the log says of a device: nothing, that it was added, or also that it was revoked. */
  listOfDevice(tx: Tx, userId: UserId, deviceId: DeviceId): Promise<KeyStatementEntity[]> {
    return tx.find(KeyStatementEntity, { where: { userId, deviceId }, order: { n: 'ASC' }, take: 2 });
  }

  /** By device, the number of the statement that added it; without those that were revoked, or never added. */
  async numbersOf(tx: Tx, userId: UserId, deviceIds: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, number>> {
    const rows: { device_id: DeviceId; n: number }[] = await tx.query(
      `SELECT device_id, min(n) AS n FROM key_log WHERE user_id = $1 AND device_id = ANY($2)
       GROUP BY device_id HAVING max(type) = $3`,
      [userId, deviceIds, StatementType.device],
    );
    return new Map(rows.map(({ device_id: id, n }) => [id, n]));
  }

  async insert(tx: Tx, statement: KeyStatementEntity): Promise<void> {
    await tx.insert(KeyStatementEntity, statement);
  }

  /** The account's key for signing, wrapped. */
  findSigningKey(tx: Tx, userId: UserId): Promise<PrivateKeyEntity | null> {
    return tx.findOneBy(PrivateKeyEntity, { userId, algorithm: 'ed25519' });
  }

  /** The account's key for receiving, wrapped. */
  findReceivingKey(tx: Tx, userId: UserId): Promise<PrivateKeyEntity | null> {
    return tx.findOneBy(PrivateKeyEntity, { userId, algorithm: 'x25519' });
  }
}
