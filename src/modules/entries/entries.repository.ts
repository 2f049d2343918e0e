import { Injectable } from '@nestjs/common';
import { In, type SelectQueryBuilder } from 'typeorm';
import type { Tx } from '../../platform/database/database.js';
import type { UserId } from '../../platform/ids.js';
import type { EntryId } from './entries.schema.js';
import { EntryEntity } from './entry.entity.js';
import type { EntryKind } from './kinds.js';
import type { TagId } from './tags/tag.entity.js';

/** The place of an entry in the list: newest day first, then newest id. */
export interface ListPlace {
  readonly listedOn: string;
  readonly id: EntryId;
}

/** Which entries are meant, as far as the database can tell; all that is named must hold. */
export interface EntryFilter {
  readonly source?: string | undefined;
  readonly kind?: EntryKind | undefined;
  /** The diary day, first and last. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The trash, instead of the diary. */
  readonly isDeleted?: boolean | undefined;
  readonly hasMedia?: boolean | undefined;
  /** Every one of them. */
  readonly tagIds?: readonly TagId[] | undefined;
}

/** Entries in PostgreSQL. Stateless: every method works inside the caller's transaction. */
@Injectable()
export class EntriesRepository {
  find(tx: Tx, userId: UserId, id: EntryId): Promise<EntryEntity | null> {
    return tx.findOneBy(EntryEntity, { userId, id });
  }

  findExternal(tx: Tx, userId: UserId, source: string, externalId: string): Promise<EntryEntity | null> {
    return tx.findOneBy(EntryEntity, { userId, source, externalId });
  }

  /** Those of `ids` that are there, in no order. */
  findAll(tx: Tx, userId: UserId, ids: readonly EntryId[]): Promise<EntryEntity[]> {
    return tx.findBy(EntryEntity, { userId, id: In([...ids]) });
  }

  /** Adds `entry`; false when its id is already taken. */
  async insert(tx: Tx, entry: EntryEntity): Promise<boolean> {
    const insert = tx.createQueryBuilder().insert().into(EntryEntity).values(entry);
    const { raw }: { raw: unknown[] } = await insert.orIgnore().returning('id').execute();
    return raw.length === 1;
  }

  async update(tx: Tx, { userId, id }: EntryEntity, change: Partial<EntryEntity>): Promise<void> {
    await tx.update(EntryEntity, { userId, id }, change);
  }

  /** Takes away an entry, with all that hangs on it. */
  async delete(tx: Tx, userId: UserId, id: EntryId): Promise<void> {
    await tx.delete(EntryEntity, { userId, id });
  }

  /** At most `limit` entries, from behind `after` on, newest day first. */
  list(tx: Tx, userId: UserId, filter: EntryFilter, limit: number, after?: ListPlace): Promise<EntryEntity[]> {
    const query = tx.createQueryBuilder(EntryEntity, 'entry').where('entry.userId = :userId', { userId });
    narrow(query, filter);
    if (after) query.andWhere('(entry.listedOn, entry.id) < (:listedOn, :id)', { ...after });
    return query.orderBy('entry.listedOn', 'DESC').addOrderBy('entry.id', 'DESC').limit(limit).getMany();
  }

  /** Of the same day in other years, newest year first. @param monthDay `MM-DD` */
  listOnDay(tx: Tx, userId: UserId, monthDay: string, year: string, limit: number): Promise<EntryEntity[]> {
    const query = tx.createQueryBuilder(EntryEntity, 'entry').where('entry.userId = :userId', { userId });
    query.andWhere('entry.deletedAt IS NULL').andWhere(`to_char(entry.listedOn, 'MM-DD') = :monthDay`, { monthDay });
    query.andWhere(`to_char(entry.listedOn, 'YYYY') <> :year`, { year });
    return query.orderBy('entry.listedOn', 'DESC').addOrderBy('entry.id', 'DESC').limit(limit).getMany();
  }

  /** Days with entries, oldest first. */
  countDays(tx: Tx, userId: UserId, from: string, to: string): Promise<{ day: string; count: number }[]> {
    return tx.query(
      `SELECT listed_on AS day, count(*) AS count FROM entries
       WHERE user_id = $1 AND deleted_at IS NULL AND listed_on BETWEEN $2 AND $3 GROUP BY listed_on ORDER BY listed_on`,
      [userId, from, to],
    );
  }

  /** Unbroken runs of days with entries until `to`: first and last day, and how many days. Newest first. */
  listStreaks(tx: Tx, userId: UserId, to: string): Promise<{ first: string; last: string; days: number }[]> {
    return tx.query(
      `SELECT min(day) AS first, max(day) AS last, count(*) AS days
       FROM (SELECT day, day - (row_number() OVER (ORDER BY day))::int AS run
             FROM (SELECT DISTINCT listed_on AS day FROM entries
                   WHERE user_id = $1 AND deleted_at IS NULL AND listed_on <= $2) AS days) AS runs
       GROUP BY run ORDER BY last DESC`,
      [userId, to],
    );
  }
}

function narrow(query: SelectQueryBuilder<EntryEntity>, filter: EntryFilter): void {
  const { source, kind, from, to, hasMedia, isDeleted = false, tagIds = [] } = filter;
  query.andWhere(isDeleted ? 'entry.deletedAt IS NOT NULL' : 'entry.deletedAt IS NULL');
  if (source !== undefined) query.andWhere('entry.source = :source', { source });
  if (kind !== undefined) query.andWhere('entry.kind = :kind', { kind });
  if (from !== undefined) query.andWhere('entry.listedOn >= :from', { from });
  if (to !== undefined) query.andWhere('entry.listedOn <= :to', { to });
  if (hasMedia !== undefined)
    query.andWhere(
      `${hasMedia ? '' : 'NOT '}EXISTS (SELECT FROM entry_media JOIN media
         ON media.user_id = entry_media.user_id AND media.id = entry_media.media_id
         WHERE entry_media.user_id = entry.user_id AND entry_media.entry_id = entry.id AND media.deleted_at IS NULL)`,
    );
  for (const [index, tagId] of tagIds.entries())
    query.andWhere(
      `EXISTS (SELECT FROM entry_tags WHERE entry_tags.user_id = entry.user_id AND entry_tags.entry_id = entry.id
         AND entry_tags.tag_id = :tag${index})`,
      { [`tag${index}`]: tagId },
    );
}
