import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';

/** The private half of an identity key, wrapped under the master key. */
@Entity('private_keys')
export class PrivateKeyEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('text')
  algorithm!: 'x25519' | 'ed25519';

  @Column('bytea', { name: 'public_key' })
  publicKey!: Uint8Array;

  @Column('bytea')
  wrapped!: Uint8Array;
}
