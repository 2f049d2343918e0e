import { Injectable } from '@nestjs/common';
import { In, IsNull, MoreThan, Not } from 'typeorm';
import type { Tx } from '../../platform/database/database.js';
import type { UserId } from '../../platform/ids.js';
import type { Arriving } from '../entries/arrivals.js';
import type { EntryId } from '../entries/entries.schema.js';
import { InboxItemEntity } from './inbox-item.entity.js';

/** Inboxes in PostgreSQL. */
@Injectable()
export class InboxRepository {
  find(tx: Tx, userId: UserId, id: EntryId): Promise<InboxItemEntity | null> {
    return tx.findOneBy(InboxItemEntity, { userId, id });
  }

  findAll(tx: Tx, userId: UserId, ids: readonly EntryId[]): Promise<InboxItemEntity[]> {
    return tx.findBy(InboxItemEntity, { userId, id: In([...ids]) });
  }

  /** Under its id, or under what its source calls it. */
  async findArrived(tx: Tx, userId: UserId, { id, source, externalId }: Arriving): Promise<InboxItemEntity | null> {
    const known = await this.find(tx, userId, id);
    if (known || source === null || externalId === null) return known;
    return tx.findOneBy(InboxItemEntity, { userId, source, externalId });
  }

  /** What waits, or what was discarded, in the order in which it came. */
  list(tx: Tx, userId: UserId, isDeleted: boolean, limit: number, after = 0): Promise<InboxItemEntity[]> {
    const deletedAt = isDeleted ? Not(IsNull()) : IsNull();
    const where = { userId, deletedAt, seq: MoreThan(after) };
    return tx.find(InboxItemEntity, { where, order: { seq: 'ASC' }, take: limit });
  }

  /** What may become an entry: all that waits, but what was tried and never can. */
  async listOpenable(tx: Tx, userId: UserId, unreadable: string, limit: number): Promise<EntryId[]> {
    const rows: { id: EntryId }[] = await tx.query(
      `SELECT id FROM inbox_items WHERE user_id = $1 AND deleted_at IS NULL AND fault IS DISTINCT FROM $2
       ORDER BY seq LIMIT $3`,
      [userId, unreadable, limit],
    );
    return rows.map(({ id }) => id);
  }

  count(tx: Tx, userId: UserId): Promise<number> {
    return tx.countBy(InboxItemEntity, { userId });
  }

  async insert(tx: Tx, item: InboxItemEntity): Promise<void> {
    await tx.insert(InboxItemEntity, item);
  }

  async update(tx: Tx, { userId, id }: InboxItemEntity, change: Partial<InboxItemEntity>): Promise<void> {
    await tx.update(InboxItemEntity, { userId, id }, change);
  }

  async updateAll(tx: Tx, userId: UserId, ids: readonly EntryId[], change: Partial<InboxItemEntity>): Promise<void> {
    await tx.update(InboxItemEntity, { userId, id: In([...ids]) }, change);
  }

  async delete(tx: Tx, { userId, id }: InboxItemEntity): Promise<void> {
    await tx.delete(InboxItemEntity, { userId, id });
  }
}
