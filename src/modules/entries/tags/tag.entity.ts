import { Column, Entity, PrimaryColumn } from 'typeorm';
import { z } from 'zod';
import type { UserId } from '../../../platform/ids.js';

export const TagId = z.uuidv7().toLowerCase().brand<'TagId'>();
export type TagId = z.infer<typeof TagId>;

/** A tag of a user: a token, and in the uce tier its sealed name. */
@Entity('tags')
export class TagEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: TagId;

  @Column('bytea')
  token!: Uint8Array;

  /** Null in the e2e tier, where names are in the content alone. */
  @Column('bytea', { name: 'sealed_name', nullable: true })
  sealedName!: Uint8Array | null;

  @Column('bytea', { name: 'wrapped_key', nullable: true })
  wrappedKey!: Uint8Array | null;
}
