import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { SlotId } from '../auth.schema.js';

/** What a used recovery code gave: one reset of the password. In the uce tier a slot has the same id. */
@Entity('recovery_tokens')
export class RecoveryTokenEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: SlotId;

  /** SHA-256 of the token's secret. */
  @Column('bytea', { name: 'secret_hash' })
  secretHash!: Uint8Array;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
