// What the programs take of a machine, at rest and under a light load: where the requests in kubernetes/base come from.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMib } from '../../bench/machine.mjs';

const LOAD_S = 20;
const ROUND_MS = 200;
const SIGN_IN_EVERY = 10;
const PASSWORD = 'a rainy sunday with cocoa';
const TICKS_PER_S = 100;

/** Processor seconds that a process has used, by proc(5). */
function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

async function call(origin, path, { token, body }) {
  const answer = await fetch(`${origin}/api/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** Five rounds a second, each a new entry and a list, and a sign-in every two seconds. */
async function load(origin) {
  const { tokens } = await call(origin, '/auth/signup', {
    body: { tier: 'uce', email: 'grace@example.com', password: PASSWORD },
  });
  const token = tokens.access_token;
  for (let round = 0; round < (LOAD_S * 1000) / ROUND_MS; round++) {
    const calls = [
      call(origin, '/entries', { token, body: { content: `Round ${round}. ${'Snow, and more of it. '.repeat(50)}` } }),
      call(origin, '/entries', { token }),
    ];
    if (round % SIGN_IN_EVERY === 0)
      calls.push(call(origin, '/auth/login', { body: { email: 'grace@example.com', password: PASSWORD } }));
    await Promise.all([...calls, sleep(ROUND_MS)]);
  }
}

/** @param pids of the programs, by their names @returns a line for each */
export async function footprint(origin, pids) {
  const names = Object.keys(pids);
  const look = (measure) => Object.fromEntries(names.map((name) => [name, measure(pids[name])]));
  const [rest, before] = [look(residentMib), look(processorSeconds)];
  const peak = { ...rest };
  const watching = setInterval(() => {
    for (const name of names) peak[name] = Math.max(peak[name], residentMib(pids[name]));
  }, 50);
  const startedAt = Date.now();
  await load(origin).finally(() => clearInterval(watching));
  const seconds = (Date.now() - startedAt) / 1000;
  return names.map((name) => {
    const share = Math.round(((processorSeconds(pids[name]) - before[name]) / seconds) * 1000);
    const told = [rest[name], peak[name]].map((mib) => `${Math.round(mib)} MiB`);
    return `${name}: ${told[0]} at rest, ${told[1]} at most in ${Math.round(seconds)} s of light load, ${share}m of a processor`;
  });
}
