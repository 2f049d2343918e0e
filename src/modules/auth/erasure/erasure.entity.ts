import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/ids.js';
import type { Counts } from '../../../platform/user-data.js';

/** The receipt of an account that is being erased, or was. */
@Entity('erasures')
export class ErasureEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  /** Random; with the user id it is the receipt. */
  @Column('uuid')
  id!: string;

  /** Where the last letter goes; null when it is sent. */
  @Column('text', { nullable: true })
  email!: string | null;

  @Column('jsonb')
  counts!: Counts;

  @Column('timestamptz', { name: 'asked_at' })
  askedAt!: Date;

  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt!: Date | null;
}
