import { firstDayOf, importedPeriod, periodOf, undatedPeriod } from '@daybook/sdk/search';
import type { IndexPosition } from './index-position.js';

/** The first round looks at about so many signatures, each further one at twice as many as the one before. */
const ENTRIES_FIRST = 1_500;
const ENTRIES_MAX = 32_000;

/** How many entries a period has in the index. */
export interface PeriodCount {
  readonly period: number;
  readonly entries: number;
}

/** Periods whose signatures are looked at together, and the days of their entries. */
export interface Round {
  readonly periods: readonly number[];
  /** The first day; null in the last round, which has the entries without a day. */
  readonly from: string | null;
  /** The first day of the round before, which is newer. */
  readonly before: string | null;
}

/**
 * Periods in rounds, newest days first, so that who has found enough need not look at the rest. Published posts of all
 * times share one period: it is part of each round, for the posts of the round's days.
 */
export function roundsOf(counts: readonly PeriodCount[]): Round[] {
  const periods = counts.map(({ period }) => period);
  const shared = periods.filter((period) => period === importedPeriod);
  const undated = periods.filter((period) => period === undatedPeriod);
  const dated = counts.filter(({ period }) => period !== importedPeriod && period !== undatedPeriod);
  const rounds: Round[] = [];
  let before: string | null = null;
  let room = ENTRIES_FIRST;
  let current: number[] = [];
  let entries = 0;
  for (const count of dated.toSorted((a, b) => b.period - a.period)) {
    current.push(count.period);
    entries += count.entries;
    if (entries < room) continue;
    const from = firstDayOf(count.period);
    rounds.push({ periods: [...current, ...shared], from, before });
    [current, entries, before, room] = [[], 0, from, Math.min(2 * room, ENTRIES_MAX)];
  }
  const last = [...current, ...undated, ...shared];
  return last.length > 0 ? [...rounds, { periods: last, from: null, before }] : rounds;
}

/** Whether all entries of a round are newer than the one at a position. */
export const isNewer = ({ from }: Round, { date }: IndexPosition): boolean => from !== null && (date ?? '') < from;

/** Whether all entries of a round are older. */
export const isOlder = ({ before }: Round, { date }: IndexPosition): boolean =>
  before !== null && (date ?? '') >= before;

/** Whether entries of a period may be of the days that a query is bounded to. */
export function isWithin(period: number, { from, before }: { from: string | null; before: string | null }): boolean {
  if (period === importedPeriod) return true;
  return (
    (from === null || period >= periodOf(from, false)) &&
    (before === null || (period > 0 && period <= periodOf(before, false)))
  );
}
