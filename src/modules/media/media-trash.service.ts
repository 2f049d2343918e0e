import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { Due } from '../../platform/database/due.js';
import { Database } from '../../platform/database/database.js';
import type { Caller } from '../auth/caller.js';
import { Ledger, type LedgerHead, toHistoryHead } from '../ledger/ledger.js';
import { Vault } from '../vault/vault.js';
import { ERASE_MEDIA, EXPIRE_UPLOAD, MediaErasing } from './media-erasing.js';
import { MediaRepository } from './media.repository.js';
import { MediaId, type RemovedMediaView, type WrittenMediaView } from './media.schema.js';
import { MediaService } from './media.service.js';

const TRASH_MS = 30 * 24 * 60 * 60 * 1000;

/** Deleting media: into the trash, out of it, and for good; and what is due by itself. */
@Injectable()
export class MediaTrashService {
  constructor(
    private readonly db: Database,
    private readonly media: MediaRepository,
    private readonly service: MediaService,
    private readonly erasing: MediaErasing,
    private readonly ledger: Ledger,
    private readonly due: Due,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /** Puts it into the trash for 30 days; an upload that is not complete is given up at once. @throws MediaNotFound, MediaErased */
  async delete(caller: Caller, id: MediaId): Promise<RemovedMediaView> {
    this.vault.assertUnlocked(caller);
    const { userId, sessionId, deviceId } = caller;
    const removed = await this.db.asUser(caller, async (tx) => {
      const head = await this.ledger.lock(tx, userId);
      const media = await this.service.find(tx, caller, id);
      if (media.state === 'reserved') return null;
      if (media.deletedAt) return { deletedAt: media.deletedAt, head };
      const deletedAt = this.clock.now();
      await this.media.update(tx, media, { deletedAt });
      await this.due.set(tx, userId, ERASE_MEDIA, id, new Date(deletedAt.getTime() + TRASH_MS));
      const event = { type: 'media_deleted', entryId: id, sessionId, deviceId } as const;
      return { deletedAt, head: await this.ledger.append(tx, userId, head, event) };
    });
    if (removed) return toView(id, removed.deletedAt, removed.head);
    const head = await this.erasing.erase(caller, id, ({ state }) => state === 'reserved');
    // Completed in the meantime: then it is something to put into the trash.
    return head ? toView(id, null, head) : this.delete(caller, id);
  }

  /** Erases it, in the trash or not; goes on where that was broken off. @throws MediaNotFound, MediaErased */
  async erase(caller: Caller, id: MediaId): Promise<RemovedMediaView> {
    this.vault.assertUnlocked(caller);
    const head = (await this.erasing.erase(caller, id)) ?? (await this.headOf(caller, id));
    return toView(id, null, head);
  }

  /** Takes it out of the trash; what is not in it stays. @throws MediaNotFound, MediaErased */
  async restore(caller: Caller, id: MediaId): Promise<WrittenMediaView> {
    const { userId, sessionId, deviceId } = caller;
    return this.db.asUser(caller, async (tx) => {
      const head = await this.ledger.lock(tx, userId);
      const media = await this.service.find(tx, caller, id);
      caller.keyed?.made(200, { id });
      if (!media.deletedAt)
        return { ...(await this.service.view(tx, caller, media)), history_head: toHistoryHead(head) };
      await this.media.update(tx, media, { deletedAt: null });
      await this.due.forget(tx, userId, ERASE_MEDIA, id);
      const event = { type: 'media_restored', entryId: id, sessionId, deviceId } as const;
      const next = await this.ledger.append(tx, userId, head, event);
      const restored = { ...media, deletedAt: null };
      return { ...(await this.service.view(tx, caller, restored)), history_head: toHistoryHead(next) };
    });
  }

  /** What `restore` and completing have answered, for what was done before. @throws MediaNotFound, MediaErased */
  async readWritten(caller: Caller, id: MediaId): Promise<WrittenMediaView> {
    return this.db.asUser(caller, async (tx) => {
      const head = await this.ledger.lock(tx, caller.userId);
      const view = await this.service.view(tx, caller, await this.service.find(tx, caller, id));
      return { ...view, history_head: toHistoryHead(head) };
    });
  }

  /** Erases what has been in the trash for 30 days; how many that were. */
  emptyTrash(): Promise<number> {
    return this.eraseDue(ERASE_MEDIA);
  }

  /** Gives up the reservations that have ended; how many these were. */
  expireUploads(): Promise<number> {
    return this.eraseDue(EXPIRE_UPLOAD);
  }

  private eraseDue(task: typeof ERASE_MEDIA | typeof EXPIRE_UPLOAD): Promise<number> {
    return this.due.forEach(
      task,
      async ({ user_id: userId, id }) => (await this.erasing.eraseDue(userId, task, MediaId.parse(id))) !== null,
    );
  }

  private headOf(caller: Caller, id: MediaId): Promise<LedgerHead> {
    return this.db.asUser(caller, async (tx) => {
      await this.service.find(tx, caller, id);
      return this.ledger.lock(tx, caller.userId);
    });
  }
}

const toView = (id: MediaId, deletedAt: Date | null, head: LedgerHead): RemovedMediaView => ({
  id,
  deleted_at: deletedAt?.toISOString() ?? null,
  history_head: toHistoryHead(head),
});
