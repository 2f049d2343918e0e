import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { UserId } from '../../platform/ids.js';
import { MediaRepository } from './media.repository.js';
import type { MediaId } from './media.schema.js';

/** Media as others may refer to them. */
@Injectable()
export class MediaRefs {
  constructor(private readonly media: MediaRepository) {}

  /** Those of `ids` that are not there to be used: unknown, not uploaded, or in the trash. */
  async absent(tx: Tx, userId: UserId, ids: readonly MediaId[]): Promise<Set<MediaId>> {
    const found = await this.media.findAll(tx, userId, ids);
    const usable = new Set(
      found.filter(({ state, deletedAt }) => state !== 'reserved' && !deletedAt).map(({ id }) => id),
    );
    return new Set(ids.filter((id) => !usable.has(id)));
  }
}
