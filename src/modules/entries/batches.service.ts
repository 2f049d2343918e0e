import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { Problem, problems } from '../../platform/http/problem.js';
import type { Made } from '../../platform/idempotency/keyed-request.js';
import { problemPart } from '../../platform/http/problem.filter.js';
import type { Caller } from '../auth/caller.js';
import { Ledger, type LedgerHead, toHistoryHead } from '../ledger/ledger.js';
import { Vault } from '../vault/vault.js';
import { EntryErased } from './entries.problems.js';
import { EntryId, type EntryView } from './entries.schema.js';
import { EntriesService, type PreparedEntry } from './entries.service.js';
import type { EntryBatch, EntryBatchView } from './lists.schema.js';
import { ListsService } from './lists.service.js';

type Result = EntryBatchView['data'][number];

/** Many entries in one request: each is taken or refused for itself. */
@Injectable()
export class BatchesService {
  constructor(
    private readonly db: Database,
    private readonly entries: EntriesService,
    private readonly lists: ListsService,
    private readonly ledger: Ledger,
    private readonly vault: Vault,
  ) {}

  /** One result for each entry, in their order; all that are taken are in one transaction. @throws Locked */
  async write(caller: Caller, { entries }: EntryBatch): Promise<EntryBatchView> {
    this.vault.assertUnlocked(caller);
    const prepared = entries.map((draft) => orProblem(() => this.entries.prepare(caller, draft)));
    return this.db.asUser(caller, async (tx) => {
      const data: Result[] = [];
      let head = await this.ledger.lock(tx, caller.userId);
      await tx.query('SAVEPOINT one_entry');
      for (const one of prepared) {
        if (one instanceof Problem) {
          data.push(refused(one));
          continue;
        }
        const outcome = await this.writeOne(tx, caller, head, one);
        data.push(outcome.result);
        head = outcome.head;
      }
      caller.keyed?.made(200, ...data.map(madeOf));
      return { data, history_head: toHistoryHead(head) };
    });
  }

  /** What `write` has answered, for a batch that was written before: the entries as they are now, or that they are erased. */
  async readWritten(caller: Caller, made: readonly Made[]): Promise<EntryBatchView> {
    const ids = made.flatMap(({ id }) => (id === '' ? [] : EntryId.parse(id)));
    const { data: there } = await this.lists.get(caller, { ids });
    const byId = new Map<string, EntryView>(there.map((entry) => [entry.id, entry]));
    const data = made.map(({ id, status = 200, problem }): Result => {
      const kind = problem === undefined ? undefined : problems.get(problem);
      if (kind) return { status, problem: { ...kind } };
      const entry = byId.get(id);
      return entry ? { status, entry } : refused(new EntryErased());
    });
    const head = await this.db.asUser(caller, (tx) => this.ledger.lock(tx, caller.userId));
    return { data, history_head: toHistoryHead(head) };
  }

  /** Behind a savepoint, which is then behind it: what is refused leaves nothing behind, and the others stay. */
  private async writeOne(tx: Tx, caller: Caller, head: LedgerHead, prepared: PreparedEntry) {
    try {
      const { written, head: next } = await this.entries.writeIn(tx, caller, head, prepared);
      await tx.query('RELEASE SAVEPOINT one_entry; SAVEPOINT one_entry');
      const { history_head: _, ...entry } = written.entry;
      return { result: { status: written.isNew ? 201 : 200, entry }, head: next };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      await tx.query('ROLLBACK TO SAVEPOINT one_entry');
      return { result: refused(error), head };
    }
  }
}

const madeOf = ({ status, entry, problem }: Result): Made => ({
  id: entry?.id ?? '',
  status,
  ...(entry && { version: entry.version }),
  ...(problem && { problem: problem.type }),
});

const refused = (problem: Problem): Result => ({ status: problem.status, problem: problemPart(problem) });

function orProblem<T>(work: () => T): T | Problem {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
