import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../platform/ids.js';
import type { MediaId } from './media.schema.js';

/** A sealed object in the store, or one that was announced. */
@Entity('media')
export class MediaEntity {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: UserId;

  @PrimaryColumn('uuid')
  id!: MediaId;

  @Column('text')
  state!: 'reserved' | 'ready' | 'missing';

  @Column('text', { name: 'content_type' })
  contentType!: string;

  /** Of the sealed bytes, as `sha256` is. */
  @Column('bigint', { name: 'byte_size' })
  byteSize!: number;

  /** Null where they are uploaded in parts. */
  @Column('bytea', { nullable: true })
  sha256!: Uint8Array | null;

  /** The end of the object's key: made anew for each reservation, and after each object that was refused. */
  @Column('text', { name: 'object_name' })
  objectName!: string;

  /** The store's name of an upload in parts that is not complete. */
  @Column('text', { name: 'upload_id', nullable: true })
  uploadId!: string | null;

  @Column('bytea', { name: 'wrapped_key' })
  wrappedKey!: Uint8Array;

  @Column('bytea', { name: 'sealed_metadata', nullable: true })
  sealedMetadata!: Uint8Array | null;

  @Column('uuid', { name: 'thumbnail_of', nullable: true })
  thumbnailOf!: MediaId | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'reserved_until' })
  reservedUntil!: Date;

  @Column('timestamptz', { name: 'ready_at', nullable: true })
  readyAt!: Date | null;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;

  /** Since when it is being erased: gone for everybody, though the store may have something of it yet. */
  @Column('timestamptz', { name: 'erasing_at', nullable: true })
  erasingAt!: Date | null;
}

/** How much room it takes: sealed bytes, and what is kept about them that may be long. */
export const bytesOf = ({ byteSize, sealedMetadata }: Pick<MediaEntity, 'byteSize' | 'sealedMetadata'>): number =>
  byteSize + (sealedMetadata?.length ?? 0);
