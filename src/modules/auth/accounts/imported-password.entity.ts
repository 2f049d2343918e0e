import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';

/** The password of an account that was brought from elsewhere, until its first sign-in. */
@Entity('imported_passwords')
export class ImportedPasswordEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @Column('text')
  bcrypt!: string;
}
