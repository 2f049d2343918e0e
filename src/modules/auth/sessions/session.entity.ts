import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { DeviceId, SessionId } from '../auth.schema.js';

/** One sign-in and all that was refreshed from it. */
@Entity('sessions')
export class SessionEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: SessionId;

  @Column('uuid', { name: 'device_id', nullable: true })
  deviceId!: DeviceId | null;

  /** Coarse: browser or app and system, without versions. */
  @Column('text', { name: 'user_agent', nullable: true })
  userAgent!: string | null;

  /** When the password was last given in this session. */
  @Column('timestamptz', { name: 'password_at', nullable: true })
  passwordAt!: Date | null;

  /** SHA-256 of the refresh secret that is valid now. */
  @Column('bytea', { name: 'refresh_hash' })
  refreshHash!: Uint8Array;

  /** SHA-256 of the one before it, which still answers the same successor until `graceEndsAt`. */
  @Column('bytea', { name: 'previous_refresh_hash', nullable: true })
  previousRefreshHash!: Uint8Array | null;

  @Column('timestamptz', { name: 'grace_ends_at', nullable: true })
  graceEndsAt!: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at' })
  lastUsedAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
