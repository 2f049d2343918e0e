import { EnvelopeRefused } from '@daybook/sdk/crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { problemPart } from '../../platform/http/problem.filter.js';
import type { JobEntity } from '../../platform/jobs/job.entity.js';
import { Jobs } from '../../platform/jobs/jobs.js';
import type { JobBegunView } from '../../platform/jobs/jobs.schema.js';
import type { Slice, UnlockedWork } from '../../platform/on-unlock.js';
import type { OpenCaller, UceCaller } from '../auth/caller.js';
import { Unlocked } from '../auth/unlocked.js';
import { IndexRenewal } from '../entries/index/index-renewal.js';
import { SearchedEntries } from '../entries/index/searched-entries.js';
import { Ledger } from '../ledger/ledger.js';
import { Vault } from '../vault/vault.js';
import { IndexBroken } from './search.problems.js';
import type { SearchStatsView } from './search.schema.js';

const KIND = 'search.index';
const USERS_MAX = 10_000;

/** Makes the search index: of entries that are not in it, and all of it anew where its owner asks for that. */
@Injectable()
export class IndexingService implements UnlockedWork<OpenCaller>, OnModuleInit {
  /** Users whose entries are all in the index: writing indexes, so it stays so. Looking again would be dear. */
  private readonly current = new Set<string>();

  constructor(
    private readonly db: Database,
    private readonly jobs: Jobs,
    private readonly renewal: IndexRenewal,
    private readonly entries: SearchedEntries,
    private readonly ledger: Ledger,
    private readonly vault: Vault,
    private readonly unlocked: Unlocked,
  ) {}

  onModuleInit(): void {
    this.unlocked.plug(this);
  }

  /** Asks for all of the index to be made anew; one that is being made anew already goes on. @throws Locked */
  async rebuild(caller: UceCaller): Promise<JobBegunView> {
    const open = this.vault.opened(caller);
    const job = await this.db.asUser(open, async (tx) => {
      await this.ledger.lock(tx, open.userId);
      const begun = await this.jobs.findOpen(tx, open, KIND);
      return begun ?? this.jobs.begin(tx, open, KIND, await this.renewal.count(tx, open));
    });
    this.unlocked.urge(open);
    return { job_id: job.id };
  }

  /** @throws Locked */
  async stats(caller: UceCaller): Promise<SearchStatsView> {
    const { indexed, pending, bytes, languages } = await this.entries.state(this.vault.opened(caller));
    return { entries_indexed: indexed, entries_pending: pending, index_bytes: bytes, languages };
  }

  async advance(open: OpenCaller, slice: Slice): Promise<void> {
    const job = await this.db.asUser(open, (tx) => this.jobs.findOpen(tx, open, KIND));
    if (job) return this.advanceJob(open, job, slice);
    if (this.current.has(open.userId)) return;
    const { isEnd } = await this.renewal.pending(open, slice);
    if (isEnd) this.remember(open);
  }

  private async advanceJob(open: OpenCaller, job: JobEntity, slice: Slice): Promise<void> {
    try {
      await this.renewal.all(open, job.place, slice, async (tx, { entries, last, isEnd }) => {
        const done = job.progress.done + entries;
        const progress = { done, total: isEnd ? done : Math.max(job.progress.total, done) };
        if (isEnd) await this.jobs.end(tx, job, { state: 'done', progress, result: { entries: done } });
        else await this.jobs.step(tx, job, { progress, place: last ?? job.place });
      });
    } catch (error) {
      if (!(error instanceof EnvelopeRefused)) throw error;
      const problem = problemPart(new IndexBroken());
      await this.db.asUser(open, (tx) => this.jobs.end(tx, job, { state: 'failed', problem }));
    }
  }

  private remember({ userId }: OpenCaller): void {
    if (this.current.size >= USERS_MAX) this.current.clear();
    this.current.add(userId);
  }
}
