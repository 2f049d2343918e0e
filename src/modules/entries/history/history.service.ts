import { historyTypeOf, toBase64url } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database } from '../../../platform/database/database.js';
import { Cursors } from '../../../platform/http/cursors.js';
import type { PageQuery } from '../../../platform/http/page.js';
import type { Caller } from '../../auth/caller.js';
import { Ledger, type LedgerRow } from '../../ledger/ledger.js';
import type { EntryId } from '../entries.schema.js';
import { EntryNotFound } from '../entries.problems.js';
import type { EntryHistoryView, HistoryEventView } from './history.schema.js';

const SLICE = 1_000;
const Cursor = z.tuple([z.coerce.number().int().positive()]);

/** The history of an account and of its entries, as the ledger has it. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly db: Database,
    private readonly ledger: Ledger,
    private readonly cursors: Cursors,
  ) {}

  /** What happened to an entry, oldest first; also when it is erased by now. @throws EntryNotFound */
  async ofEntry(caller: Caller, id: EntryId, { limit, cursor }: PageQuery): Promise<EntryHistoryView> {
    const of = { list: `history of ${id}` };
    const after = cursor === undefined ? 0 : this.cursors.read(caller, cursor, Cursor, of)[0];
    const { userId } = caller;
    const found = await this.db.asUser({ userId }, (tx) => this.ledger.listOfEntry(tx, userId, id, after, limit + 1));
    if (found.length === 0 && cursor === undefined) throw new EntryNotFound();
    const { rows, next_cursor } = this.cursors.page(caller, found, limit, ({ seq }) => [String(seq)], of);
    return { data: rows.map((row) => toView(row)), next_cursor };
  }

  /** The whole chain behind `afterSeq`, oldest first, as lines of JSON; read slice by slice, as they are taken. */
  async *lines({ userId }: Caller, afterSeq: number): AsyncGenerator<string> {
    let after = afterSeq;
    for (;;) {
      const slice = await this.db.asUser({ userId }, (tx) => this.ledger.list(tx, userId, after, SLICE));
      const lines = slice.map((row): HistoryEventView => ({ ...toView(row), entry_id: row.entry_id }));
      if (lines.length > 0) yield lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      if (slice.length < SLICE) return;
      after = slice.at(-1)?.seq ?? after;
    }
  }
}

function toView(row: LedgerRow): EntryHistoryView['data'][number] {
  const type = historyTypeOf(row.type);
  if (!type) throw new Error('an event of a type that is not in the registry');
  return {
    seq: row.seq,
    type,
    version: row.version,
    at: row.at.toISOString(),
    device_id: row.device_id,
    session_id: row.session_id,
    envelope_hash: row.envelope_hash && toBase64url(row.envelope_hash),
    hash: toBase64url(row.hash),
    prev_hash: toBase64url(row.prev_hash),
  };
}
