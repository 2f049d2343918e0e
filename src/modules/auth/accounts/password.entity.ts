import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { TierName } from '../../tiers/tiers.schema.js';

/** What decides whether a password is right: a keyed hash of the authentication key, useless without the pepper. */
@Entity('passwords')
export class PasswordEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  /** The account's; a foreign key holds the two together, so that neither can be changed in place. */
  @Column('text')
  tier!: TierName;

  @Column('bytea')
  verifier!: Uint8Array;

  @Column('text', { name: 'pepper_id' })
  pepperId!: string;

  @Column('timestamptz', { name: 'changed_at' })
  changedAt!: Date;
}
