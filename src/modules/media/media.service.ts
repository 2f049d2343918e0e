import { wipe } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database, type Tx } from '../../platform/database/database.js';
import { Cursors } from '../../platform/http/cursors.js';
import type { Caller } from '../auth/caller.js';
import { Vault } from '../vault/vault.js';
import type { MediaEntity } from './media.entity.js';
import { MediaErased, MediaIncomplete, MediaMissing, MediaNotFound } from './media.problems.js';
import { MediaRepository } from './media.repository.js';
import { type DownloadView, MediaId, type MediaListQuery, type MediaPageView, type MediaView } from './media.schema.js';
import { toE2eMediaView, toUceMediaView } from './media.views.js';
import { Objects } from './objects.js';

const Cursor = z
  .tuple([z.iso.datetime({ precision: 3 }), MediaId])
  .transform(([createdAt, id]) => ({ createdAt: new Date(createdAt), id }));

/** Media as their owner sees them. */
@Injectable()
export class MediaService {
  constructor(
    private readonly db: Database,
    private readonly media: MediaRepository,
    private readonly objects: Objects,
    private readonly vault: Vault,
    private readonly cursors: Cursors,
  ) {}

  /** @throws MediaNotFound, MediaErased */
  async read(caller: Caller, id: MediaId): Promise<MediaView> {
    this.vault.assertUnlocked(caller);
    return this.db.asUser(caller, async (tx) => this.view(tx, caller, await this.find(tx, caller, id)));
  }

  /** One page, newest first; thumbnails belong to what they show. */
  async list(caller: Caller, { limit, cursor, type, deleted: isDeleted }: MediaListQuery): Promise<MediaPageView> {
    this.vault.assertUnlocked(caller);
    const after = cursor === undefined ? undefined : this.cursors.read(caller, cursor, Cursor);
    return this.db.asUser(caller, async (tx) => {
      const found = await this.media.list(tx, caller.userId, { type, isDeleted }, limit + 1, after);
      const { rows, next_cursor } = this.cursors.page(caller, found, limit, (row) => [
        row.createdAt.toISOString(),
        row.id,
      ]);
      return { data: await this.views(tx, caller, rows), next_cursor };
    });
  }

  /** An address that gives the sealed bytes, for a minute. @throws MediaNotFound, MediaErased, MediaIncomplete, MediaMissing */
  async download(caller: Caller, id: MediaId): Promise<DownloadView> {
    this.vault.assertUnlocked(caller);
    const media = await this.db.asUser(caller, (tx) => this.find(tx, caller, id));
    if (media.state === 'reserved') throw new MediaIncomplete();
    if (media.state === 'missing') throw new MediaMissing();
    const { url, expiresAt } = await this.objects.presignGet(media);
    return { url, expires_at: expiresAt.toISOString() };
  }

  /** @throws MediaNotFound, MediaErased */
  async find(tx: Tx, { userId }: Caller, id: MediaId): Promise<MediaEntity> {
    const media = await this.media.find(tx, userId, id);
    if (media && !media.erasingAt) return media;
    const wasThere = media ? media.readyAt !== null : await this.media.isErased(tx, userId, id);
    throw wasThere ? new MediaErased() : new MediaNotFound();
  }

  async view(tx: Tx, caller: Caller, media: MediaEntity): Promise<MediaView> {
    const [view] = await this.views(tx, caller, [media]);
    if (!view) throw new Error('media without its view');
    return view;
  }

  private async views(tx: Tx, caller: Caller, rows: readonly MediaEntity[]): Promise<MediaView[]> {
    const thumbnails = await this.media.listThumbnails(
      tx,
      caller.userId,
      rows.map(({ id }) => id),
    );
    const thumbnailOf = new Map(thumbnails.map((thumbnail) => [thumbnail.thumbnailOf, thumbnail.id]));
    return rows.map((media) => {
      const thumbnailId = thumbnailOf.get(media.id) ?? null;
      if (caller.tier === 'e2e') return toE2eMediaView(media, thumbnailId);
      const contentKey = this.vault.openMediaKey(this.vault.opened(caller), media);
      try {
        return toUceMediaView(media, thumbnailId, contentKey);
      } finally {
        wipe(contentKey.key);
      }
    });
  }
}
