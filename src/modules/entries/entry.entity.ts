import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../platform/ids.js';
import type { DeviceId } from '../auth/auth.schema.js';
import type { EntryId } from './entries.schema.js';
import type { EntryKind } from './kinds.js';

/** One diary entry as stored, with the envelope of its current version. Keyed by owner and id: clients choose the id. */
@Entity('entries')
export class EntryEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: EntryId;

  @Column('text')
  kind!: EntryKind;

  @Column('date', { name: 'entry_date', nullable: true })
  entryDate!: string | null;

  /** The diary day, or the day it was written where it has none: the order of lists. */
  @Column('date', { name: 'listed_on' })
  listedOn!: string;

  @Column('text', { nullable: true })
  source!: string | null;

  /** What the source calls it: it is brought in once. */
  @Column('text', { name: 'external_id', nullable: true })
  externalId!: string | null;

  /** Where this version was written; the device may be gone. */
  @Column('uuid', { name: 'device_id', nullable: true })
  deviceId!: DeviceId | null;

  @Column('bigint')
  version!: number;

  @Column('bytea')
  sealed!: Uint8Array;

  @Column('bytea', { name: 'wrapped_key' })
  wrappedKey!: Uint8Array;

  @Column('bytea', { name: 'envelope_hash' })
  envelopeHash!: Uint8Array;

  @Column('bytea', { name: 'prev_envelope_hash' })
  prevEnvelopeHash!: Uint8Array;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  /** When this version was written. */
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  /** Since when it is in the trash. */
  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}
