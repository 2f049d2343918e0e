import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { Due } from '../../platform/database/due.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { UserId } from '../../platform/ids.js';
import type { Caller } from '../auth/caller.js';
import { Ledger, type LedgerHead } from '../ledger/ledger.js';
import { Storage } from '../tiers/storage.js';
import { bytesOf, type MediaEntity } from './media.entity.js';
import { MediaRepository } from './media.repository.js';
import type { MediaId } from './media.schema.js';
import { Objects } from './objects.js';

/** The names of what is due: when something has been in the trash for 30 days, and when a reservation ends. */
export const ERASE_MEDIA = 'media.erase';
export const EXPIRE_UPLOAD = 'media.expire';
type Task = typeof ERASE_MEDIA | typeof EXPIRE_UPLOAD;

type By = Pick<Caller, 'userId' | 'sessionId' | 'deviceId'>;
type Condition = (media: MediaEntity) => boolean;

const isMeantBy: Record<Task, Condition> = {
  [ERASE_MEDIA]: ({ deletedAt }) => deletedAt !== null,
  [EXPIRE_UPLOAD]: ({ state }) => state === 'reserved',
};

/**
 * Erasing media, in three steps: it is gone for everybody, the object is taken away, the row goes. So a row that is shown
 * has its object at every moment, and an erasing that was broken off is due until it is done.
 */
@Injectable()
export class MediaErasing {
  constructor(
    private readonly db: Database,
    private readonly media: MediaRepository,
    private readonly objects: Objects,
    private readonly storage: Storage,
    private readonly ledger: Ledger,
    private readonly due: Due,
    private readonly clock: Clock,
  ) {}

  /** Erases what is there, with its thumbnails, if it is meant; where the history stands then, null when there is none. */
  erase(by: By, id: MediaId, isMeant: Condition = () => true): Promise<LedgerHead | null> {
    return this.goOn(by, (tx) => this.condemn(tx, by.userId, id, isMeant));
  }

  /** The same for what is due, if it still is: it may have been restored, completed or erased since it was looked up. */
  eraseDue(userId: UserId, task: Task, id: MediaId): Promise<LedgerHead | null> {
    return this.goOn({ userId, sessionId: null, deviceId: null }, async (tx) => {
      await this.ledger.lock(tx, userId);
      if (!(await this.due.isDue(tx, userId, task, id))) return [];
      const found = await this.condemn(tx, userId, id, isMeantBy[task]);
      if (found.length === 0) await this.due.forget(tx, userId, task, id);
      return found;
    });
  }

  private async goOn(by: By, condemn: (tx: Tx) => Promise<MediaEntity[]>): Promise<LedgerHead | null> {
    const { userId, sessionId, deviceId } = by;
    const found = await this.db.asUser({ userId }, condemn);
    for (const media of found) await this.objects.erase(media);
    if (found.length === 0) return null;
    return this.db.asUser({ userId }, (tx) => this.forget(tx, { userId, sessionId, deviceId }, found));
  }

  /** Takes it out of everybody's sight, its thumbnails first. */
  private async condemn(tx: Tx, userId: UserId, id: MediaId, isMeant: Condition): Promise<MediaEntity[]> {
    await this.ledger.lock(tx, userId);
    const main = await this.media.find(tx, userId, id);
    if (!main || !(main.erasingAt || isMeant(main))) return [];
    const found = [...(await this.media.listThumbnailsOf(tx, userId, id)), main];
    const erasingAt = this.clock.now();
    for (const media of found)
      await this.media.update(tx, media, { erasingAt, deletedAt: media.deletedAt ?? erasingAt });
    await this.due.set(tx, userId, ERASE_MEDIA, id, erasingAt);
    return found;
  }

  private async forget(
    tx: Tx,
    { userId, sessionId, deviceId }: By,
    found: readonly MediaEntity[],
  ): Promise<LedgerHead> {
    let head = await this.ledger.lock(tx, userId);
    for (const media of found) {
      const { id } = media;
      if (!(await this.media.delete(tx, media))) continue;
      for (const task of [ERASE_MEDIA, EXPIRE_UPLOAD]) await this.due.forget(tx, userId, task, id);
      await this.storage.release(tx, userId, { bytes: bytesOf(media) });
      // What was never there leaves no trace, and its id may be used again.
      if (media.readyAt === null) continue;
      await this.media.bury(tx, media, this.clock.now());
      head = await this.ledger.append(tx, userId, head, { type: 'media_erased', entryId: id, sessionId, deviceId });
    }
    return head;
  }
}
