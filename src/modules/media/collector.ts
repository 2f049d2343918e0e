import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { Database } from '../../platform/database/database.js';
import type { UserId } from '../../platform/ids.js';
import { MediaRepository } from './media.repository.js';
import type { MediaId } from './media.schema.js';
import { Objects } from './objects.js';
import { Orphans, type Swept } from './orphans.js';

const SLICE = 200;
/** Each user's rows are compared with their objects once in so many days. */
const ROUND_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

/** What a run has found and mended. */
export interface Collected extends Swept {
  /** Rows whose object the store has lost, now said to be missing; and those that were found again. */
  readonly missing: number;
  readonly found: number;
}

/** Compares rows and objects, both ways: what nobody knows of is taken away, what is lost is said to be. */
@Injectable()
export class Collector {
  private readonly logger = new Logger(Collector.name);

  constructor(
    private readonly db: Database,
    private readonly media: MediaRepository,
    private readonly objects: Objects,
    private readonly orphans: Orphans,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<Collected> {
    const swept = await this.orphans.sweep();
    const compared = await this.compareRows();
    if (swept.orphans + compared.missing + compared.found > 0)
      this.logger.log({ msg: 'media was compared', ...swept, ...compared });
    return { ...swept, ...compared };
  }

  /** Rows without an object: a seventh of the users each day. */
  private async compareRows(): Promise<{ missing: number; found: number }> {
    const part = Math.floor(this.clock.now().getTime() / DAY_MS) % ROUND_DAYS;
    const total = { missing: 0, found: 0 };
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const users: { user_id: UserId }[] = await this.db.asSystem((tx) =>
        tx.query(`SELECT user_id FROM storage WHERE user_id > $1 ORDER BY user_id LIMIT ${SLICE}`, [after]),
      );
      for (const { user_id: userId } of users) if (partOf(userId) === part) await this.compareRowsOf(userId, total);
      const last = users.at(-1);
      if (!last || users.length < SLICE) return total;
      after = last.user_id;
    }
  }

  private async compareRowsOf(userId: UserId, total: { missing: number; found: number }): Promise<void> {
    let after: MediaId | undefined;
    for (;;) {
      const rows = await this.db.asUser({ userId }, (tx) => this.media.listAll(tx, userId, SLICE, after));
      for (const row of rows) {
        if (row.state === 'reserved' || row.erasingAt) continue;
        const state = (await this.objects.has(row)) ? 'ready' : 'missing';
        if (state === row.state) continue;
        if (await this.db.asUser({ userId }, (tx) => this.media.replaceState(tx, row, state)))
          total[state === 'missing' ? 'missing' : 'found']++;
      }
      if (rows.length < SLICE) return;
      after = rows.at(-1)?.id;
    }
  }
}

/** Which day's turn a user is: ids are random at their end. */
const partOf = (userId: UserId): number => Number.parseInt(userId.slice(-6), 16) % ROUND_DAYS;
