import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Scope } from '../../../platform/http/scopes.js';
import type { UserId } from '../../../platform/ids.js';
import type { SlotId } from '../auth.schema.js';

/** One API key: what recognises it. The slot that it opens, where it has one, has the same id. */
@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: SlotId;

  @Column('text')
  name!: string;

  /** SHA-256 of the secret. */
  @Column('bytea', { name: 'secret_hash' })
  secretHash!: Uint8Array;

  @Column('text')
  hint!: string;

  @Column('text', { array: true })
  scopes!: Scope[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
}
