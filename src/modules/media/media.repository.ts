import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import type { Tx } from '../../platform/database/database.js';
import type { UserId } from '../../platform/ids.js';
import { MediaEntity } from './media.entity.js';
import type { MediaId } from './media.schema.js';

/** The place of something in the list: newest first. */
export interface MediaPlace {
  readonly createdAt: Date;
  readonly id: MediaId;
}

export interface MediaFilter {
  readonly type?: 'image' | 'video' | 'audio' | 'other' | undefined;
  readonly isDeleted: boolean;
}

/** Media in PostgreSQL; the objects themselves are in the store. */
@Injectable()
export class MediaRepository {
  /** What is being erased too. */
  find(tx: Tx, userId: UserId, id: MediaId): Promise<MediaEntity | null> {
    return tx.findOneBy(MediaEntity, { userId, id });
  }

  findAll(tx: Tx, userId: UserId, ids: readonly MediaId[]): Promise<MediaEntity[]> {
    if (ids.length === 0) return Promise.resolve([]);
    return tx.findBy(MediaEntity, { userId, id: In([...ids]), erasingAt: IsNull() });
  }

  /** The thumbnails of some that can be shown, the latest last. */
  listThumbnails(tx: Tx, userId: UserId, ids: readonly MediaId[]): Promise<MediaEntity[]> {
    if (ids.length === 0) return Promise.resolve([]);
    const where = { userId, thumbnailOf: In([...ids]), state: 'ready', deletedAt: IsNull() } as const;
    return tx.find(MediaEntity, { where, order: { readyAt: 'ASC', id: 'ASC' } });
  }

  /** All that hangs on one as its thumbnail, in whatever state. */
  listThumbnailsOf(tx: Tx, userId: UserId, id: MediaId): Promise<MediaEntity[]> {
    return tx.findBy(MediaEntity, { userId, thumbnailOf: id });
  }

  /** False when the id is taken. */
  async insert(tx: Tx, media: MediaEntity): Promise<boolean> {
    const insert = tx.createQueryBuilder().insert().into(MediaEntity).values(media);
    const { raw }: { raw: unknown[] } = await insert.orIgnore().returning('id').execute();
    return raw.length === 1;
  }

  async update(tx: Tx, { userId, id }: MediaEntity, change: Partial<MediaEntity>): Promise<void> {
    await tx.update(MediaEntity, { userId, id }, change);
  }

  /** Takes an upload in parts, or another or none, in the place of the one that `media` has; false when it has none such now. */
  async replaceUpload(tx: Tx, media: MediaEntity, uploadId: string | null): Promise<boolean> {
    const { userId, id, objectName } = media;
    const from = { objectName, uploadId: media.uploadId ?? IsNull(), state: 'reserved', erasingAt: IsNull() } as const;
    const { affected } = await tx.update(MediaEntity, { userId, id, ...from }, { uploadId });
    if (affected !== 1) return false;
    await this.forgetParts(tx, media);
    return true;
  }

  /** Reserves another place in the store for it; false when somebody has settled or given up the one that `media` has. */
  async move(tx: Tx, media: MediaEntity, objectName: string): Promise<boolean> {
    const { userId, id } = media;
    const from = { objectName: media.objectName, state: 'reserved', erasingAt: IsNull() } as const;
    const { affected } = await tx.update(MediaEntity, { userId, id, ...from }, { objectName, uploadId: null });
    if (affected !== 1) return false;
    await this.forgetParts(tx, media);
    return true;
  }

  /** Says that the store has lost it, or has it again; false when it is not there any more as it was. */
  async replaceState(tx: Tx, { userId, id, state: from }: MediaEntity, state: MediaEntity['state']): Promise<boolean> {
    const { affected } = await tx.update(MediaEntity, { userId, id, state: from, erasingAt: IsNull() }, { state });
    return affected === 1;
  }

  /** False when it is not there any more; what was reserved under its id since then stays. */
  async delete(tx: Tx, { userId, id, objectName }: MediaEntity): Promise<boolean> {
    const { affected } = await tx.delete(MediaEntity, { userId, id, objectName });
    return affected === 1;
  }

