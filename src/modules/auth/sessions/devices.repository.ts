import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { DeviceId } from '../auth.schema.js';
import { DeviceEntity } from './device.entity.js';

const LISTED_MAX = 200;

/** Devices in PostgreSQL. */
@Injectable()
export class DevicesRepository {
  async insert(tx: Tx, device: DeviceEntity): Promise<void> {
    await tx.insert(DeviceEntity, device);
  }

  find(tx: Tx, userId: UserId, id: DeviceId): Promise<DeviceEntity | null> {
    return tx.findOneBy(DeviceEntity, { userId, id });
  }

  /** The most recently seen first. */
  list(tx: Tx, userId: UserId): Promise<DeviceEntity[]> {
    return tx.find(DeviceEntity, { where: { userId }, order: { lastSeenAt: 'DESC', id: 'DESC' }, take: LISTED_MAX });
  }

  async rename(tx: Tx, userId: UserId, id: DeviceId, name: string): Promise<boolean> {
    const { affected } = await tx.update(DeviceEntity, { userId, id }, { name });
    return affected === 1;
  }

  /** Its sessions, and their slots, go with it. */
  async delete(tx: Tx, userId: UserId, id: DeviceId): Promise<boolean> {
    const { affected } = await tx.delete(DeviceEntity, { userId, id });
    return affected === 1;
  }
}
