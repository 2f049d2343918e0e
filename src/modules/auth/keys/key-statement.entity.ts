import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';

/** One signed statement of a user's key log, as published. */
@Entity('key_log')
export class KeyStatementEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('bigint')
  n!: number;

  @Column('bytea')
  statement!: Uint8Array;
}
