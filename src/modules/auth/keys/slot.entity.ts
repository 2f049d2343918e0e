import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { SessionId, SlotId } from '../auth.schema.js';

export type SlotKind = 'password' | 'recovery' | 'refresh' | 'access' | 'grace' | 'reset' | 'api_key';

/** The master key under one secret that the server does not keep (a grace slot: the next refresh secret). */
@Entity('slots')
export class SlotEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: SlotId;

  @Column('text')
  kind!: SlotKind;

  @Column('uuid', { name: 'session_id', nullable: true })
  sessionId!: SessionId | null;

  @Column('text', { name: 'pepper_id', nullable: true })
  pepperId!: string | null;

  @Column('integer', { name: 'kdf_m_kib', nullable: true })
  kdfMKib!: number | null;

  @Column('integer', { name: 'kdf_t', nullable: true })
  kdfT!: number | null;

  @Column('bytea', { nullable: true })
  salt!: Uint8Array | null;

  @Column('bytea', { name: 'master_key_id' })
  masterKeyId!: Uint8Array;

  @Column('bytea')
  wrapped!: Uint8Array;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at' })
  lastUsedAt!: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
}
