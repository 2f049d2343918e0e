import { setImmediate as letOthersGo } from 'node:timers/promises';

/** So long somebody else waits at most for a step to end; well under the 20 ms that nobody may be kept waiting. */
const TURN_MS = 4;

/** Runs steps to their end, letting other requests go on between them. */
export async function inTurns<Result>(steps: Generator<undefined, Result>): Promise<Result> {
  let turnEnds = performance.now() + TURN_MS;
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (performance.now() < turnEnds) continue;
    await letOthersGo();
    turnEnds = performance.now() + TURN_MS;
  }
}
