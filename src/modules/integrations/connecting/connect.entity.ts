import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { SessionId } from '../../auth/auth.schema.js';

/** A connecting that was begun, and waits for the browser to come back. */
@Entity('connects')
export class ConnectEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'session_id' })
  sessionId!: SessionId;

  @Column('bytea', { name: 'state_hash' })
  stateHash!: Uint8Array;

  @Column('bytea', { name: 'sealed_verifier' })
  sealedVerifier!: Uint8Array;

  @Column('text', { name: 'server_key_id' })
  serverKeyId!: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
