import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { startInstance } from '../scripts/demo/instance.mjs';
import { say, table } from '../scripts/demo/terminal.mjs';
import { compareAttempts } from './logins/attempts.mjs';
import { burstOfLogins } from './logins/burst.mjs';
import { machine, machineLine } from './machine.mjs';

const ARGON2_MIB = 64;
const RATIO_MAX = 1.1;

const OPTIONS = {
  rounds: { type: 'string', default: '200' },
  burst: { type: 'string', default: '100' },
  seconds: { type: 'string', default: '10' },
  json: { type: 'boolean', default: false },
};

/** Whether failed sign-ins can be told apart by their time, and what many sign-ins at once do to everybody else. */
export async function benchLogins({ folder, args, signal }) {
  const { rounds, burst, seconds, json } = parseArgs({ args, options: OPTIONS }).values;
  const facts = machine();
  const poolSize = Number(process.env.ARGON2_CONCURRENCY ?? Math.max(1, availableParallelism() - 1));
  const { url, pid, stop } = await startInstance(folder);
  try {
    const attempts = await compareAttempts({ url, rounds: Number(rounds), signal });
    const load = await burstOfLogins({ url, pid, burst: Number(burst), seconds: Number(seconds), signal });
    if (json) say(JSON.stringify(inNumbers({ attempts, load })));
    else report({ facts, rounds, burst, poolSize, attempts, load });
  } finally {
    await stop();
  }
}

/** Only what was counted: times differ from run to run. */
const inNumbers = ({ attempts, load: { before, during, logins } }) => ({
  attempts: attempts.map(({ tier, statuses, kinds }) => ({
    tier,
    statuses,
    kinds: kinds.map(({ kind, times }) => ({ kind, count: times.count })),
  })),
  before: before.map(({ path, statuses }) => ({ path, statuses })),
  during: during.map(({ path, statuses }) => ({ path, statuses })),
  logins: Object.fromEntries(Object.entries(logins).map(([status, times]) => [status, times.count])),
});

function report({ facts, rounds, burst, poolSize, attempts, load }) {
  say(machineLine(facts));
  say(`\nFailed sign-ins, ${rounds} of each kind in turns, in milliseconds:\n`);
  say(
    table([['tier asked for, and what is wrong', 'count', 'p10', 'median', 'p90', 'ratio'], ...attemptRows(attempts)]),
  );
  for (const { tier, statuses } of attempts) say(`  ${tier}: answers ${told(statuses)}`);
  const ratios = attempts.flatMap(ratiosOf);
  const worst = Math.max(...ratios.map((ratio) => Math.max(ratio, 1 / ratio)));
  say(
    `  ${worst <= RATIO_MAX ? '✓' : '✗'} medians differ by ${((worst - 1) * 100).toFixed(1)} % at most; 10 % is allowed`,
  );
  say(
    `\n${burst} sign-ins at once, ${poolSize} of them at work at a time, while somebody else reads, in milliseconds:\n`,
  );
  say(table([['call', 'count', 'p50', 'p99', 'answers'], ...loadRows(load)]));
  const { restMib, baseMib, peakMib, burstSeconds } = load;
  const allowed = baseMib + ARGON2_MIB * poolSize;
  say(`  The sign-ins were all answered after ${burstSeconds.toFixed(1)} s.`);
  say(
    `  Memory of the server: ${restMib.toFixed(0)} MiB at rest, ${baseMib.toFixed(0)} MiB (the base) in bursts of as`,
  );
  say(`  many sign-ins without a password run, ${peakMib.toFixed(0)} MiB at most.`);
  say(
    `  ${peakMib <= allowed ? '✓' : '✗'} base + ${ARGON2_MIB} MiB × ${poolSize} = ${allowed.toFixed(0)} MiB are allowed`,
  );
}

const ratiosOf = ({ kinds: [first, ...others] }) => others.map(({ times }) => times.median / first.times.median);

const attemptRows = (attempts) =>
  attempts.flatMap(({ tier, kinds }) =>
    kinds.map(({ kind, times }) => [
      `${tier}: ${kind}`,
      String(times.count),
      ...[10, 50, 90].map((percent) => times.percentile(percent).toFixed(1)),
      (times.median / kinds[0].times.median).toFixed(3),
    ]),
  );

const loadRows = ({ before, during, logins }) => [
  ...before.map((result) => loadRow(`GET ${result.path}, before`, result.times, told(result.statuses))),
  ...during.map((result) => loadRow(`GET ${result.path}, during`, result.times, told(result.statuses))),
  ...Object.entries(logins).map(([status, times]) =>
    loadRow(`POST /auth/login, ${status}`, times, `${times.count} × ${status}`),
  ),
];

const loadRow = (what, times, answers) => [
  what,
  String(times.count),
  times.percentile(50).toFixed(1),
  times.percentile(99).toFixed(1),
  answers,
];

const told = (statuses) =>
  Object.entries(statuses)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ');
