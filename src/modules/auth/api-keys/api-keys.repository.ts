import { Injectable } from '@nestjs/common';
import type { Scope } from '../../../platform/http/scopes.js';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { SlotId } from '../auth.schema.js';
import type { TierName } from '../../tiers/tiers.schema.js';
import { SlotEntity } from '../keys/slot.entity.js';
import { ApiKeyEntity } from './api-key.entity.js';

/** All that a request needs to know of its key, in one read. */
export interface KeyRow {
  readonly id: SlotId;
  readonly scopes: Scope[];
  readonly last_used_at: Date | null;
  readonly tier: TierName;
  readonly master_key_id: Uint8Array | null;
  /** The slot that the key opens; null where it has none. */
  readonly wrapped: Uint8Array | null;
}

/** API keys in PostgreSQL. */
@Injectable()
export class ApiKeysRepository {
  count(tx: Tx, userId: UserId): Promise<number> {
    return tx.countBy(ApiKeyEntity, { userId });
  }

  list(tx: Tx, userId: UserId, limit: number): Promise<ApiKeyEntity[]> {
    return tx.find(ApiKeyEntity, { where: { userId }, order: { createdAt: 'DESC', id: 'DESC' }, take: limit });
  }

  async insert(tx: Tx, key: ApiKeyEntity, slot: SlotEntity | null): Promise<void> {
    await tx.insert(ApiKeyEntity, key);
    if (slot) await tx.insert(SlotEntity, slot);
  }

  async delete(tx: Tx, userId: UserId, id: SlotId): Promise<boolean> {
    await tx.delete(SlotEntity, { userId, id, kind: 'api_key' });
    const { affected } = await tx.delete(ApiKeyEntity, { userId, id });
    return affected === 1;
  }

  async deleteAll(tx: Tx, userId: UserId): Promise<void> {
    await tx.delete(SlotEntity, { userId, kind: 'api_key' });
    await tx.delete(ApiKeyEntity, { userId });
  }

  async touch(tx: Tx, userId: UserId, id: SlotId, lastUsedAt: Date): Promise<void> {
    await tx.update(ApiKeyEntity, { userId, id }, { lastUsedAt });
  }

  /** What stands behind a secret at `now`; null when nothing does. */
  async findBySecret(tx: Tx, userId: UserId, secretHash: Uint8Array, now: Date): Promise<KeyRow | null> {
    const rows: KeyRow[] = await tx.query(
      `SELECT api_keys.id, api_keys.scopes, api_keys.last_used_at, users.tier, users.master_key_id, slots.wrapped
       FROM api_keys
       JOIN users ON users.user_id = api_keys.user_id
       LEFT JOIN slots ON slots.user_id = api_keys.user_id AND slots.id = api_keys.id AND slots.kind = 'api_key'
       WHERE api_keys.user_id = $1 AND api_keys.secret_hash = $2 AND users.locked_at IS NULL
         AND (api_keys.expires_at IS NULL OR api_keys.expires_at > $3)`,
      [userId, secretHash, now],
    );
    return rows[0] ?? null;
  }
}
