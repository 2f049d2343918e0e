import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Daybook, type EntryDraft, type Tier } from '@daybook/sdk';
import { createId } from '@daybook/sdk/crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { nativeArgon2, PASSWORD, weakestKdf } from '../harness/api.js';
import { freePort, type RunningProcess, startProcess } from '../harness/process.js';

const ENTRIES = 100;
const KILLED_AT = 43;
const IN_FLIGHT = 4;
/** Acknowledged entries that are sent once more, as a client does that lost its own notes. */
const SENT_AGAIN = 12;

type Written = EntryDraft & { readonly id: string };

const diary: readonly Written[] = readFileSync('demo/diary.jsonl', 'utf8')
  .split('\n')
  .slice(0, ENTRIES)
  .map((line): { date: string; title?: string; text: string; mood?: string } => JSON.parse(line))
  .map(({ date, title, text, mood }) => ({
    id: createId(),
    entry_date: date,
    content: text,
    ...(title !== undefined && { title }),
    ...(mood !== undefined && { mood }),
  }));

describe('a server that is killed in the middle of an import', () => {
  let folder: string;
  let port: string;
  let running: RunningProcess;
  const start = async () => {
    running = await startProcess('standalone.js', { DATA_DIR: folder, PORT: port, LOG_LEVEL: 'warn' });
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-kill-'));
    port = String(await freePort());
    await start();
  });
  afterEach(async () => {
    running.child.kill('SIGTERM');
    await running.ended();
    await rm(folder, { recursive: true, force: true });
  });

  /** Writes entries a few at a time until all are acknowledged or a call fails; tells of every acknowledgement. */
  const write = async (daybook: Daybook, entries: readonly Written[], onAcknowledged: (id: string) => void) => {
    const queue = entries.values();
    const worker = async () => {
      for (const entry of queue) onAcknowledged((await daybook.entries.write(entry)).id);
    };
    return Promise.allSettled(Array.from({ length: IN_FLIGHT }, worker));
  };

  it.each<Tier>(['uce', 'e2e'])('has every %s entry that it acknowledged, once, and takes the rest', async (tier) => {
    const account = { url: running.origin, tier, email: 'ada@example.com', password: PASSWORD };
    const options = { ...account, kdf: weakestKdf, argon2: nativeArgon2 };
    const { daybook } = await Daybook.signUp({ ...options, retry: { triesMax: 1 } });
    const acknowledged = new Set<string>();
    const outcomes = await write(daybook, diary, (id) => {
      acknowledged.add(id);
      if (acknowledged.size === KILLED_AT) running.child.kill('SIGKILL');
    });
    expect(await running.ended()).toBe('SIGKILL');
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: IN_FLIGHT }, () => 'rejected'));
    expect(acknowledged.size).toBeGreaterThanOrEqual(KILLED_AT);
    expect(acknowledged.size).toBeLessThan(ENTRIES);

    await start();
    const resumed = await Daybook.signIn(options);
    const before = await idsOf(resumed);
    expect([...acknowledged].filter((id) => !before.includes(id))).toEqual([]);

    const next = diary.findIndex(({ id }) => !acknowledged.has(id));
    const rest = await write(resumed, diary.slice(Math.max(0, next - SENT_AGAIN)), (id) => acknowledged.add(id));
    expect(rest.map(({ status }) => status)).toEqual(Array.from({ length: IN_FLIGHT }, () => 'fulfilled'));
    expect(acknowledged.size).toBe(ENTRIES);
    expect((await idsOf(resumed)).toSorted()).toEqual(diary.map(({ id }) => id).toSorted());
    for (const entry of diary) expect(await resumed.entries.read(entry.id)).toMatchObject({ ...entry, version: 1 });
  });
});

/** As the server lists them: an entry that is there twice is in here twice. */
async function idsOf(daybook: Daybook): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of daybook.entries.all({ pageSize: 30 })) ids.push(id);
  return ids;
}
