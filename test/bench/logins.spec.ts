import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { bench } from './bench.js';

const ROUNDS = 2;
const BURST = 6;
/** It starts an instance of its own. */
const BENCH_MS_MAX = 60_000;

describe('the benchmark of sign-ins', () => {
  it(
    'tries each kind as often as it was told to, and everybody who reads meanwhile is served',
    async () => {
      const args = ['logins', '--rounds', String(ROUNDS), '--burst', String(BURST), '--seconds', '0.2'];
      // One at work and two waiting: of six at once, some are told to come back.
      const counted = await bench(args, { ARGON2_CONCURRENCY: '1', ARGON2_QUEUE_MAX: '2' });
      const kinds = ['wrong password', 'unknown address', 'address of the other tier'];
      expect(counted.attempts).toEqual(
        ['uce', 'e2e'].map((tier) => ({
          tier,
          statuses: { 401: kinds.length * ROUNDS },
          kinds: kinds.map((kind) => ({ kind, count: ROUNDS })),
        })),
      );
      for (const { statuses } of [...counted.before, ...counted.during]) expect(Object.keys(statuses)).toEqual(['200']);
      const { 200: signedIn = 0, 503: refused = 0, ...others } = counted.logins;
      expect({ sum: signedIn + refused, others }).toEqual({ sum: BURST, others: {} });
      expect(signedIn).toBeGreaterThanOrEqual(3);
    },
    BENCH_MS_MAX,
  );

  it('says which benchmarks there are', async () => {
    const child = spawn(process.execPath, ['bench/run.mjs', 'nothing'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/bench .*logins/) });
  });
});
