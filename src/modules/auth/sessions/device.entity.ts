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

  /** X25519, as the client gave it; the key log says whether it was signed. */
  @Column('bytea', { name: 'public_key', nullable: true })
  publicKey!: Uint8Array | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_seen_at' })
  lastSeenAt!: Date;
}
