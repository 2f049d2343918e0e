import { setTimeout as sleep } from 'node:timers/promises';
import { peakMib, residentMib } from '../machine.mjs';
import { Times } from '../times.mjs';
import { PASSWORD, send, signUpE2e, signUpUce } from './people.mjs';

const ACCOUNTS_MAX = 10;
const ENTRIES = 20;
const PAUSE_MS = 25;
const CALLS = ['/auth/me', '/entries'];
const CHEAP_BURSTS_MAX = 100;
/** A server that has answered so many bursts without growing is taken to grow no more. */
const STEADY_BURSTS = 10;

/**
 * Many sign-ins at once, with the right password, while somebody who is signed in goes on reading.
 * @returns the reader's times before and during, what the sign-ins were answered, and the memory of the server
 */
export async function burstOfLogins({ url, pid, burst, seconds, signal }) {
  const emails = Array.from({ length: Math.min(ACCOUNTS_MAX, burst) }, (_, n) => `person-${n}@example.com`);
  for (const email of emails) await signUpUce(url, email, signal);
  const token = await signUpUce(url, 'reader@example.com', signal);
  for (let n = 0; n < ENTRIES; n++)
    await send(url, 'POST', '/entries', { body: { content: `Day ${n}.` }, token, signal });

  const read = (until) => readSteadily({ url, token, signal, until });
  await read(sleep(seconds * 100));
  const before = await read(sleep(seconds * 1000));
  const restMib = residentMib(pid);
  const baseMib = await memoryOfCheapBursts({ url, pid, burst, signal });
  const startedAt = performance.now();
  const { peak, answer } = await peakMib(pid, async () => {
    const logins = Array.from({ length: burst }, (_, n) => logIn(url, emails[n % emails.length], signal));
    const during = read(Promise.all(logins));
    return { answers: await Promise.all(logins), during: await during };
  });
  const burstSeconds = (performance.now() - startedAt) / 1000;
  return {
    before,
    during: answer.during,
    logins: byStatus(answer.answers),
    burstSeconds,
    restMib,
    baseMib,
    peakMib: peak,
  };
}

/** What as many sign-ins at once take that cost no password run: those of the e2e tier, all else being the same. */
async function memoryOfCheapBursts({ url, pid, burst, signal }) {
  const accounts = [];
  for (let n = 0; n < Math.min(ACCOUNTS_MAX, burst); n++)
    accounts.push(await signUpE2e(url, `e2e-person-${n}@example.com`, signal));
  const logInAll = () =>
    Promise.all(
      Array.from({ length: burst }, (_, n) =>
        send(url, 'POST', '/auth/login', { body: accounts[n % accounts.length], signal }),
      ),
    );
  let most = 0;
  for (let bursts = 0, steady = 0; bursts < CHEAP_BURSTS_MAX && steady < STEADY_BURSTS; bursts++) {
    const { peak } = await peakMib(pid, logInAll);
    steady = peak > most ? 0 : steady + 1;
    most = Math.max(most, peak);
  }
  return most;
}

async function logIn(url, email, signal) {
  const times = new Times();
  const body = { email, password: PASSWORD };
  const { status } = await times.time(() => send(url, 'POST', '/auth/login', { body, signal }));
  return { status, milliseconds: times.median };
}

/** One call after the other, with a pause between, until something has happened. */
async function readSteadily({ url, token, signal, until }) {
  const results = CALLS.map((path) => ({ path, times: new Times(), statuses: {} }));
  const reading = { isOver: false };
  const over = until.finally(() => (reading.isOver = true));
  while (!reading.isOver) {
    for (const { path, times, statuses } of results) {
      const { status } = await times.time(() => send(url, 'GET', path, { token, signal }));
      statuses[status] = (statuses[status] ?? 0) + 1;
      await sleep(PAUSE_MS);
    }
  }
  await over;
  return results;
}

/** @returns for each status, how often it was answered and how long that took */
function byStatus(answers) {
  const results = {};
  for (const { status, milliseconds } of answers) (results[status] ??= new Times()).add(milliseconds);
  return results;
}
