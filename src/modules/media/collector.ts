import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { Database } from '../../platform/database/database.js';
import { UserId } from '../../platform/ids.js';
import { ObjectStore } from '../../platform/storage/object-store.js';
import { MediaRepository } from './media.repository.js';
import { MediaId } from './media.schema.js';
import { MEDIA_PREFIX, objectKey, Objects } from './objects.js';

/** Younger objects and uploads may belong to a row that is just being written. */
const GRACE_MS = 24 * 60 * 60 * 1000;
const SLICE = 200;
/** Each user's rows are compared with their objects once in so many days. */
const ROUND_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

/** What a run has found and mended. */
export interface Collected {
  /** Objects and uploads that no row knew, now gone. */
  readonly orphans: number;
  /** Rows whose object the store has lost, now said to be missing; and those that were found again. */
  readonly missing: number;
  readonly found: number;
}

/** Compares rows and objects, both ways: what nobody knows of is taken away, what is lost is said to be. */
@Injectable()
export class Collector {
  private readonly logger = new Logger(Collector.name);

  constructor(
    private readonly db: Database,
    private readonly store: ObjectStore,
    private readonly media: MediaRepository,
    private readonly objects: Objects,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<Collected> {
    const orphans = (await this.collectObjects()) + (await this.collectUploads());
    const { missing, found } = await this.compareRows();
    if (orphans + missing + found > 0) this.logger.log({ msg: 'media was compared', orphans, missing, found });
    return { orphans, missing, found };
  }

  /** Objects without a row. */
  private async collectObjects(): Promise<number> {
    let orphans = 0;
    let cursor: string | undefined;
    do {
      const page = await this.store.list(MEDIA_PREFIX, cursor);
      for (const { key, savedAt } of page.items) {
        if (!this.isOld(savedAt) || (await this.isKnown(key))) continue;
        await this.store.erase(key);
        orphans++;
      }
      ({ cursor } = page);
    } while (cursor !== undefined);
    return orphans;
  }

  /** Uploads in parts that no row waits for. */
  private async collectUploads(): Promise<number> {
    let orphans = 0;
    let cursor: string | undefined;
    do {
      const page = await this.store.listUploads(MEDIA_PREFIX, cursor);
      for (const { key, uploadId, startedAt } of page.items) {
        if (!this.isOld(startedAt) || (await this.isKnown(key, uploadId))) continue;
        await this.store.abortUpload(key, uploadId);
        orphans++;
      }
      ({ cursor } = page);
    } while (cursor !== undefined);
    return orphans;
  }

  private async isKnown(key: string, uploadId?: string): Promise<boolean> {
    const [, user, id] = key.split('/');
    const userId = UserId.safeParse(user);
    const mediaId = MediaId.safeParse(id);
    if (!userId.success || !mediaId.success) return false;
    const row = await this.db.asUser({ userId: userId.data }, (tx) => this.media.find(tx, userId.data, mediaId.data));
    return row !== null && objectKey(row) === key && (uploadId === undefined || row.uploadId === uploadId);
  }

  /** Rows without an object: a seventh of the users each day. */
  private async compareRows(): Promise<{ missing: number; found: number }> {
    const part = Math.floor(this.clock.now().getTime() / DAY_MS) % ROUND_DAYS;
    const total = { missing: 0, found: 0 };
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const users: { user_id: UserId }[] = await this.db.asSystem((tx) =>
        tx.query(`SELECT user_id FROM storage WHERE user_id > $1 ORDER BY user_id LIMIT ${SLICE}`, [after]),
      );
      for (const { user_id: userId } of users) if (partOf(userId) === part) await this.compareRowsOf(userId, total);
      const last = users.at(-1);
      if (!last || users.length < SLICE) return total;
      after = last.user_id;
    }
  }

  private async compareRowsOf(userId: UserId, total: { missing: number; found: number }): Promise<void> {
    let after: MediaId | undefined;
    for (;;) {
      const rows = await this.db.asUser({ userId }, (tx) => this.media.listAll(tx, userId, SLICE, after));
      for (const row of rows) {
        if (row.state === 'reserved' || row.erasingAt) continue;
        const state = (await this.objects.has(row)) ? 'ready' : 'missing';
        if (state === row.state) continue;
        if (await this.db.asUser({ userId }, (tx) => this.media.replaceState(tx, row, state)))
          total[state === 'missing' ? 'missing' : 'found']++;
      }
      if (rows.length < SLICE) return;
      after = rows.at(-1)?.id;
    }
  }

  private isOld(at: Date): boolean {
    return this.clock.now().getTime() - at.getTime() > GRACE_MS;
  }
}

/** Which day's turn a user is: ids are random at their end. */
const partOf = (userId: UserId): number => Number.parseInt(userId.slice(-6), 16) % ROUND_DAYS;
