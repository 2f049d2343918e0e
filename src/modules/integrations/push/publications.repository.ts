import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { JobId } from '../../../platform/jobs/jobs.schema.js';
import { PublicationEntity } from './publication.entity.js';

/** Texts on their way to a page. */
@Injectable()
export class PublicationsRepository {
  async insert(tx: Tx, publication: PublicationEntity): Promise<void> {
    await tx.insert(PublicationEntity, publication);
  }

  /** Until the transaction ends nobody else's to change. */
  findLocked(tx: Tx, userId: UserId, id: JobId): Promise<PublicationEntity | null> {
    return tx.findOne(PublicationEntity, { where: { userId, id }, lock: { mode: 'pessimistic_write' } });
  }

  async update(
    tx: Tx,
    { userId, id }: PublicationEntity,
    changed: Partial<Pick<PublicationEntity, 'attempts' | 'attemptedAt' | 'leasedUntil'>>,
  ): Promise<void> {
    await tx.update(PublicationEntity, { userId, id }, changed);
  }

  async delete(tx: Tx, { userId, id }: PublicationEntity): Promise<void> {
    await tx.delete(PublicationEntity, { userId, id });
  }
}
