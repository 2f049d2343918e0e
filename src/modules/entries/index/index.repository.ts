import { cardVersion } from '@daybook/sdk/search';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { Sealed } from '../../vault/vault.js';
import type { EntryId } from '../entries.schema.js';
import { EntryEntity } from '../entry.entity.js';
import type { IndexPosition } from './index-position.js';

/** How cards are made today. Those that were made otherwise are made anew. */
const INDEX_VERSION = cardVersion;

/** What the index has of an entry. */
export interface IndexedEntry {
  readonly entryId: EntryId;
  readonly date: string | null;
  readonly period: number;
  readonly signature: Uint8Array;
  readonly sealed: Uint8Array;
}

/** A sealed index card, with what is needed to open it. */
export interface IndexedRow extends Sealed {
  readonly id: EntryId;
  readonly version: number;
}

/** Some of a user's entries: of the days from `from` on, before `before`, and behind `after`. Null is no bound. */
export interface Stretch {
  readonly from: string | null;
  readonly before: string | null;
  readonly after: IndexPosition | null;
}

/** Masks of periods: an entry must have all bits of one of its period's. */
export type Masks = ReadonlyMap<number, readonly Uint8Array[]>;

/** No id comes behind it. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** The search index in PostgreSQL. */
@Injectable()
export class IndexRepository {
  async put(tx: Tx, userId: UserId, { entryId, date, period, signature, sealed }: IndexedEntry): Promise<void> {
    await tx.query(
      `WITH card AS (
         INSERT INTO entry_cards (user_id, entry_id, sealed, index_version) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, entry_id) DO UPDATE SET sealed = excluded.sealed, index_version = excluded.index_version)
       INSERT INTO entry_signatures (user_id, entry_id, period, entry_date, signature)
       VALUES ($1, $2, $5, $6, ('x' || $7)::bit(2048))
       ON CONFLICT (user_id, entry_id) DO UPDATE
         SET period = excluded.period, entry_date = excluded.entry_date, signature = excluded.signature`,
      [userId, entryId, sealed, INDEX_VERSION, period, date, hex(signature)],
    );
  }

  async delete(tx: Tx, userId: UserId, entryId: EntryId): Promise<void> {
    await tx.query(
      `WITH card AS (DELETE FROM entry_cards WHERE user_id = $1 AND entry_id = $2)
       DELETE FROM entry_signatures WHERE user_id = $1 AND entry_id = $2`,
      [userId, entryId],
    );
  }

  /** How many entries each period has in the index. */
  listPeriods(tx: Tx, userId: UserId): Promise<{ period: number; entries: number }[]> {
    return tx.query(
      `SELECT period, count(*) AS entries FROM entry_signatures WHERE user_id = $1 GROUP BY period ORDER BY period`,
      [userId],
    );
  }

  /**
   * At most `limit` entries that `masks` let through, newest first. Signatures alone are looked at, a period at a time
   * through their index: OFFSET 0 and MATERIALIZED leave the planner, which cannot know how many pass, no other way.
   */
  listPlaces(
    tx: Tx,
    userId: UserId,
    masks: Masks,
    { from, before, after }: Stretch,
    limit: number,
  ): Promise<IndexPosition[]> {
    const flat = [...masks].flatMap(([period, ofPeriod]) => ofPeriod.map((mask) => ({ period, mask })));
    return tx.query(
      `WITH masks AS MATERIALIZED (
         SELECT period, ('x' || bits)::bit(2048) AS mask FROM unnest($2::int[], $3::text[]) AS given (period, bits)),
       places AS MATERIALIZED (
         SELECT DISTINCT coalesce(entry_date, '-infinity') AS day, entry_id AS id, entry_date AS date
         FROM masks CROSS JOIN LATERAL (
           SELECT entry_id, entry_date FROM entry_signatures AS signed
           WHERE user_id = $1 AND signed.period = masks.period AND (signature & mask) = mask OFFSET 0) AS passed)
       SELECT id, date FROM places WHERE day >= $4 AND day < $5 AND (day, id) < ($6, $7) ORDER BY day DESC, id DESC LIMIT $8`,
      [
        userId,
        flat.map(({ period }) => period),
        flat.map(({ mask }) => hex(mask)),
        from ?? '-infinity',
        before ?? 'infinity',
        after ? (after.date ?? '-infinity') : 'infinity',
        after?.id ?? LAST_ID,
        limit,
      ],
    );
  }

