import { describe, expect, it } from '@jest/globals';
import { isNewer, isOlder, roundsOf } from '../src/modules/entries/index/rounds.js';

const [UNDATED, IMPORTED] = [0, 0xffff];
const of = (...counts: [period: number, entries: number][]) =>
  roundsOf(counts.map(([period, entries]) => ({ period, entries })));

describe('periods are looked at', () => {
  it('in rounds from the newest day on, each with the imported posts of its days, the last with all that has no day', () => {
    const rounds = of(
      [UNDATED, 10],
      [8100, 900],
      [8101, 1_000],
      [8102, 5_000],
      [8103, 700],
      [8104, 900],
      [IMPORTED, 3],
    );
    expect(rounds).toEqual([
      { periods: [8104, 8103, IMPORTED], from: '2025-10-01', before: null },
      { periods: [8102, IMPORTED], from: '2025-07-01', before: '2025-10-01' },
      { periods: [8101, 8100, UNDATED, IMPORTED], from: null, before: '2025-07-01' },
    ]);
  });

  it('each once, and every day in one round', () => {
    const counts = Array.from({ length: 200 }, (_, n): [number, number] => [7_000 + n, 100 + 37 * (n % 11)]);
    const rounds = of(...counts);
    expect(rounds.length).toBeGreaterThan(5);
    expect(rounds.flatMap(({ periods }) => periods)).toEqual(counts.map(([period]) => period).toReversed());
    expect(rounds.map(({ before }) => before).slice(1)).toEqual(rounds.map(({ from }) => from).slice(0, -1));
    expect([rounds[0]?.before, rounds.at(-1)?.from]).toEqual([null, null]);
  });

  it('together where there are few, and not at all where there are none', () => {
    expect(of([UNDATED, 1])).toEqual([{ periods: [UNDATED], from: null, before: null }]);
    expect(of([IMPORTED, 9_000])).toEqual([{ periods: [IMPORTED], from: null, before: null }]);
    expect(of()).toEqual([]);
  });

  it('only where a page may find something: not what is newer than its beginning, or older than its end', () => {
    const [newest, , last] = of([8102, 9_000], [8103, 9_000], [UNDATED, 1]);
    const at = (date: string | null) => ({ date, id: '' }) as Parameters<typeof isNewer>[1];
    if (!newest || !last) throw new Error('three rounds');
    expect(['2025-12-31', '2025-10-01', '2025-09-30', null].map((day) => isNewer(newest, at(day)))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect([isNewer(last, at(null)), isOlder(last, at('2025-07-01')), isOlder(last, at('2025-06-30'))]).toEqual([
      false,
      true,
      false,
    ]);
    expect(isOlder(newest, at('2030-01-01'))).toBe(false);
  });
});
