import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';

/** Who is meant by an address, before anybody has signed in: the only rows that are not one user's own. */
@Entity('sign_in_names')
export class SignInNameEntity {
  @PrimaryColumn('text')
  kind!: 'email';

  @PrimaryColumn('text')
  name!: string;

  @Column('uuid', { name: 'user_id' })
  userId!: UserId;
}
