import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import { DeviceNotFound } from '../auth.problems.js';
import type { DeviceId } from '../auth.schema.js';
import type { Caller } from '../caller.js';
import { DevicesRepository } from './devices.repository.js';
import { toDeviceView } from './session.views.js';
import type { DeviceChange, DeviceListView, DeviceView } from './sessions.schema.js';

/** The devices that a user signed in from. */
@Injectable()
export class DevicesService {
  constructor(
    private readonly db: Database,
    private readonly devices: DevicesRepository,
  ) {}

  async list({ userId }: Caller): Promise<DeviceListView> {
    const found = await this.db.asUser({ userId }, (tx) => this.devices.list(tx, userId));
    return { data: found.map(toDeviceView), next_cursor: null };
  }

  /** @throws DeviceNotFound */
  rename({ userId }: Caller, id: DeviceId, { device_name: name }: DeviceChange): Promise<DeviceView> {
    return this.db.asUser({ userId }, async (tx) => {
      if (!(await this.devices.rename(tx, userId, id, name))) throw new DeviceNotFound();
      const device = await this.devices.find(tx, userId, id);
      if (!device) throw new DeviceNotFound();
      return toDeviceView(device);
    });
  }

  /** Forgets a device and ends its sessions at once. @throws DeviceNotFound */
  async revoke({ userId }: Caller, id: DeviceId): Promise<void> {
    const wasThere = await this.db.asUser({ userId }, (tx) => this.devices.delete(tx, userId, id));
    if (!wasThere) throw new DeviceNotFound();
  }
}
