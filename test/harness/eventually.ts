import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 15_000;
const PAUSE_MS = 25;

/** Waits until `look` answers something, however long that takes within the test's patience; then says what it saw. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > end) throw new Error(`this did not happen: ${what}`);
    await sleep(PAUSE_MS);
  }
}
