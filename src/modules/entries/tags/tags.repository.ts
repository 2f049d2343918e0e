import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { EntryId } from '../entries.schema.js';
import { TagEntity, type TagId } from './tag.entity.js';

/** Which entry has which tag. */
interface Tagging {
  readonly entry_id: EntryId;
  readonly token: Uint8Array;
}

/** Tags and their entries in PostgreSQL. */
@Injectable()
export class TagsRepository {
  find(tx: Tx, userId: UserId, id: TagId): Promise<TagEntity | null> {
    return tx.findOneBy(TagEntity, { userId, id });
  }

  listByToken(tx: Tx, userId: UserId, tokens: readonly Uint8Array[]): Promise<TagEntity[]> {
    return tx.findBy(TagEntity, { userId, token: In([...tokens]) });
  }

  /** All tags of a user, with how many entries outside of the trash have each. */
  async listCounted(tx: Tx, userId: UserId): Promise<{ tag: TagEntity; count: number }[]> {
    const tags = await tx.findBy(TagEntity, { userId });
    const counts: { tag_id: TagId; count: number }[] = await tx.query(
      `SELECT tag_id, count(*) AS count FROM entry_tags
       JOIN entries ON entries.user_id = entry_tags.user_id AND entries.id = entry_tags.entry_id
       WHERE entry_tags.user_id = $1 AND entries.deleted_at IS NULL GROUP BY tag_id`,
      [userId],
    );
    const byTag = new Map(counts.map(({ tag_id, count }) => [tag_id, count]));
    return tags.map((tag) => ({ tag, count: byTag.get(tag.id) ?? 0 }));
  }

  async insert(tx: Tx, tags: readonly TagEntity[]): Promise<void> {
    if (tags.length > 0) await tx.insert(TagEntity, [...tags]);
  }

  /** Gives a tag another name. */
  async rename(tx: Tx, tag: TagEntity): Promise<void> {
    await tx.update(TagEntity, { userId: tag.userId, id: tag.id }, tag);
  }

  async delete(tx: Tx, userId: UserId, id: TagId): Promise<void> {
    await tx.delete(TagEntity, { userId, id });
  }

  /** In the order of the tags. */
  async listTaggings(tx: Tx, userId: UserId, entryIds: readonly EntryId[]): Promise<Tagging[]> {
    if (entryIds.length === 0) return [];
    return tx.query(
      `SELECT entry_id, token FROM entry_tags JOIN tags ON tags.user_id = entry_tags.user_id AND tags.id = tag_id
       WHERE entry_tags.user_id = $1 AND entry_id = ANY($2) ORDER BY tag_id`,
      [userId, entryIds],
    );
  }

  /** How many entries outside of the trash have a tag. */
  async countEntriesOf(tx: Tx, userId: UserId, id: TagId): Promise<number> {
    const [row]: { count: number }[] = await tx.query(
      `SELECT count(*) AS count FROM entry_tags
       JOIN entries ON entries.user_id = entry_tags.user_id AND entries.id = entry_tags.entry_id
       WHERE entry_tags.user_id = $1 AND tag_id = $2 AND deleted_at IS NULL`,
      [userId, id],
    );
    return row?.count ?? 0;
  }

  /** The entries that have a tag, those in the trash too. */
  async listEntriesOf(tx: Tx, userId: UserId, id: TagId): Promise<EntryId[]> {
    const rows: { entry_id: EntryId }[] = await tx.query(
      `SELECT entry_id FROM entry_tags WHERE user_id = $1 AND tag_id = $2`,
      [userId, id],
    );
    return rows.map(({ entry_id: entryId }) => entryId);
  }

  /** Gives an entry these tags and no others; how many others it had. */
  async setTags(tx: Tx, userId: UserId, entryId: EntryId, tagIds: readonly TagId[]): Promise<number> {
    const [row]: { taken: number }[] = await tx.query(
      `WITH taken AS (
         DELETE FROM entry_tags WHERE user_id = $1 AND entry_id = $2 AND tag_id <> ALL($3::uuid[]) RETURNING tag_id
       ), given AS (
         INSERT INTO entry_tags (user_id, entry_id, tag_id)
         SELECT $1::uuid, $2::uuid, tag_id FROM unnest($3::uuid[]) AS tag_id ON CONFLICT DO NOTHING
       ) SELECT count(*) AS taken FROM taken`,
      [userId, entryId, tagIds],
    );
    return row?.taken ?? 0;
  }

  /** Takes away the tags that no entry has. */
  async deleteUnused(tx: Tx, userId: UserId): Promise<void> {
    await tx.query(
      `DELETE FROM tags WHERE user_id = $1 AND NOT EXISTS (
         SELECT FROM entry_tags WHERE entry_tags.user_id = tags.user_id AND entry_tags.tag_id = tags.id)`,
      [userId],
    );
  }
}
