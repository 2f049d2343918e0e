import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import type { EntryEntity } from '../entry.entity.js';

const idsOf = (entries: readonly EntryEntity[]) => entries.map(({ id }) => id);

/** pg spells out any array but a Buffer within a list. */
const buffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** New versions of many entries, by one statement for all of them. */
@Injectable()
export class RetaggedRepository {
  /** Keeps what `entries` are in the database, as earlier versions. */
  async keep(tx: Tx, userId: UserId, entries: readonly EntryEntity[]): Promise<void> {
    await tx.query(
      `INSERT INTO entry_versions (user_id, entry_id, version, kind, entry_date, device_id, sealed, wrapped_key,
         envelope_hash, prev_envelope_hash, written_at)
       SELECT user_id, id, version, kind, entry_date, device_id, sealed, wrapped_key, envelope_hash, prev_envelope_hash,
         updated_at
       FROM entries WHERE user_id = $1 AND id = ANY($2)`,
      [userId, idsOf(entries)],
    );
  }

  /** Puts the new versions in their places; kind and days stay. */
  async replace(tx: Tx, userId: UserId, entries: readonly EntryEntity[]): Promise<void> {
    await tx.query(
      `UPDATE entries SET device_id = next.device_id, version = next.version, sealed = next.sealed,
         wrapped_key = next.wrapped_key, envelope_hash = next.envelope_hash,
         prev_envelope_hash = next.prev_envelope_hash, updated_at = next.updated_at
       FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[],
         $9::timestamptz[])
         AS next (id, device_id, version, sealed, wrapped_key, envelope_hash, prev_envelope_hash, updated_at)
       WHERE entries.user_id = $1 AND entries.id = next.id`,
      [
        userId,
        idsOf(entries),
        entries.map(({ deviceId }) => deviceId),
        entries.map(({ version }) => version),
        entries.map(({ sealed }) => buffer(sealed)),
        entries.map(({ wrappedKey }) => buffer(wrappedKey)),
        entries.map(({ envelopeHash }) => buffer(envelopeHash)),
        entries.map(({ prevEnvelopeHash }) => buffer(prevEnvelopeHash)),
        entries.map(({ updatedAt }) => updatedAt.toISOString()),
      ],
    );
  }

  /** Forgets what is more than the user keeps of each entry, oldest first; how many bytes that were. */
  async forgetOldest(tx: Tx, userId: UserId, entries: readonly EntryEntity[]): Promise<number> {
    const [gone]: [{ bytes: number }[]] = await tx.query(
      `DELETE FROM entry_versions USING (
         SELECT entry_id, version, row_number() OVER (PARTITION BY entry_id ORDER BY version DESC) AS nth
         FROM entry_versions WHERE user_id = $1 AND entry_id = ANY($2)) AS kept
       WHERE entry_versions.user_id = $1 AND entry_versions.entry_id = kept.entry_id
         AND entry_versions.version = kept.version
         AND kept.nth > (SELECT versions_kept FROM users WHERE user_id = $1)
       RETURNING octet_length(sealed) + octet_length(wrapped_key) AS bytes`,
      [userId, idsOf(entries)],
    );
    return gone.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