  /** The cards of `ids` that are in the diary, in no order; none of an entry whose card is to be made anew. */
  listCards(tx: Tx, userId: UserId, ids: readonly EntryId[]): Promise<IndexedRow[]> {
    return tx.query(
      `SELECT id, version, wrapped_key AS "wrappedKey", card.sealed
       FROM unnest($2::uuid[]) AS wanted (entry_id)
       JOIN entries ON entries.user_id = $1 AND id = wanted.entry_id AND deleted_at IS NULL
       JOIN entry_cards AS card ON card.user_id = $1 AND card.entry_id = wanted.entry_id AND index_version = $3`,
      [userId, ids, INDEX_VERSION],
    );
  }

  findLanguages(tx: Tx, userId: UserId): Promise<(Sealed & { readonly id: string }) | undefined> {
    return tx
      .query(`SELECT id, sealed, wrapped_key AS "wrappedKey" FROM search_languages WHERE user_id = $1`, [userId])
      .then((rows: (Sealed & { readonly id: string })[]) => rows[0]);
  }

  async putLanguages(tx: Tx, userId: UserId, { id, sealed, wrappedKey }: Sealed & { readonly id: string }) {
    await tx.query(
      `INSERT INTO search_languages (user_id, id, sealed, wrapped_key) VALUES ($1, $2, $3, $4)
       ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, sealed = excluded.sealed, wrapped_key = excluded.wrapped_key`,
      [userId, id, sealed, wrappedKey],
    );
  }

  /** Entries that are not in the index as it is made today, at most `limit`. */
  listPending(tx: Tx, userId: UserId, limit: number): Promise<EntryEntity[]> {
    return tx
      .createQueryBuilder(EntryEntity, 'entry')
      .where('entry.userId = :userId AND entry.deletedAt IS NULL', { userId })
      .andWhere(`NOT ${CURRENT}`)
      .limit(limit)
      .getMany();
  }

  /** Entries behind the one of an id, in the order of their ids, at most `limit`. */
  listFrom(tx: Tx, userId: UserId, after: string | null, limit: number): Promise<EntryEntity[]> {
    const query = tx
      .createQueryBuilder(EntryEntity, 'entry')
      .where('entry.userId = :userId AND entry.deletedAt IS NULL', { userId });
    if (after !== null) query.andWhere('entry.id > :after', { after });
    return query.orderBy('entry.id').limit(limit).getMany();
  }

  /** Those of `places` that are stored in that version still. */
  async listCurrent(
    tx: Tx,
    userId: UserId,
    places: readonly { readonly id: EntryId; readonly version: number }[],
  ): Promise<EntryId[]> {
    const rows: { id: EntryId }[] = await tx.query(
      `SELECT id FROM entries JOIN unnest($2::uuid[], $3::bigint[]) AS place (entry_id, at) ON entry_id = id AND at = version
       WHERE user_id = $1 AND deleted_at IS NULL`,
      [userId, places.map(({ id }) => id), places.map(({ version }) => version)],
    );
    return rows.map(({ id }) => id);
  }

  /** How much there is: entries in the index and not in it, and the bytes of cards and signatures. */
  async count(tx: Tx, userId: UserId): Promise<{ indexed: number; pending: number; bytes: number }> {
    const [row]: { indexed: number; pending: number; bytes: number }[] = await tx.query(
      `SELECT count(*) FILTER (WHERE ${CURRENT}) AS indexed, count(*) FILTER (WHERE NOT ${CURRENT}) AS pending,
              (SELECT coalesce(sum(octet_length(sealed)), 0)::bigint FROM entry_cards WHERE user_id = $1)
              + (SELECT coalesce(sum(octet_length(signature)), 0)::bigint FROM entry_signatures WHERE user_id = $1) AS bytes
       FROM entries AS entry WHERE user_id = $1 AND deleted_at IS NULL`,
      [userId],
    );
    return row ?? { indexed: 0, pending: 0, bytes: 0 };
  }
}

/** Whether an entry has the card that would be made today. */
const CURRENT = `EXISTS (SELECT FROM entry_cards JOIN entry_signatures USING (user_id, entry_id)
  WHERE entry_cards.user_id = entry.user_id AND entry_cards.entry_id = entry.id AND index_version = ${INDEX_VERSION})`;
