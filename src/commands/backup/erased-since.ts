import type pg from 'pg';
import { writeReceipt } from '../../modules/auth/erasure/erasure.schema.js';
import { UserId } from '../../platform/ids.js';

const IDS_AT_ONCE = 10_000;

/** Receipts of who was erased in the live database, and has an account in the restored one. */
export async function listErasedSince(live: pg.ClientBase, restored: pg.ClientBase): Promise<string[]> {
  const { rows } = await live.query<{ user_id: string; id: string }>(`SELECT user_id, id FROM erasures`);
  const receipts: string[] = [];
  for (let from = 0; from < rows.length; from += IDS_AT_ONCE) {
    const erasures = rows.slice(from, from + IDS_AT_ONCE);
    const ids = erasures.map(({ user_id }) => user_id);
    const back = await restored.query<{ user_id: string }>(
      `SELECT user_id FROM users WHERE user_id = ANY($1::uuid[])
       AND NOT EXISTS (SELECT FROM erasures e WHERE e.user_id = users.user_id)`,
      [ids],
    );
    const known = new Set(back.rows.map(({ user_id }) => user_id));
    for (const { user_id, id } of erasures)
      if (known.has(user_id)) receipts.push(writeReceipt({ userId: UserId.parse(user_id), id }));
  }
  return receipts;
}
