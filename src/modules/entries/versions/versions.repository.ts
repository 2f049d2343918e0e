import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { EntryId } from '../entries.schema.js';
import type { EntryEntity } from '../entry.entity.js';
import { EntryVersionEntity } from './entry-version.entity.js';

/** Earlier versions of entries in PostgreSQL. */
@Injectable()
export class VersionsRepository {
  /** Keeps what `entry` is now. */
  async keep(tx: Tx, entry: EntryEntity): Promise<void> {
    const { id: entryId, updatedAt: writtenAt, ...kept } = entry;
    const { userId, version, kind, entryDate, deviceId, sealed, wrappedKey, envelopeHash, prevEnvelopeHash } = kept;
    await tx.insert(EntryVersionEntity, {
      userId,
      entryId,
      version,
      kind,
      entryDate,
      deviceId,
      sealed,
      wrappedKey,
      envelopeHash,
      prevEnvelopeHash,
      writtenAt,
    });
  }

  /** Forgets what is more than the user keeps of one entry, oldest first; how many bytes that were. */
  async forgetOldest(tx: Tx, userId: UserId, entryId: EntryId): Promise<number> {
    const [gone]: [{ bytes: number }[]] = await tx.query(
      `DELETE FROM entry_versions WHERE user_id = $1 AND entry_id = $2 AND version <= (
         SELECT version FROM entry_versions WHERE user_id = $1 AND entry_id = $2
         ORDER BY version DESC OFFSET (SELECT versions_kept FROM users WHERE user_id = $1) LIMIT 1)
       RETURNING octet_length(sealed) + octet_length(wrapped_key) AS bytes`,
      [userId, entryId],
    );
    return gone.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  find(tx: Tx, userId: UserId, entryId: EntryId, version: number): Promise<EntryVersionEntity | null> {
    return tx.findOneBy(EntryVersionEntity, { userId, entryId, version });
  }

  /** What is known of each version without opening it, newest first; at most `limit` of those before `before`. */
  list(tx: Tx, userId: UserId, entryId: EntryId, limit: number, before?: number): Promise<EntryVersionEntity[]> {
    const query = tx.createQueryBuilder(EntryVersionEntity, 'kept').where('kept.userId = :userId', { userId });
    query.andWhere('kept.entryId = :entryId', { entryId });
    if (before !== undefined) query.andWhere('kept.version < :before', { before });
    return query.orderBy('kept.version', 'DESC').limit(limit).getMany();
  }

  /** How many bytes the kept versions of an entry take. */
  async bytesOf(tx: Tx, userId: UserId, entryId: EntryId): Promise<number> {
    const [row]: { bytes: number }[] = await tx.query(
      `SELECT coalesce(sum(octet_length(sealed) + octet_length(wrapped_key)), 0)::bigint AS bytes
       FROM entry_versions WHERE user_id = $1 AND entry_id = $2`,
      [userId, entryId],
    );
    return row?.bytes ?? 0;
  }

  /** The content keys of the kept versions, each once. */
  async listKeys(tx: Tx, userId: UserId, entryId: EntryId): Promise<Uint8Array[]> {
    const rows: { wrapped_key: Uint8Array }[] = await tx.query(
      `SELECT DISTINCT wrapped_key FROM entry_versions WHERE user_id = $1 AND entry_id = $2`,
      [userId, entryId],
    );
    return rows.map(({ wrapped_key: wrappedKey }) => wrappedKey);
  }
}
