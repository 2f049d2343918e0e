import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { ConnectionId } from '../integrations.schema.js';
import { ConnectionEntity } from './connection.entity.js';
import { ConnectionPageEntity } from './connection-page.entity.js';

/** Connections and their pages. */
@Injectable()
export class ConnectionsRepository {
  find(tx: Tx, userId: UserId, id: ConnectionId): Promise<ConnectionEntity | null> {
    return tx.findOneBy(ConnectionEntity, { userId, id });
  }

  /** The same, until the transaction ends nobody else's to change. */
  findLocked(tx: Tx, userId: UserId, id: ConnectionId): Promise<ConnectionEntity | null> {
    return tx.findOne(ConnectionEntity, { where: { userId, id }, lock: { mode: 'pessimistic_write' } });
  }

  findFacebook(tx: Tx, userId: UserId): Promise<ConnectionEntity | null> {
    return tx.findOneBy(ConnectionEntity, { userId, provider: 'facebook' });
  }

  /** A user has one of each provider, so they are few. */
  list(tx: Tx, userId: UserId): Promise<ConnectionEntity[]> {
    return tx.find(ConnectionEntity, { where: { userId }, order: { id: 'ASC' }, take: 10 });
  }

  async insert(tx: Tx, connection: ConnectionEntity): Promise<void> {
    await tx.insert(ConnectionEntity, connection);
  }

  async update(tx: Tx, { userId, id }: ConnectionEntity, changed: Partial<ConnectionEntity>): Promise<void> {
    await tx.update(ConnectionEntity, { userId, id }, changed);
  }

  /** With its pages and what was to be published on them. False when it was gone. */
  async delete(tx: Tx, { userId, id }: ConnectionEntity): Promise<boolean> {
    const { affected } = await tx.delete(ConnectionEntity, { userId, id });
    return affected === 1;
  }

  /** Facebook tells of a hundred at most. */
  listPages(tx: Tx, { userId, id }: ConnectionEntity): Promise<ConnectionPageEntity[]> {
    return tx.find(ConnectionPageEntity, { where: { userId, connectionId: id }, order: { pageId: 'ASC' }, take: 100 });
  }

  findPage(tx: Tx, userId: UserId, connectionId: ConnectionId, pageId: string): Promise<ConnectionPageEntity | null> {
    return tx.findOneBy(ConnectionPageEntity, { userId, connectionId, pageId });
  }

  async replacePages(tx: Tx, { userId, id }: ConnectionEntity, pages: ConnectionPageEntity[]): Promise<void> {
    await tx.delete(ConnectionPageEntity, { userId, connectionId: id });
    if (pages.length > 0) await tx.insert(ConnectionPageEntity, pages);
  }

  async updatePage(
    tx: Tx,
    { userId, id }: ConnectionPageEntity,
    changed: Partial<ConnectionPageEntity>,
  ): Promise<void> {
    await tx.update(ConnectionPageEntity, { userId, id }, changed);
  }
}
