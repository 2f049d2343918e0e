import type { StatementType } from '@daybook/sdk/crypto';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { DeviceId } from '../auth.schema.js';

/** One signed statement of a user's key log, as published. Type and device are those of the statement. */
@Entity('key_log')
export class KeyStatementEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('bigint')
  n!: number;

  @Column('smallint')
  type!: StatementType;

  @Column('uuid', { name: 'device_id', nullable: true })
  deviceId!: DeviceId | null;

  @Column('bytea')
  statement!: Uint8Array;
}