  /** Uploaded media without thumbnails, newest first, from behind `after` on. */
  list(tx: Tx, userId: UserId, filter: MediaFilter, limit: number, after?: MediaPlace): Promise<MediaEntity[]> {
    const query = tx.createQueryBuilder(MediaEntity, 'media').where('media.userId = :userId', { userId });
    query.andWhere(`media.state <> 'reserved' AND media.erasingAt IS NULL AND media.thumbnailOf IS NULL`);
    query.andWhere(filter.isDeleted ? 'media.deletedAt IS NOT NULL' : 'media.deletedAt IS NULL');
    if (filter.type === 'other') query.andWhere(`media.contentType NOT SIMILAR TO '(image|video|audio)/%'`);
    else if (filter.type) query.andWhere('media.contentType LIKE :type', { type: `${filter.type}/%` });
    if (after) query.andWhere('(media.createdAt, media.id) < (:createdAt, :id)', { ...after });
    return query.orderBy('media.createdAt', 'DESC').addOrderBy('media.id', 'DESC').limit(limit).getMany();
  }

  /** Any of a user's, by id, from behind `after` on: for whoever goes through all of them. */
  listAll(tx: Tx, userId: UserId, limit: number, after?: MediaId): Promise<MediaEntity[]> {
    const query = tx.createQueryBuilder(MediaEntity, 'media').where('media.userId = :userId', { userId });
    if (after) query.andWhere('media.id > :after', { after });
    return query.orderBy('media.id').limit(limit).getMany();
  }

  /** Some of a user's, thumbnails before what they show: in this order each can be taken away by itself. */
  listToForget(tx: Tx, userId: UserId, limit: number): Promise<MediaEntity[]> {
    const query = tx.createQueryBuilder(MediaEntity, 'media').where('media.userId = :userId', { userId });
    return query.orderBy('media.thumbnailOf', 'ASC', 'NULLS LAST').addOrderBy('media.id').limit(limit).getMany();
  }

  async isErased(tx: Tx, userId: UserId, id: MediaId): Promise<boolean> {
    const rows: unknown[] = await tx.query(`SELECT FROM tombstones WHERE user_id = $1 AND id = $2`, [userId, id]);
    return rows.length === 1;
  }

  async bury(tx: Tx, { userId, id }: MediaEntity, erasedAt: Date): Promise<void> {
    await tx.query(
      `INSERT INTO tombstones (user_id, id, erased_at) VALUES ($1, $2, $3) ON CONFLICT (user_id, id) DO NOTHING`,
      [userId, id, erasedAt],
    );
  }

  /** Notes with which checksums parts were announced; a later one counts. */
  async announceParts(
    tx: Tx,
    { userId, id }: MediaEntity,
    parts: readonly { number: number; sha256: Uint8Array }[],
  ): Promise<void> {
    await tx.query(
      `INSERT INTO media_parts (user_id, media_id, number, sha256)
       SELECT $1, $2, number, sha256 FROM unnest($3::int[], $4::bytea[]) AS announced (number, sha256)
       ON CONFLICT (user_id, media_id, number) DO UPDATE SET sha256 = excluded.sha256`,
      [userId, id, parts.map(({ number }) => number), parts.map(({ sha256 }) => Buffer.from(sha256))],
    );
  }

  /** The announced checksums, by number. */
  async listParts(tx: Tx, { userId, id }: MediaEntity): Promise<Map<number, Uint8Array>> {
    const rows: { number: number; sha256: Uint8Array }[] = await tx.query(
      `SELECT number, sha256 FROM media_parts WHERE user_id = $1 AND media_id = $2`,
      [userId, id],
    );
    return new Map(rows.map(({ number, sha256 }) => [number, sha256]));
  }

  async forgetParts(tx: Tx, { userId, id }: MediaEntity): Promise<void> {
    await tx.query(`DELETE FROM media_parts WHERE user_id = $1 AND media_id = $2`, [userId, id]);
  }
}
