import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { JobId } from '../../../platform/jobs/jobs.schema.js';
import type { DeviceId, SessionId } from '../../auth/auth.schema.js';
import type { EntryId } from '../../entries/entries.schema.js';
import type { TierName } from '../../tiers/tiers.schema.js';
import type { ConnectionId } from '../integrations.schema.js';

/** A text on its way to a page. The row goes with the outcome, and with its time. */
@Entity('publications')
export class PublicationEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  /** Of the job. */
  @PrimaryColumn('uuid')
  id!: JobId;

  @Column('uuid', { name: 'connection_id' })
  connectionId!: ConnectionId;

  @Column('text', { name: 'page_id' })
  pageId!: string;

  @Column('uuid', { name: 'entry_id' })
  entryId!: EntryId;

  @Column('uuid', { name: 'device_id', nullable: true })
  deviceId!: DeviceId | null;

  @Column('uuid', { name: 'session_id', nullable: true })
  sessionId!: SessionId | null;

  @Column('text')
  tier!: TierName;

  @Column('bytea', { name: 'sealed_text' })
  sealedText!: Uint8Array;

  @Column('text', { name: 'server_key_id' })
  serverKeyId!: string;

  @Column('integer')
  attempts!: number;

  /** Since when it may be on the page. */
  @Column('timestamptz', { name: 'attempted_at', nullable: true })
  attemptedAt!: Date | null;

  /** Until then somebody is at it. */
  @Column('timestamptz', { name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
