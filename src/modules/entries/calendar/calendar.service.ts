import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database } from '../../../platform/database/database.js';
import { AccountService } from '../../auth/accounts/account.service.js';
import type { Caller } from '../../auth/caller.js';
import { Vault } from '../../vault/vault.js';
import { EntriesRepository } from '../entries.repository.js';
import type { EntryView } from '../entries.schema.js';
import { EntryReading } from '../entry-reading.js';
import type { CalendarQuery, CalendarView } from './calendar.schema.js';
import { dayIn } from './days.js';

const ON_THIS_DAY_MAX = 200;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The diary by its days, which are the writer's. */
@Injectable()
export class CalendarService {
  constructor(
    private readonly db: Database,
    private readonly entries: EntriesRepository,
    private readonly reading: EntryReading,
    private readonly account: AccountService,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /** Days with entries, and the streaks of the days that have come: an entry that is dated back repairs one. */
  async calendar(caller: Caller, { from, to, today }: CalendarQuery): Promise<CalendarView> {
    this.vault.assertUnlocked(caller);
    return this.db.asUser(caller, async (tx) => {
      const days = await this.entries.countDays(tx, caller.userId, from, to);
      const now = today ?? dayIn(await this.account.timeZoneOf(tx, caller.userId), this.clock.now());
      const streaks = await this.entries.listStreaks(tx, caller.userId, now);
      const [newest] = streaks;
      const longest = streaks.reduce<(typeof streaks)[number] | null>(
        (best, streak) => (best && best.days >= streak.days ? best : streak),
        null,
      );
      return {
        data: days.map(({ day, count }) => ({ day, entries: count })),
        streak: { current: newest && newest.last >= dayBefore(now) ? newest : null, longest },
      };
    });
  }

  /** Entries of the same day in other years, newest year first. */
  async onThisDay(caller: Caller, date: string): Promise<{ data: EntryView[]; next_cursor: null }> {
    this.vault.assertUnlocked(caller);
    return this.db.asUser(caller, async (tx) => {
      const [year, monthDay] = [date.slice(0, 4), date.slice(5)];
      const found = await this.entries.listOnDay(tx, caller.userId, monthDay, year, ON_THIS_DAY_MAX);
      return { data: await this.reading.views(tx, caller, found), next_cursor: null };
    });
  }
}

const dayBefore = (day: string) => new Date(Date.parse(day) - DAY_MS).toISOString().slice(0, 10);
