import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import '../../src/app.module.js';
import { policies, type Policy } from '../../src/platform/limits/policy.js';

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

function spoken(seconds: number): string {
  const [unit, length] = units.find(([, length]) => seconds % length === 0) ?? ['second', 1];
  return seconds === length ? `a ${unit}`.replace('a hour', 'an hour') : `${seconds / length} ${unit}s`;
}

const counted = ({ counts }: Policy) =>
  counts === 'tries' ? 'tries' : counts.map(({ kind }) => `\`${kind.type}\``).join(', ');

const row = (policy: Policy) => [
  `\`${policy.name}\``,
  policy.by.name,
  counted(policy),
  `${policy.points} in ${spoken(policy.seconds)}`,
  policy.waits
    ? `one more after ${spoken(policy.waits.secondsMin)}, doubling up to ${spoken(policy.waits.secondsMax)}`
    : 'the rest of the window',
];

describe('docs/limits.md', () => {
  it('has a row for each limit, true to the code', () => {
    const rows = readFileSync('docs/limits.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    // The second column says in words where it holds.
    const compared = rows.map(([name, , ...rest]) => [name, ...rest]);
    const byName = ([one = '']: (string | undefined)[], [other = '']: (string | undefined)[]) =>
      one.localeCompare(other);
    expect(compared.toSorted(byName)).toEqual([...policies.values()].map(row).toSorted(byName));
  });
});
