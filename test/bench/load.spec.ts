import { describe, expect, it } from '@jest/globals';
import { findPgBouncer } from '../../scripts/pgbouncer.mjs';
import { bench } from './bench.js';

/** It starts a database and two API processes of its own. */
const BENCH_MS_MAX = 60_000;

describe('the benchmark of load', () => {
  it(
    'measures each kind of request each way, and every request is answered as it should be',
    async () => {
      const args = ['load', '--connections', '4', '--seconds', '0.3', '--rounds', '1'];
      const { ways, measured } = await bench(args);
      expect(ways).toEqual(findPgBouncer() === undefined ? ['direct'] : ['direct', 'PgBouncer']);
      const kinds = { 'write an entry': ['201'], 'read an entry': ['200'], 'list 50 entries': ['200'] };
      expect(measured).toEqual(
        ways.flatMap((way: string) => Object.entries(kinds).map(([kind, statuses]) => ({ way, kind, statuses }))),
      );
    },
    BENCH_MS_MAX,
  );
});
