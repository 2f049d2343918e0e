import { Daybook } from '@daybook/sdk';
import { createId } from '@daybook/sdk/crypto';
import { progress } from './terminal.mjs';

const IN_FLIGHT = 4;
const PAGE_SIZE = 50;
const FIELDS = ['entry_date', 'title', 'content', 'mood'];
const PASSWORD = 'a rainy sunday with cocoa';

/** The address of the demo's user: stored in the clear, so that the sweep has something to find. */
export const emailOf = (tier) => `the-${tier}-writer-of-the-demo@example.com`;

/**
 * Signs up a user, writes the whole corpus, and reads it back twice: by list, and each entry by its id.
 * @returns how long it took, how long each call took, and what came back other than it was written
 */
export async function keepDiary({ url, tier, corpus, signal }) {
  const { daybook } = await Daybook.signUp({ url, tier, email: emailOf(tier), password: PASSWORD });
  const drafts = corpus.map((draft) => ({ id: createId(), ...draft }));
  const write = stopwatch();
  const read = stopwatch();
  const list = stopwatch();

  const writingAt = performance.now();
  await each(drafts, `${tier}: writing`, (draft) => write.time(() => daybook.entries.write(draft, { signal })));
  const writeSeconds = secondsSince(writingAt);

  const listed = new Map();
  const pages = progress(`${tier}: reading by list`, Math.ceil(drafts.length / PAGE_SIZE));
  for (let cursor; cursor !== null; pages()) {
    const options = { limit: PAGE_SIZE, signal, ...(cursor && { cursor }) };
    const page = await list.time(() => daybook.entries.list(options));
    for (const entry of page.data) listed.set(entry.id, entry);
    cursor = page.next_cursor;
  }
  const differences = drafts.flatMap((draft, n) => differencesOf(draft, listed.get(draft.id), n, 'by list'));
  if (listed.size !== drafts.length) differences.push(`the list has ${listed.size} entries, not ${drafts.length}`);

  await each(drafts, `${tier}: reading by id`, async (draft, n) => {
    const entry = await read.time(() => daybook.entries.read(draft.id, { signal }));
    differences.push(...differencesOf(draft, entry, n, 'by id'));
  });
  await daybook.signOut();
  return { tier, entries: drafts.length, writeSeconds, write, read, list, differences };
}

/** Where an entry is not, byte for byte, what was written; never the text itself. */
function differencesOf(draft, entry, n, how) {
  if (!entry) return [`entry ${n + 1} is missing ${how}`];
  const isSame = (name) => Buffer.from(draft[name] ?? '').equals(Buffer.from(entry[name] ?? ''));
  return FIELDS.filter((name) => !isSame(name)).map((name) => `entry ${n + 1} has another ${name} ${how}`);
}

/** Does `work` for all items, a few at a time, in their order. */
async function each(items, label, work) {
  const step = progress(label, items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [n, item] of queue) {
      await work(item, n);
      step();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

/** Milliseconds of each call, as its caller waits for it: sealing, opening and checking included. */
function stopwatch() {
  const times = [];
  return {
    async time(call) {
      const at = performance.now();
      const result = await call();
      times.push(performance.now() - at);
      return result;
    },
    percentile(p) {
      const sorted = times.toSorted((a, b) => a - b);
      return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)];
    },
  };
}

const secondsSince = (at) => (performance.now() - at) / 1000;
