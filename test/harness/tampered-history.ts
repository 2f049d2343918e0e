import { historyHash, type HistoryType } from '@daybook/sdk/crypto';
import type { TestDatabase } from './database.js';

/*
 * What somebody may do to a history who owns the tables, and has switched off row security.
 */

const typeNames: Record<number, HistoryType> = {
  1: 'created',
  2: 'updated',
  3: 'deleted',
  6: 'erased',
  32: 'account_created',
};

interface Row {
  readonly type: number;
  readonly entry_id: string | null;
  readonly version: number | null;
  readonly device_id: string | null;
  readonly session_id: string | null;
  readonly at: Date;
  readonly envelope_hash: Buffer | null;
}

/** Lets the owner of the tables see and change every history. */
export async function openHistories(database: TestDatabase): Promise<void> {
  for (const table of ['ledger_events', 'ledger_heads'])
    await database.look(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY`);
}

/** Gives event `from` another type, and it and those until `to` hashes that fit. */
export async function rewriteHistory(database: TestDatabase, userId: string, from: number, to: number): Promise<void> {
  await database.as('owner', 'UPDATE ledger_events SET type = 3 WHERE user_id = $1 AND seq = $2', [userId, from]);
  for (let seq = from; seq <= to; seq++) {
    const [row] = await database.look<Row>(
      'SELECT *, version::int AS version FROM ledger_events WHERE user_id = $1 AND seq = $2',
      [userId, seq],
    );
    const [before] = await database.look<{ hash: Buffer }>(
      'SELECT hash FROM ledger_events WHERE user_id = $1 AND seq = $2',
      [userId, seq - 1],
    );
    if (!row) throw new Error(`there is no event ${seq}`);
    const prevHash = before?.hash ?? Buffer.alloc(32);
    const change = 'UPDATE ledger_events SET prev_hash = $3, hash = $4 WHERE user_id = $1 AND seq = $2';
    await database.as('owner', change, [userId, seq, prevHash, Buffer.from(hashOf(userId, seq, row, prevHash))]);
  }
}

/** Lets two events change places. */
export async function swapEvents(database: TestDatabase, userId: string, one: number, other: number): Promise<void> {
  const aside = 1_000;
  for (const [from, to] of [
    [one, aside],
    [other, one],
    [aside, other],
  ] as const)
    await database.as('owner', 'UPDATE ledger_events SET seq = $3 WHERE user_id = $1 AND seq = $2', [userId, from, to]);
}

/** Lets two events point to what the other had before it. */
export async function swapLinks(database: TestDatabase, userId: string, one: number, other: number): Promise<void> {
  await database.as(
    'owner',
    `UPDATE ledger_events AS event SET prev_hash = other.prev_hash FROM ledger_events AS other
     WHERE event.user_id = $1 AND other.user_id = $1
       AND ((event.seq = $2 AND other.seq = $3) OR (event.seq = $3 AND other.seq = $2))`,
    [userId, one, other],
  );
}

function hashOf(userId: string, seq: number, row: Row, prevHash: Uint8Array): Uint8Array {
  return historyHash({
    userId,
    seq,
    type: typeNames[row.type] ?? 'pushed',
    entryId: row.entry_id ?? undefined,
    version: row.version ?? undefined,
    deviceId: row.device_id ?? undefined,
    sessionId: row.session_id ?? undefined,
    atMs: row.at.getTime(),
    envelopeHash: row.envelope_hash ?? undefined,
    prevHash,
  });
}
