import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { Due, type DueRow } from '../../platform/database/due.js';
import { JobId } from '../../platform/jobs/jobs.schema.js';
import { Outbox } from '../../platform/queue/outbox.js';
import { PULL } from './connections/connection-standing.js';
import { FacebookPullAsked, FacebookPushAsked, FacebookRevokeAsked } from './integrations.events.js';
import { ConnectionId } from './integrations.schema.js';
import { PUSH } from './push/push-task.js';
import { REVOKE } from './revoke/revocations.js';

type Announce = (tx: Tx, row: DueRow) => Promise<void>;

/** What is at work already is not asked for again in this time. */
const ASK_AGAIN_MS: Readonly<Record<string, number>> = { [PULL]: 60 * 60_000, [PUSH]: 60_000, [REVOKE]: 5 * 60_000 };
const BATCH = 1_000;

/** Each minute: announces what is due, one event for each, so that all workers share the work; and takes away what has expired. */
@Injectable()
export class DueWork {
  constructor(
    private readonly db: Database,
    private readonly due: Due,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** How many it announced. */
  async run(): Promise<number> {
    const pulls = await this.announce(PULL, (tx, { user_id: userId, id }) =>
      this.outbox.add(tx, FacebookPullAsked, { userId, connectionId: ConnectionId.parse(id), jobId: null }),
    );
    const pushes = await this.announce(PUSH, (tx, { user_id: userId, id }) =>
      this.outbox.add(tx, FacebookPushAsked, { userId, jobId: JobId.parse(id) }),
    );
    const revocations = await this.announce(REVOKE, (tx, { user_id: userId, id }) =>
      this.outbox.add(tx, FacebookRevokeAsked, { userId, jobId: JobId.parse(id) }),
    );
    await this.expire('connects');
    await this.expire('publications');
    return pulls + pushes + revocations;
  }

  private announce(task: string, add: Announce): Promise<number> {
    return this.due.forEach(task, (row) =>
      this.db.asUser({ userId: row.user_id }, async (tx) => {
        if (!(await this.due.isDue(tx, row.user_id, task, row.id))) return false;
        await this.due.set(tx, row.user_id, task, row.id, this.clock.in(ASK_AGAIN_MS[task] ?? 0));
        await add(tx, row);
        return true;
      }),
    );
  }

  private async expire(table: 'connects' | 'publications'): Promise<void> {
    await this.db.asSystem((tx) =>
      tx.query(
        `DELETE FROM ${table} WHERE (user_id, id) IN (
           SELECT user_id, id FROM ${table} WHERE expires_at < now() ORDER BY expires_at LIMIT ${BATCH})`,
      ),
    );
  }
}
