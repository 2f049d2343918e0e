import { describe, expect, it } from '@jest/globals';
import { bench } from './bench.js';

const ENTRIES = 60;
const RUNS = 3;
/** It starts an instance of its own. */
const BENCH_MS_MAX = 60_000;

describe('the benchmark of search', () => {
  it(
    'looks for each kind of query as often as it was told to, and finds it in a diary that it put into the tables itself',
    async () => {
      const args = ['search', '--sizes', String(ENTRIES), '--others', '0', '--runs', String(RUNS)];
      const [diary, ...more] = await bench(args);
      expect(more).toEqual([]);
      expect(diary).toEqual({
        count: ENTRIES,
        others: 0,
        results: ['a rare word', 'a common word', 'a phrase', 'three words'].map((kind) => ({
          kind,
          searches: RUNS,
          hits: expect.any(Number),
          complete: true,
        })),
      });
      for (const { hits } of diary.results) expect(hits).toBeGreaterThanOrEqual(1);
    },
    BENCH_MS_MAX,
  );
});
