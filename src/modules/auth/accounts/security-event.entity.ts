import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { DeviceId, SessionId } from '../auth.schema.js';
import type { SecurityEventType } from './events.schema.js';

/** Something that the owner of an account should be able to see happened to it. */
@Entity('security_events')
export class SecurityEventEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  type!: SecurityEventType;

  @Column('uuid', { name: 'session_id', nullable: true })
  sessionId!: SessionId | null;

  @Column('uuid', { name: 'device_id', nullable: true })
  deviceId!: DeviceId | null;

  /** The device, API key or connection that was added or taken away. */
  @Column('uuid', { name: 'subject_id', nullable: true })
  subjectId!: string | null;

  /** What the operator gave as reason, where an operator did it. */
  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('timestamptz')
  at!: Date;
}
