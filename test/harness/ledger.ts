import { historyHash, historyType, type HistoryType, toBase64url } from '@daybook/sdk/crypto';
import { expect } from '@jest/globals';
import type { TestDatabase } from './database.js';

interface Row {
  readonly seq: string;
  readonly type: number;
  readonly entry_id: string | null;
  readonly version: string | null;
  readonly device_id: string | null;
  readonly session_id: string | null;
  readonly at: Date;
  readonly envelope_hash: Buffer | null;
  readonly prev_hash: Buffer;
  readonly hash: Buffer;
}

/** One event of a ledger that was verified. */
export interface LedgerLine {
  readonly type: HistoryType;
  readonly subject: string | null;
  readonly device: string | null;
  readonly session: string | null;
}

const typeOf = (number: number) =>
  Object.entries(historyType).find(([, value]) => value === number)?.[0] as HistoryType | undefined;

/** Every event of a user's ledger, oldest first: numbered without a gap, and each hash made again from what it says. */
export async function verifiedLedger({ look }: TestDatabase, userId: string): Promise<LedgerLine[]> {
  const rows = await look<Row>('SELECT * FROM ledger_events WHERE user_id = $1 ORDER BY seq', [userId]);
  let prevHash: Uint8Array = new Uint8Array(32);
  const lines = rows.map((row, index) => {
    const type = typeOf(row.type);
    if (!type) throw new Error(`an event of type ${row.type}`);
    expect(Number(row.seq)).toBe(index + 1);
    const hash = historyHash({
      userId,
      seq: index + 1,
      type,
      entryId: row.entry_id ?? undefined,
      version: Number(row.version ?? 0),
      deviceId: row.device_id ?? undefined,
      sessionId: row.session_id ?? undefined,
      atMs: row.at.getTime(),
      envelopeHash: row.envelope_hash ? new Uint8Array(row.envelope_hash) : undefined,
      prevHash,
    });
    expect(toBase64url(new Uint8Array(row.hash))).toBe(toBase64url(hash));
    prevHash = hash;
    return { type, subject: row.entry_id, device: row.device_id, session: row.session_id };
  });
  const [head] = await look<{ seq: string; hash: Buffer }>('SELECT * FROM ledger_heads WHERE user_id = $1', [userId]);
  expect([Number(head?.seq), head && new Uint8Array(head.hash)]).toEqual([lines.length, prevHash]);
  return lines;
}
