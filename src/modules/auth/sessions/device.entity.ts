import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { Device, DeviceId } from '../auth.schema.js';

@Entity('devices')
export class DeviceEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: DeviceId;

  @Column('text')
  name!: string;

  @Column('text')
  type!: Device['device_type'];

  @Column('text')
  platform!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_seen_at' })
  lastSeenAt!: Date;
}
