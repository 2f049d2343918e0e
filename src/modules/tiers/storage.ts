import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import type { Tx } from '../../platform/database/database.js';
import type { UserId } from '../../platform/ids.js';
import { StorageEntity } from './storage.entity.js';
import { OutOfStorage } from './tiers.problems.js';

/** A number of bytes, as they are stored: sealed. */
export interface Amount {
  readonly bytes: number;
}

/** How much a user has stored, and may store. */
export interface StorageState {
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

/** Counts what each user stores, in the transaction that stores it, under a quota. */
@Injectable()
export class Storage {
  constructor(private readonly config: Config) {}

  /** Begins counting, with the account. */
  async begin(tx: Tx, userId: UserId): Promise<void> {
    await tx.insert(StorageEntity, { userId, usedBytes: 0, quotaBytes: null });
  }

  /** Counts `bytes` more: nobody gets past the quota, however many write at once. @throws OutOfStorage */
  async assertRoom(tx: Tx, userId: UserId, { bytes }: Amount): Promise<void> {
    const [, counted]: [unknown, number] = await tx.query(
      `UPDATE storage SET used_bytes = used_bytes + $2
       WHERE user_id = $1 AND used_bytes + $2 <= coalesce(quota_bytes, $3)`,
      [userId, bytes, this.config.values.STORAGE_BYTES_MAX],
    );
    if (counted === 1) return;
    const { usedBytes, quotaBytes } = await this.of(tx, userId);
    throw new OutOfStorage({ used_bytes: usedBytes, quota_bytes: quotaBytes, wanted_bytes: bytes });
  }

  /** Counts `bytes` less: they were erased. */
  async release(tx: Tx, userId: UserId, { bytes }: Amount): Promise<void> {
    await tx.query(`UPDATE storage SET used_bytes = used_bytes - $2 WHERE user_id = $1`, [userId, bytes]);
  }

  async of(tx: Tx, userId: UserId): Promise<StorageState> {
    const row = await tx.findOneBy(StorageEntity, { userId });
    if (!row) throw new Error('a user whose storage is not counted');
    return { usedBytes: row.usedBytes, quotaBytes: row.quotaBytes ?? this.config.values.STORAGE_BYTES_MAX };
  }

  /** Gives a user a quota of their own; null for the one of everybody. False where there is no such user. */
  async setQuota(tx: Tx, userId: UserId, quotaBytes: number | null): Promise<boolean> {
    const { affected } = await tx.update(StorageEntity, { userId }, { quotaBytes });
    return affected === 1;
  }
}
