import { historyHash, historyType, type HistoryType, toBase64url } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Clock } from '../../platform/clock.js';
import type { Tx } from '../../platform/database/database.js';
import { Unavailable } from '../../platform/http/request.problems.js';
import type { UserId } from '../../platform/ids.js';

/** The newest event of a user's ledger, answered with every write: a client that keeps it detects any later change. */
export const HistoryHead = z
  .object({ seq: z.int().nonnegative(), hash: z.base64url() })
  .describe('keep it to detect any later change to the history before')
  .meta({ id: 'HistoryHead' });
export type HistoryHead = z.infer<typeof HistoryHead>;

/** What is written down about a change. */
export interface LedgerEvent {
  readonly type: HistoryType;
  /** What it happened to: the entry, or of an account's event the device or API key. */
  readonly entryId?: string | undefined;
  readonly version?: number;
  readonly deviceId: string | null;
  readonly sessionId: string | null;
  readonly envelopeHash?: Uint8Array;
}

/** Where a user's ledger stands. */
export interface LedgerHead {
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** One event as it is stored. */
export interface LedgerRow {
  readonly seq: number;
  /** A number of the registry (docs/crypto.md, Verifiable history). */
  readonly type: number;
  readonly entry_id: string | null;
  readonly version: number | null;
  readonly device_id: string | null;
  readonly session_id: string | null;
  readonly at: Date;
  readonly envelope_hash: Uint8Array | null;
  readonly prev_hash: Uint8Array;
  readonly hash: Uint8Array;
}

/** The types of events of entries are below it (docs/crypto.md, Verifiable history). */
const ENTRY_TYPES_END = 16;

const COLUMNS = 'seq, type, entry_id, version, device_id, session_id, at, envelope_hash, prev_hash, hash';

/**
 * Each user's own counter and hash chain (docs/crypto.md, Verifiable history). Whoever changes something of a user calls
 * `lock` first: it orders the user's writes, and taking that lock before any other keeps them free of deadlocks.
 */
@Injectable()
export class Ledger {
  constructor(private readonly clock: Clock) {}

  /** Begins a user's ledger, with the account. */
  async begin(tx: Tx, userId: UserId): Promise<void> {
    await tx.query(`INSERT INTO ledger_heads (user_id, seq, hash) VALUES ($1, 0, $2)`, [userId, Buffer.alloc(32)]);
  }

  /** Waits for the user's other writers, and answers where the ledger stands until this transaction ends or appends. */
  async lock(tx: Tx, userId: UserId): Promise<LedgerHead> {
    const rows: LedgerHead[] = await tx.query(`SELECT seq, hash FROM ledger_heads WHERE user_id = $1 FOR UPDATE`, [
      userId,
    ]);
    const [head] = rows;
    // A request that was on its way when the account was erased.
    if (!head) throw new Unavailable({ detail: 'The account is being erased.' });
    return head;
  }

  /** Events behind `after`, oldest first. */
  async list(tx: Tx, userId: UserId, after: number, limit: number): Promise<LedgerRow[]> {
    return tx.query(`SELECT ${COLUMNS} FROM ledger_events WHERE user_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`, [
      userId,
      after,
      limit,
    ]);
  }

  /** The same, of one entry; a device or API key may have its id, and is left out. */
  async listOfEntry(tx: Tx, userId: UserId, entryId: string, after: number, limit: number): Promise<LedgerRow[]> {
    return tx.query(
      `SELECT ${COLUMNS} FROM ledger_events
       WHERE user_id = $1 AND entry_id = $2 AND seq > $3 AND type < $5 ORDER BY seq LIMIT $4`,
      [userId, entryId, after, limit, ENTRY_TYPES_END],
    );
  }

  /** Adds an event behind the head that `lock` answered in this transaction, or an `append` after it; the new head. */
  append(tx: Tx, userId: UserId, head: LedgerHead, event: LedgerEvent): Promise<LedgerHead> {
    return this.appendAll(tx, userId, head, [event]);
  }

  /** The same for several events, in their order and in one statement. */
  async appendAll(tx: Tx, userId: UserId, head: LedgerHead, events: readonly LedgerEvent[]): Promise<LedgerHead> {
    const at = this.clock.now();
    let last = head;
    const rows = events.map((event) => {
      const before = last;
      last = chained(userId, before, event, at);
      return rowOf(event, before, last);
    });
    if (rows.length === 0) return head;
    const columns = rows[0]?.map((_, column) => rows.map((row) => row[column]));
    await tx.query(
      `WITH head AS (UPDATE ledger_heads SET seq = $2::bigint, hash = $3::bytea WHERE user_id = $1)
       INSERT INTO ledger_events
         (user_id, at, seq, type, entry_id, version, device_id, session_id, envelope_hash, prev_hash, hash)
       SELECT $1::uuid, $4::timestamptz, * FROM unnest($5::bigint[], $6::int[], $7::uuid[], $8::bigint[], $9::uuid[], $10::uuid[],
         $11::bytea[], $12::bytea[], $13::bytea[])`,
      [userId, last.seq, last.hash, at, ...(columns ?? [])],
    );
    return last;
  }
}

function chained(userId: UserId, { seq, hash: prevHash }: LedgerHead, event: LedgerEvent, at: Date): LedgerHead {
  const { type, entryId, version, envelopeHash } = event;
  const [deviceId, sessionId] = [event.deviceId ?? undefined, event.sessionId ?? undefined];
  const place = { userId, seq: seq + 1, atMs: at.getTime(), prevHash };
  return { seq: seq + 1, hash: historyHash({ ...place, type, entryId, version, deviceId, sessionId, envelopeHash }) };
}

/** The columns of an event that are its own. */
function rowOf(event: LedgerEvent, before: LedgerHead, { seq, hash }: LedgerHead): readonly unknown[] {
  const { type, entryId, version, deviceId, sessionId, envelopeHash } = event;
  // A list of byte arrays is written as Buffers: pg spells out any other array.
  const buffers = [envelopeHash, before.hash, hash].map((bytes) => bytes && Buffer.from(bytes));
  return [seq, historyType[type], entryId, version, deviceId, sessionId, ...buffers];
}

/** A head as it is answered. */
export const toHistoryHead = ({ seq, hash }: LedgerHead): HistoryHead => ({ seq, hash: toBase64url(hash) });
