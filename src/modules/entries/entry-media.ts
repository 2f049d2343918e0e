import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import type { Caller } from '../auth/caller.js';
import { MediaRefs } from '../media/media-refs.js';
import type { MediaId } from '../media/media.schema.js';
import type { EntryId } from './entries.schema.js';

interface Row {
  readonly entry_id: EntryId;
  readonly media_id: MediaId;
}

/** Which entry has which media; media know no entries. */
@Injectable()
export class EntryMedia {
  constructor(private readonly refs: MediaRefs) {}

  /** Gives an entry these media and no others, in this order. @throws InvalidRequest for one that is not there */
  async set(tx: Tx, { userId }: Caller, entryId: EntryId, mediaIds: readonly MediaId[]): Promise<void> {
    const absent = await this.refs.absent(tx, userId, mediaIds);
    const faults = mediaIds.flatMap((id, index) =>
      absent.has(id) ? [{ pointer: `#/media_ids/${index}`, detail: 'is not media of yours that is there' }] : [],
    );
    if (faults.length > 0) throw invalidRequest(faults);
    await tx.query(`DELETE FROM entry_media WHERE user_id = $1 AND entry_id = $2`, [userId, entryId]);
    await tx.query(
      `INSERT INTO entry_media (user_id, entry_id, media_id, place)
       SELECT $1, $2, media_id, place FROM unnest($3::uuid[]) WITH ORDINALITY AS given (media_id, place)
       ON CONFLICT DO NOTHING`,
      [userId, entryId, mediaIds],
    );
  }

  /** The media of entries, in their order; what is in the trash is left out. */
  async of(tx: Tx, { userId }: Caller, entryIds: readonly EntryId[]): Promise<Map<EntryId, MediaId[]>> {
    if (entryIds.length === 0) return new Map();
    const rows: Row[] = await tx.query(
      `SELECT entry_id, media_id FROM entry_media
       JOIN media ON media.user_id = entry_media.user_id AND media.id = entry_media.media_id
       WHERE entry_media.user_id = $1 AND entry_id = ANY($2) AND media.deleted_at IS NULL ORDER BY place`,
      [userId, entryIds],
    );
    const byEntry = Map.groupBy(rows, ({ entry_id }) => entry_id);
    return new Map([...byEntry].map(([id, found]) => [id, found.map(({ media_id }) => media_id)]));
  }
}
