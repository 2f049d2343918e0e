import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { DeviceId, SessionId, SlotId } from '../auth.schema.js';
import type { TierName } from '../../tiers/tiers.schema.js';
import { SlotEntity, type SlotKind } from '../keys/slot.entity.js';
import { DeviceEntity } from './device.entity.js';
import { SessionEntity } from './session.entity.js';

/** All that a request needs to know of its session, in one read. */
export interface SignedInRow {
  readonly device_id: DeviceId | null;
  readonly tier: TierName;
  readonly master_key_id: Uint8Array | null;
  /** The access slot's; null in the e2e tier. */
  readonly wrapped: Uint8Array | null;
  readonly pepper_id: string | null;
}

/** A session as it is listed. */
export interface SessionRow {
  readonly id: SessionId;
  readonly device_id: DeviceId | null;
  readonly device_name: string | null;
  readonly user_agent: string | null;
  readonly created_at: Date;
  readonly last_used_at: Date;
  readonly expires_at: Date;
}

/** Sessions and their slots in PostgreSQL. */
@Injectable()
export class SessionsRepository {
  async insert(tx: Tx, session: SessionEntity): Promise<void> {
    await tx.insert(SessionEntity, session);
  }

  async insertSlots(tx: Tx, slots: readonly SlotEntity[]): Promise<void> {
    if (slots.length > 0) await tx.insert(SlotEntity, [...slots]);
  }

  find(tx: Tx, userId: UserId, id: SessionId): Promise<SessionEntity | null> {
    return tx.findOneBy(SessionEntity, { userId, id });
  }

  /** The sessions that are alive at `now`, the most recently used first. */
  list(tx: Tx, userId: UserId, now: Date, limit: number): Promise<SessionRow[]> {
    return tx.query(
      `SELECT sessions.id, device_id, devices.name AS device_name, user_agent, sessions.created_at, last_used_at, expires_at
       FROM sessions LEFT JOIN devices ON devices.user_id = sessions.user_id AND devices.id = sessions.device_id
       WHERE sessions.user_id = $1 AND expires_at > $2 ORDER BY last_used_at DESC, sessions.id DESC LIMIT $3`,
      [userId, now, limit],
    );
  }

  /** The session, locked until the transaction ends. */
  findLocked(tx: Tx, userId: UserId, id: SessionId): Promise<SessionEntity | null> {
    return tx.findOne(SessionEntity, { where: { userId, id }, lock: { mode: 'pessimistic_write' } });
  }

  /** The session's slot of a kind that it has once. */
  findSlot(tx: Tx, userId: UserId, sessionId: SessionId, kind: 'refresh' | 'grace'): Promise<SlotEntity | null> {
    return tx.findOneBy(SlotEntity, { userId, sessionId, kind });
  }

  async deleteSlots(tx: Tx, userId: UserId, sessionId: SessionId, kinds: readonly SlotKind[]): Promise<void> {
    for (const kind of kinds) await tx.delete(SlotEntity, { userId, sessionId, kind });
  }

  async update(tx: Tx, { userId, id }: SessionEntity, change: Partial<SessionEntity>): Promise<void> {
    await tx.update(SessionEntity, { userId, id }, change);
  }

  /** Ends a session; its slots go with it. False when it had ended before. */
  async delete(tx: Tx, userId: UserId, id: SessionId): Promise<boolean> {
    const { affected } = await tx.delete(SessionEntity, { userId, id });
    return affected === 1;
  }

  async deleteAll(tx: Tx, userId: UserId): Promise<void> {
    await tx.delete(SessionEntity, { userId });
  }

  /** Ends all but the `count` most recently used sessions. */
  async keepNewest(tx: Tx, userId: UserId, count: number): Promise<void> {
    await tx.query(
      `DELETE FROM sessions WHERE user_id = $1 AND id IN (
         SELECT id FROM sessions WHERE user_id = $1 ORDER BY last_used_at DESC, id DESC OFFSET $2)`,
      [userId, count],
    );
  }

  /** Whether the account is locked: stays so until the transaction ends, whoever locks or unlocks it meanwhile. */
  async isLocked(tx: Tx, userId: UserId): Promise<boolean> {
    const rows: unknown[] = await tx.query(`SELECT FROM users WHERE user_id = $1 AND locked_at IS NULL FOR SHARE`, [
      userId,
    ]);
    return rows.length === 0;
  }

  async touchDevice(tx: Tx, userId: UserId, id: DeviceId, lastSeenAt: Date): Promise<void> {
    await tx.update(DeviceEntity, { userId, id }, { lastSeenAt });
  }

  /** Says of a user's only session on which device it is. */
  async placeOnDevice(tx: Tx, userId: UserId, deviceId: DeviceId): Promise<void> {
    await tx.update(SessionEntity, { userId }, { deviceId });
  }

  /** What stands behind an access token at `now`; null when nothing does. */
  async findSignedIn(tx: Tx, userId: UserId, id: SessionId, slotId: SlotId, now: Date): Promise<SignedInRow | null> {
    const rows: SignedInRow[] = await tx.query(
      `SELECT sessions.device_id, users.tier, users.master_key_id, slots.wrapped, slots.pepper_id
       FROM sessions
       JOIN users ON users.user_id = sessions.user_id
       LEFT JOIN slots ON slots.user_id = sessions.user_id AND slots.id = $3 AND slots.session_id = sessions.id
         AND slots.kind = 'access' AND slots.expires_at > $4
       WHERE sessions.user_id = $1 AND sessions.id = $2 AND sessions.expires_at > $4 AND users.locked_at IS NULL`,
      [userId, id, slotId, now],
    );
    return rows[0] ?? null;
  }
}
