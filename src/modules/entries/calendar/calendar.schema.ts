import { z } from 'zod';
import { Day } from '../../../platform/http/wire.js';
import { EntryView } from '../entries.schema.js';
import { calendarExamples, pageExamples } from '../answer-examples.js';

const DAYS_MAX = 366;
const DAY_MS = 24 * 60 * 60 * 1000;

export const CalendarQuery = z
  .strictObject({
    from: Day.describe('the first day'),
    to: Day.describe('the last day; at most a year later'),
    today: Day.optional().describe("the writer's day, for the streak; by the account's time zone where absent"),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'is before from' })
  .refine(({ from, to }) => (Date.parse(to) - Date.parse(from)) / DAY_MS < DAYS_MAX, {
    path: ['to'],
    error: `is more than ${DAYS_MAX} days from from`,
  });
export type CalendarQuery = z.infer<typeof CalendarQuery>;

const Streak = z.object({ days: z.int(), first: z.iso.date(), last: z.iso.date() });

export const CalendarView = z
  .object({
    data: z.array(z.object({ day: z.iso.date(), entries: z.int().positive() })).describe('days that have entries'),
    streak: z
      .object({
        current: Streak.nullable().describe('unbroken days until today, or until yesterday while today is empty'),
        longest: Streak.nullable(),
      })
      .describe('of the whole diary, up to today: days that are dated ahead do not count yet'),
  })
  .meta({ id: 'Calendar', examples: calendarExamples });
export type CalendarView = z.infer<typeof CalendarView>;

export const OnThisDayQuery = z.strictObject({ date: Day });
export type OnThisDayQuery = z.infer<typeof OnThisDayQuery>;

export const OnThisDayView = z
  .object({ data: z.array(EntryView), next_cursor: z.null() })
  .meta({ id: 'OnThisDay', examples: pageExamples });
