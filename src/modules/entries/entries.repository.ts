import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { UserId } from '../../platform/ids.js';
import type { EntryId } from './entries.schema.js';
import { EntryEntity } from './entry.entity.js';

/** The place of an entry in the list: newest day first, then newest id. */
export interface ListPlace {
  readonly listedOn: string;
  readonly id: EntryId;
}

/** Entries in PostgreSQL. Stateless: every method works inside the caller's transaction. */
@Injectable()
export class EntriesRepository {
  find(tx: Tx, userId: UserId, id: EntryId): Promise<EntryEntity | null> {
    return tx.findOneBy(EntryEntity, { userId, id });
  }

  /** Adds `entry`; false when its id is already taken. */
  async insert(tx: Tx, entry: EntryEntity): Promise<boolean> {
    const insert = tx.createQueryBuilder().insert().into(EntryEntity).values(entry);
    const { raw }: { raw: unknown[] } = await insert.orIgnore().returning('id').execute();
    return raw.length === 1;
  }

  /** At most `limit` entries, from behind `after` on. */
  list(tx: Tx, userId: UserId, limit: number, after?: ListPlace): Promise<EntryEntity[]> {
    const query = tx.createQueryBuilder(EntryEntity, 'entry').where('entry.userId = :userId', { userId });
    if (after) query.andWhere('(entry.listedOn, entry.id) < (:listedOn, :id)', { ...after });
    return query.orderBy('entry.listedOn', 'DESC').addOrderBy('entry.id', 'DESC').limit(limit).getMany();
  }
}
