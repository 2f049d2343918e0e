import type { MasterKey } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { newId, type UserId } from '../../../platform/ids.js';
import { SecurityEvents } from '../accounts/security-events.js';
import { DeviceNotFound } from '../auth.problems.js';
import type { Device, DeviceId, DeviceView, SessionId } from '../auth.schema.js';
import type { Caller } from '../caller.js';
import { KeyLog } from '../keys/key-log.js';
import type { DeviceEntity } from './device.entity.js';
import { DevicesRepository } from './devices.repository.js';
import { toDeviceView } from './session.views.js';
import type { DeviceChange, DeviceListView } from './sessions.schema.js';

/** The session that begins on a device, and the key that is open in it: in the e2e tier none. */
interface Beginning {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly master: MasterKey | null;
}

/** The devices that a user signed in from. */
@Injectable()
export class DevicesService {
  constructor(
    private readonly db: Database,
    private readonly devices: DevicesRepository,
    private readonly keyLog: KeyLog,
    private readonly events: SecurityEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * Notes where a session begins, in its transaction, whose first lock is the ledger's. A key that the device brings is
   * signed here where the master key is open (uce); an e2e client signs it afterwards.
   */
  async add(tx: Tx, { userId, sessionId, master }: Beginning, device: Device): Promise<DeviceView> {
    const { device_name: name, device_type: type, platform, public_key: publicKey = null } = device;
    const now = this.clock.now();
    const row: DeviceEntity = { userId, id: newId(), name, type, platform, publicKey, createdAt: now, lastSeenAt: now };
    await this.devices.insert(tx, row);
    await this.events.record(tx, { type: 'device_added', userId, sessionId, deviceId: row.id, subjectId: row.id });
    const isSigned = publicKey !== null && master !== null;
    return toDeviceView(row, isSigned ? await this.keyLog.addDevice(tx, { userId, master }, row.id, publicKey) : null);
  }

  async list({ userId }: Caller): Promise<DeviceListView> {
    const data = await this.db.asUser({ userId }, async (tx) => this.views(tx, await this.devices.list(tx, userId)));
    return { data, next_cursor: null };
  }

  /** @throws DeviceNotFound */
  rename({ userId }: Caller, id: DeviceId, { device_name: name }: DeviceChange): Promise<DeviceView> {
    return this.db.asUser({ userId }, async (tx) => {
      if (!(await this.devices.rename(tx, userId, id, name))) throw new DeviceNotFound();
      const device = await this.devices.find(tx, userId, id);
      const [view] = device ? await this.views(tx, [device]) : [];
      if (!view) throw new DeviceNotFound();
      return view;
    });
  }

  /** Forgets a device, ends its sessions at once and, where the key is open, revokes it. @throws DeviceNotFound */
  async revoke(caller: Caller, id: DeviceId): Promise<void> {
    const { userId, sessionId, deviceId } = caller;
    await this.db.asUser(caller, async (tx) => {
      await this.events.lock(tx, userId);
      if (!(await this.devices.delete(tx, userId, id))) throw new DeviceNotFound();
      await this.events.record(tx, { type: 'device_removed', userId, sessionId, deviceId, subjectId: id });
      if (caller.tier === 'uce' && caller.master)
        await this.keyLog.revokeDevice(tx, { userId, master: caller.master }, id);
    });
  }

  private async views(tx: Tx, devices: readonly DeviceEntity[]): Promise<DeviceView[]> {
    const [first] = devices;
    if (!first) return [];
    const ids = devices.map(({ id }) => id);
    const numbers = await this.keyLog.numbersOf(tx, first.userId, ids);
    return devices.map((device) => toDeviceView(device, numbers.get(device.id) ?? null));
  }
}
