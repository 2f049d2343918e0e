import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../platform/ids.js';
import type { EntryId } from '../entries/entries.schema.js';
import type { EntryKind } from '../entries/kinds.js';

/** Who brings something: a session or API key of the user's, or a service on their behalf. */
export const bringers = ['session', 'api_key', 'facebook'] as const;
export type Bringer = (typeof bringers)[number];

/** What was brought while its owner was away, sealed to the owner's public key. */
@Entity('inbox_items')
export class InboxItemEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  /** Of the entry that it becomes. */
  @PrimaryColumn('uuid')
  id!: EntryId;

  /** The order in which items came: the number of the event in the ledger. */
  @Column('bigint')
  seq!: number;

  @Column('text')
  kind!: EntryKind;

  @Column('date', { name: 'entry_date', nullable: true })
  entryDate!: string | null;

  @Column('text', { nullable: true })
  source!: string | null;

  @Column('text', { name: 'external_id', nullable: true })
  externalId!: string | null;

  @Column('text', { name: 'brought_by' })
  broughtBy!: Bringer;

  /** Of the session, API key or connection; it may be gone. */
  @Column('uuid', { name: 'brought_by_id', nullable: true })
  broughtById!: string | null;

  @Column('text', { name: 'sealed_by' })
  sealedBy!: 'client' | 'server';

  @Column('bytea')
  sealed!: Uint8Array;

  @Column('bytea', { name: 'boxed_key' })
  boxedKey!: Uint8Array;

  /** The type of the problem that kept it from becoming an entry. */
  @Column('text', { nullable: true })
  fault!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  /** When it is erased: some time after its owner was told of it, or threw it away. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}
