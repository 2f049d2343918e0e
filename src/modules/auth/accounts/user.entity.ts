import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { TierName } from '../auth.schema.js';

@Entity('users')
export class UserEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @Column('text')
  tier!: TierName;

  /** As it was typed; `sign_in_names` holds the form that is compared. */
  @Column('text')
  email!: string;

  @Column('bytea', { name: 'master_key_id', nullable: true })
  masterKeyId!: Uint8Array | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
