import { setTimeout as sleep } from 'node:timers/promises';
import { send } from '../logins/people.mjs';
import { mainThreadMs, peakMib, residentMib } from '../machine.mjs';
import { Times } from '../times.mjs';

const PROBE_MS = 5;
const IDLE_MS = 2_000;
/** Rounds of all queries before the first is timed: a server that has just started is still being compiled. */
const WARM_UPS = 40;
/** So many of the searches are repeated with somebody asking meanwhile. */
const PROBED_SHARE = 0.25;

/** The first page of each query, one after the other, while somebody asks every 5 ms whether the server is alive. */
export async function measureSearches({ url, pid, token, queries, runs, signal }) {
  const results = [];
  for (let n = 0; n < WARM_UPS; n++) for (const { query } of queries) await searched({ url, token, query, signal });
  const idle = await probed(url, signal, () => sleep(IDLE_MS));
  const before = residentMib(pid);
  const { peak, answer } = await peakMib(pid, async () => {
    for (const { kind, query } of queries) {
      const first = await searched({ url, token, query, signal });
      const times = new Times();
      const workedBefore = mainThreadMs(pid);
      for (let n = 0; n < runs; n++) await times.time(() => searched({ url, token, query, signal }));
      const workMs = (mainThreadMs(pid) - workedBefore) / runs;
      // Apart from the times, since asking all the time takes of the same cores.
      const { waits } = await probed(url, signal, async () => {
        for (let n = 0; n < Math.ceil(runs * PROBED_SHARE); n++) await searched({ url, token, query, signal });
      });
      results.push({ kind, query, times, workMs, waits, hits: first.data.length, complete: first.complete });
    }
    return results;
  });
  return { idle: idle.waits, results: answer, memory: { before, peak } };
}

async function searched({ url, token, query, signal }) {
  const { status, body } = await send(url, 'POST', '/search', { body: { query }, token, signal });
  if (status !== 200) throw new Error(`a search was answered ${status}`);
  return body;
}

/** How long the server took to say that it is alive, while `work` lasted. */
async function probed(url, signal, work) {
  const waits = new Times();
  const state = { isOver: false };
  const probing = (async () => {
    while (!state.isOver) {
      await waits.time(async () => (await fetch(`${url}/health/live`, { signal })).arrayBuffer());
      await sleep(PROBE_MS);
    }
  })();
  try {
    await work();
  } finally {
    state.isOver = true;
  }
  await probing;
  return { waits };
}
