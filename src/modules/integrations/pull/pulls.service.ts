import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import { Jobs } from '../../../platform/jobs/jobs.js';
import type { JobBegunView } from '../../../platform/jobs/jobs.schema.js';
import { Outbox } from '../../../platform/queue/outbox.js';
import type { Caller } from '../../auth/caller.js';
import { Ledger } from '../../ledger/ledger.js';
import { PULL } from '../connections/connection-standing.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { FacebookPullAsked } from '../integrations.events.js';

/** Bringing posts because their owner asks for it. */
@Injectable()
export class PullsService {
  constructor(
    private readonly db: Database,
    private readonly connections: ConnectionsService,
    private readonly jobs: Jobs,
    private readonly ledger: Ledger,
    private readonly outbox: Outbox,
  ) {}

  /** Begins a job; one that goes on already is answered. @throws NotConnected, NeedsReconnect, FacebookLimited */
  ask(caller: Caller): Promise<JobBegunView> {
    const { userId } = caller;
    return this.db.asUser(caller, async (tx) => {
      await this.ledger.lock(tx, userId);
      const { id: connectionId } = await this.connections.usable(tx, caller);
      const begun = await this.jobs.findOpen(tx, caller, PULL);
      const job = begun ?? (await this.jobs.begin(tx, caller, PULL, 0));
      if (!begun) await this.outbox.add(tx, FacebookPullAsked, { userId, connectionId, jobId: job.id });
      caller.keyed?.made(202, { id: job.id });
      return { job_id: job.id };
    });
  }
}
