import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { guessLanguage, makeCard, periodOf, signatureOf, stemsOf } from '@daybook/sdk/search';

/** Counts of one attack on one kind of database, all draws together. */
interface Result {
  readonly database: string;
  readonly choice: 'spread' | 'clustered';
  readonly scope: 'others' | 'year';
  readonly share: number;
  readonly attack: string;
  /** Occurrences of words: those that were read, and all. */
  readonly read: number;
  readonly all: number;
  /** Words said of entries: those that are there, and all. */
  readonly right: number;
  readonly said: number;
}

const KEPT = '2,048 bits, by quarter';
const BY_QUARTER = [KEPT, '1,024 bits, by quarter', '4,096 bits, by quarter'];
const ONE_PERIOD = '4,096 bits, one period';
const LEXEMES = 'keyed lexemes, positions';

/** On the demonstration, as a process of its own. */
async function attacked(): Promise<string> {
  const child = spawn(process.execPath, ['bench/run.mjs', 'leakage', '--draws', '1', '--json'], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('somebody who has the database and knows some of the entries', () => {
  let found: string;
  let results: readonly Result[];

  beforeAll(async () => {
    found = await attacked();
    results = JSON.parse(found);
  });

  function of(wanted: Partial<Result>): Result {
    const [result, ...others] = results.filter((result) =>
      Object.entries(wanted).every(([name, value]) => result[name as keyof Result] === value),
    );
    if (!result || others.length > 0) throw new Error(`${others.length + 1} results of ${JSON.stringify(wanted)}`);
    return result;
  }
  const recall = ({ read, all }: Result) => read / all;

  it.each(BY_QUARTER)('reads less from %s than from keyed lexemes with positions', (database) => {
    for (const choice of ['spread', 'clustered'] as const) {
      for (const scope of choice === 'spread' ? (['others'] as const) : (['others', 'year'] as const)) {
        for (const share of [0.01, 0.03, 0.1]) {
          const where = { choice, scope, share };
          const lexemes = recall(of({ database: LEXEMES, attack: 'exact', ...where }));
          expect(lexemes).toBeGreaterThan(0.02);
          for (const attack of ['exact', 'weighed, 90 %'])
            expect(recall(of({ database, attack, ...where }))).toBeLessThan(lexemes / 10);
        }
      }
    }
  });

  it('reads words, and mostly rightly, where one period is for everything', () => {
    for (const attack of ['exact', 'weighed, 90 %']) {
      const where = { choice: 'spread', scope: 'others', share: 0.1, attack } as const;
      const read = of({ database: ONE_PERIOD, ...where });
      expect(read.right / read.said).toBeGreaterThan(0.8);
      expect(recall(read)).toBeGreaterThan(0.01);
      expect(of({ database: KEPT, ...where }).read).toBeLessThan(read.read / 10);
    }
  });

  it('is right in all that keyed lexemes say', () => {
    const read = of({ database: LEXEMES, attack: 'exact', choice: 'spread', scope: 'others', share: 0.1 });
    expect(read.right).toBe(read.said);
    expect(read.right).toBeGreaterThan(0);
  });

  it('finds the same, as often as the benchmark is run', async () => {
    expect(await attacked()).toBe(found);
  });
});

describe('equal words', () => {
  const lines = readFileSync('demo/diary.jsonl', 'utf8').trim().split('\n');
  const stems = new Set(
    lines.flatMap((line) => {
      const entry: { text: string } = JSON.parse(line);
      return stemsOf(makeCard({ text: entry.text, language: guessLanguage(entry.text) }));
    }),
  );
  const keyOf = (user: string) => createHash('sha256').update(user).digest();
  const bitsOf = (user: string, day: string) =>
    [...stems].map((stem) => Buffer.from(signatureOf([stem], keyOf(user), periodOf(day, false))).toString('hex'));
  /** How many stems have the same bit in both; of unrelated bits one in 2,048 is the same. */
  const sameIn = (some: string[], others: string[]) => some.filter((bit, n) => bit === others[n]).length;
  const here = bitsOf('Ada', '2026-02-01');

  it('set the same bit for one user within a quarter', () => {
    expect(stems.size).toBeGreaterThan(2000);
    expect(sameIn(here, bitsOf('Ada', '2026-03-31'))).toBe(stems.size);
  });

  it.each([
    ['two users', 'Eve', '2026-02-01'],
    ['two years', 'Ada', '2027-02-01'],
    ['two quarters', 'Ada', '2026-04-01'],
  ])('set other bits for %s', (_, user, day) => {
    expect(sameIn(here, bitsOf(user, day)) / stems.size).toBeLessThan(0.005);
  });
});
