import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { DeviceId } from '../../auth/auth.schema.js';
import type { EntryId } from '../entries.schema.js';
import type { EntryKind } from '../kinds.js';

/** What an entry was before its latest change. */
@Entity('entry_versions')
export class EntryVersionEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid', { name: 'entry_id' })
  entryId!: EntryId;

  @PrimaryColumn('bigint')
  version!: number;

  @Column('text')
  kind!: EntryKind;

  @Column('date', { name: 'entry_date', nullable: true })
  entryDate!: string | null;

  @Column('uuid', { name: 'device_id', nullable: true })
  deviceId!: DeviceId | null;

  @Column('bytea')
  sealed!: Uint8Array;

  @Column('bytea', { name: 'wrapped_key' })
  wrappedKey!: Uint8Array;

  @Column('bytea', { name: 'envelope_hash' })
  envelopeHash!: Uint8Array;

  @Column('bytea', { name: 'prev_envelope_hash' })
  prevEnvelopeHash!: Uint8Array;

  @Column('timestamptz', { name: 'written_at' })
  writtenAt!: Date;
}
