import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import { sizes } from '../../tiers/sizes.js';
import type { TierName } from '../../tiers/tiers.schema.js';

@Entity('users')
export class UserEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @Column('text')
  tier!: TierName;

  /** As it was typed; `sign_in_names` holds the form that is compared. */
  @Column('text')
  email!: string;

  @Column('timestamptz', { name: 'email_verified_at', nullable: true })
  emailVerifiedAt!: Date | null;

  @Column('text', { name: 'display_name', nullable: true })
  displayName!: string | null;

  /** IANA name, as "Europe/Berlin". */
  @Column('text', { name: 'time_zone', nullable: true })
  timeZone!: string | null;

  /** BCP 47, as "de-AT". */
  @Column('text', { nullable: true })
  locale!: string | null;

  @Column('bytea', { name: 'master_key_id', nullable: true })
  masterKeyId!: Uint8Array | null;

  /** How many earlier versions of each entry are kept. */
  @Column('integer', { name: 'versions_kept' })
  versionsKept!: number;

  /** While it is set nobody signs in, by any way. */
  @Column('timestamptz', { name: 'locked_at', nullable: true })
  lockedAt!: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

export const newUser = (
  known: Pick<UserEntity, 'userId' | 'tier' | 'email' | 'masterKeyId' | 'createdAt'>,
): UserEntity => ({
  ...known,
  emailVerifiedAt: null,
  lockedAt: null,
  versionsKept: sizes.versionsMax,
  displayName: null,
  timeZone: null,
  locale: null,
});
