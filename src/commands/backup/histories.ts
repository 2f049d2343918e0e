import { equalBytes, historyHash, historyTypeOf } from '@daybook/sdk/crypto';
import type pg from 'pg';
import type { LedgerRow } from '../../modules/ledger/ledger.js';

const PAGE = 1_000;

interface Head {
  readonly seq: number;
  readonly hash: Uint8Array;
}

async function headOf(client: pg.ClientBase, userId: string): Promise<Head | undefined> {
  const { rows } = await client.query<Head>(`SELECT seq, hash FROM ledger_heads WHERE user_id = $1`, [userId]);
  return rows[0];
}

/** Makes every hash of a user's history anew (docs/crypto.md, Verifiable history); where it breaks, or nothing. */
export async function brokenPlace(client: pg.ClientBase, userId: string): Promise<string | undefined> {
  let last: Head = { seq: 0, hash: Buffer.alloc(32) };
  for (;;) {
    const { rows } = await client.query<LedgerRow>(
      `SELECT seq, type, entry_id, version, device_id, session_id, at, envelope_hash, prev_hash, hash
       FROM ledger_events WHERE user_id = $1 AND seq > $2 ORDER BY seq LIMIT ${PAGE}`,
      [userId, last.seq],
    );
    for (const row of rows) {
      if (row.seq !== last.seq + 1) return `lacks event ${last.seq + 1}`;
      if (!equalBytes(row.prev_hash, last.hash) || !equalBytes(row.hash, hashOf(userId, row)))
        return `breaks at event ${row.seq}`;
      last = row;
    }
    if (rows.length < PAGE) break;
  }
  const head = await headOf(client, userId);
  return head?.seq === last.seq && equalBytes(head.hash, last.hash)
    ? undefined
    : `ends at ${last.seq}, its head elsewhere`;
}

function hashOf(userId: string, row: LedgerRow): Uint8Array {
  const type = historyTypeOf(row.type);
  if (!type) return new Uint8Array();
  return historyHash({
    userId,
    seq: row.seq,
    type,
    entryId: row.entry_id ?? undefined,
    version: row.version ?? undefined,
    deviceId: row.device_id ?? undefined,
    sessionId: row.session_id ?? undefined,
    atMs: row.at.getTime(),
    envelopeHash: row.envelope_hash ?? undefined,
    prevHash: row.prev_hash,
  });
}

/** Whether the live history went on from where the restored one stands; what is wrong, or nothing. Erased users have none. */
export async function compareHeads(
  restored: pg.ClientBase,
  live: pg.ClientBase,
  userId: string,
): Promise<string | undefined> {
  const head = await headOf(restored, userId);
  if (!head || head.seq === 0 || !(await headOf(live, userId))) return undefined;
  const { rows } = await live.query<{ hash: Uint8Array }>(
    `SELECT hash FROM ledger_events WHERE user_id = $1 AND seq = $2`,
    [userId, head.seq],
  );
  return rows[0] && equalBytes(rows[0].hash, head.hash) ? undefined : `is not the beginning of the live one`;
}
