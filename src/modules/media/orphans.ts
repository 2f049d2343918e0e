import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { Database } from '../../platform/database/database.js';
import { UserId } from '../../platform/ids.js';
import { ObjectStore } from '../../platform/storage/object-store.js';
import { MediaRepository } from './media.repository.js';
import { MediaId } from './media.schema.js';
import { MEDIA_PREFIX, objectKey } from './objects.js';

/** Younger objects and uploads may belong to a row that is just being written. */
const GRACE_MS = 24 * 60 * 60 * 1000;
const RUNBOOK = 'docs/runbooks/object-store.md#nothing-is-removed-any-more';
/** How many orphans a server may have that is well: of a hundred things in the bucket one, at least FEW, at most MANY. */
const [SHARE, FEW, MANY] = [100, 10, 1000];

/** An object in the bucket, or an upload in parts, that is older than a day. */
export interface Stored {
  readonly key: string;
  /** undefined for an object. */
  readonly uploadId: string | undefined;
  readonly isKnown: boolean;
}

export interface Swept {
  /** Objects and uploads that no row knew, now gone. */
  readonly orphans: number;
  /** Those that were too many to be true, so that none of them was removed. */
  readonly heldBack: number;
}

/**
 * Whether so many orphans say that the database is not the bucket's own, or an older one, rather than that something was
 * left behind. Where nothing is known, one is too many.
 */
export const isTooMany = ({ known, orphans }: { readonly known: number; readonly orphans: number }): boolean =>
  orphans > 0 && (known === 0 || orphans > Math.min(MANY, Math.max(FEW, (known + orphans) / SHARE)));

/** What is in the bucket and no row knows of. */
@Injectable()
export class Orphans {
  private readonly logger = new Logger(Orphans.name);

  constructor(
    private readonly db: Database,
    private readonly store: ObjectStore,
    private readonly media: MediaRepository,
    private readonly clock: Clock,
  ) {}

  /** Removes them, unless they are too many: then an operator has to look. */
  async sweep(): Promise<Swept> {
    const found: Stored[] = [];
    let [known, orphans] = [0, 0];
    for await (const stored of this.look()) {
      if (stored.isKnown) known++;
      // More than these are too many in any case.
      else if (++orphans <= MANY) found.push(stored);
    }
    if (isTooMany({ known, orphans })) {
      const msg = `too much in the object store is unknown to the database: nothing was removed, see ${RUNBOOK}`;
      this.logger.error({ msg, known, orphans });
      return { orphans: 0, heldBack: orphans };
    }
    for (const orphan of found) await this.remove(orphan);
    return { orphans, heldBack: 0 };
  }

  /** All that is older than a day: objects, then uploads in parts. */
  async *look(): AsyncGenerator<Stored> {
    for (let cursor: string | undefined; ;) {
      const page = await this.store.list(MEDIA_PREFIX, cursor);
      for (const { key, savedAt } of page.items) if (this.isOld(savedAt)) yield this.stored(key);
      if ((cursor = page.cursor) === undefined) break;
    }
    for (let cursor: string | undefined; ;) {
      const page = await this.store.listUploads(MEDIA_PREFIX, cursor);
      for (const { key, uploadId, startedAt } of page.items)
        if (this.isOld(startedAt)) yield this.stored(key, uploadId);
      if ((cursor = page.cursor) === undefined) return;
    }
  }

  /** Takes it away for good: no row will ever have its key, since each is made anew. */
  remove({ key, uploadId }: Stored): Promise<void> {
    return uploadId === undefined ? this.store.erase(key) : this.store.abortUpload(key, uploadId);
  }

  private async stored(key: string, uploadId?: string): Promise<Stored> {
    return { key, uploadId, isKnown: await this.isKnown(key, uploadId) };
  }

  private async isKnown(key: string, uploadId: string | undefined): Promise<boolean> {
    const [, user, id] = key.split('/');
    const userId = UserId.safeParse(user);
    const mediaId = MediaId.safeParse(id);
    if (!userId.success || !mediaId.success) return false;
    const row = await this.db.asUser({ userId: userId.data }, (tx) => this.media.find(tx, userId.data, mediaId.data));
    return row !== null && objectKey(row) === key && (uploadId === undefined || row.uploadId === uploadId);
  }

  private isOld(at: Date): boolean {
    return this.clock.now().getTime() - at.getTime() > GRACE_MS;
  }
}
