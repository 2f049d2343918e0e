import { Injectable, Module } from '@nestjs/common';
import type { Principal, Tx } from '../../platform/database/database.js';
import { UserData } from '../../platform/user-data.js';

/** The diary: what opens it goes with the account's slots, before any of this. */
@Injectable()
export class EntriesUserData extends UserData {
  readonly name = 'entries';
  readonly tables = [
    { name: 'search_languages' },
    { name: 'entry_cards', key: 'entry_id' },
    { name: 'entry_signatures', key: 'entry_id' },
    { name: 'entry_versions', key: 'entry_id' },
    { name: 'entry_tags', key: 'entry_id' },
    { name: 'entries', key: 'id' },
    { name: 'tags', key: 'id' },
    { name: 'due', key: 'id' },
    { name: 'tombstones', key: 'id' },
  ];

  /** How much it is; the entries themselves are `GET /entries`. */
  async tell(tx: Tx, { userId }: Principal) {
    const [row]: unknown[] = await tx.query(
      `SELECT count(*) FILTER (WHERE deleted_at IS NULL) AS entries, count(*) FILTER (WHERE deleted_at IS NOT NULL) AS in_trash,
              min(entry_date) AS first_date, max(entry_date) AS last_date,
              coalesce(sum(octet_length(sealed)), 0)::bigint AS sealed_bytes,
              (SELECT count(*) FROM entry_versions WHERE user_id = $1) AS earlier_versions,
              (SELECT count(*) FROM tags WHERE user_id = $1) AS tags,
              (SELECT count(*) FROM tombstones WHERE user_id = $1) AS erased
       FROM entries WHERE user_id = $1`,
      [userId],
    );
    return row;
  }
}

/** Needed by the worker too, which erases accounts. */
@Module({ providers: [EntriesUserData] })
export class EntriesUserDataModule {}
