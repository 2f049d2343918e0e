import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';

/** An address that waits to be proved by the code that was mailed to it. */
@Entity('email_codes')
export class EmailCodeEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @Column('text')
  email!: string;

  /** Null until the code is on its way: it is made by whoever sends it, and kept nowhere else. */
  @Column('bytea', { name: 'code_hash', nullable: true })
  codeHash!: Uint8Array | null;

  @Column('integer', { name: 'tries_left' })
  triesLeft!: number;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
