import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { SlotId } from '../auth.schema.js';

/** One recovery code: what recognises it. The slot that it opens has the same id. */
@Entity('recovery_codes')
export class RecoveryCodeEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: SlotId;

  /** SHA-256 of the verifier, which is derived from the code. */
  @Column('bytea', { name: 'verifier_hash' })
  verifierHash!: Uint8Array;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;
}
