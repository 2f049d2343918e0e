import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../platform/ids.js';

/** How much of the store a user takes. */
@Entity('storage')
export class StorageEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @Column('bigint', { name: 'used_bytes' })
  usedBytes!: number;

  /** What this user may have; null where it is what everybody may. */
  @Column('bigint', { name: 'quota_bytes', nullable: true })
  quotaBytes!: number | null;
}
