import { randomFillSync } from 'node:crypto';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import {
  createContentKey,
  createStreamHeader,
  mediaChunkBytes,
  openMedia,
  ready,
  sealedMediaBytes,
  sealMedia,
} from '@daybook/sdk/crypto';
import { say, table } from '../scripts/demo/terminal.mjs';
import { machine, machineLine, residentMib } from './machine.mjs';
import { transfer } from './media/transfer.mjs';
import { Times } from './times.mjs';

/** The SDK's own library, another copy of it. */
const sodium = createRequire(new URL('../sdk/package.json', import.meta.url))('libsodium-wrappers-sumo');

const MIB = 2 ** 20;
const MB = 1e6;
const GROWTH_MIB_MAX = 32;
/** Looked at again after this many bytes. */
const SAMPLE_BYTES = 4 * MIB;
const additionalData = new Uint8Array(112);

const OPTIONS = {
  rounds: { type: 'string', default: '7' },
  size: { type: 'string', default: '64' },
  through: { type: 'string', default: '1024' },
  transfer: { type: 'string', default: '1024' },
  json: { type: 'boolean', default: false },
};

/**
 * That a file of any size takes the same memory, in passing and through a server, and how fast files are sealed and opened
 * beside the bare cipher.
 */
export async function benchMedia({ folder, args, signal }) {
  const { rounds, size, through, json, ...options } = parseArgs({ args, options: OPTIONS }).values;
  await ready();
  await sodium.ready;
  const facts = machine();
  // Before files are held in memory for the comparison.
  const memory = await passThrough(Number(through) * MIB, signal);
  const moved = await transfer({ folder, bytes: Number(options.transfer) * MIB, signal });
  const speeds = await compareSpeeds(Number(size) * MIB, Number(rounds), signal);
  if (json) say(JSON.stringify({ ways: Object.keys(speeds), passed: countsOf(memory), moved: countsOf(moved) }));
  else report({ facts, size, rounds, speeds, memory, moved });
}

/** Each way in turns, so that what else the machine does falls on all of them. */
async function compareSpeeds(bytes, rounds, signal) {
  const chunk = randomFillSync(new Uint8Array(mediaChunkBytes));
  const chunks = bytes / mediaChunkBytes;
  const place = placeOf();
  const { key } = place.contentKey;
  const header = createStreamHeader();
  const bare = [...bareSealed(chunk, chunks, key, header)];
  const sealed = [];
  for await (const portion of sealMedia(place, repeated(chunk, chunks))) sealed.push(portion);
  const ways = {
    'the cipher, sealing': () => drained(bareSealed(chunk, chunks, key, header)),
    'the SDK, sealing': () => drained(sealMedia(place, repeated(chunk, chunks))),
    'the cipher, opening': () => bareOpening(bare, key, header),
    'the SDK, opening': () => drained(openMedia(place, sealed)),
  };
  const speeds = Object.fromEntries(Object.keys(ways).map((name) => [name, new Times()]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      signal.throwIfAborted();
      const from = performance.now();
      await way();
      speeds[name].add(bytes / MB / ((performance.now() - from) / 1000));
    }
  }
  return speeds;
}

/** A file that is never whole anywhere: sealed, opened, and compared in passing. */
async function passThrough(bytes, signal) {
  const chunk = randomFillSync(new Uint8Array(mediaChunkBytes));
  const place = placeOf();
  // What the engine takes once, whatever the size.
  await drained(openMedia(place, sealMedia(place, repeated(chunk, 1024))));
  const before = residentMib(process.pid);
  const seen = { bytes: 0, sealedBytes: 0, peak: before, nextSample: 0 };
  const counted = async function* (portions) {
    for await (const portion of portions) {
      seen.sealedBytes += portion.length;
      yield portion;
    }
  };
  for await (const portion of openMedia(place, counted(sealMedia(place, repeated(chunk, bytes / mediaChunkBytes))))) {
    if (portion[0] !== chunk[0] || portion.at(-1) !== chunk.at(-1)) throw new Error('it did not come back as it was');
    seen.bytes += portion.length;
    if (seen.bytes < seen.nextSample) continue;
    signal.throwIfAborted();
    seen.nextSample += SAMPLE_BYTES;
    seen.peak = Math.max(seen.peak, residentMib(process.pid));
  }
  if (seen.sealedBytes !== sealedMediaBytes(bytes)) throw new Error('it has another size than was foretold');
  return { before, ...seen };
}

const countsOf = ({ bytes, sealedBytes }) => ({ bytes, sealedBytes });

const placeOf = () => ({
  tier: 'e2e',
  contentKey: createContentKey(),
  userId: '019a0000-0000-7000-8000-000000000001',
  mediaId: '019a0000-0000-7000-8000-000000000002',
});

function* repeated(chunk, times) {
  for (let n = 0; n < times; n++) yield chunk;
}

async function drained(portions) {
  let bytes = 0;
  for await (const portion of portions) bytes += portion.length;
  return bytes;
}

/** libsodium alone, chunk by chunk, with as many bytes of additional data as the format has. */
function* bareSealed(chunk, chunks, key, header) {
  const state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(header, key);
  for (let n = 0; n < chunks; n++) {
    yield sodium.crypto_secretstream_xchacha20poly1305_push(state, chunk, additionalData, 0);
  }
}

/** The same for opening what `bareSealed` made. */
function bareOpening(chunks, key, header) {
  const state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(header, key);
  for (const chunk of chunks) {
    if (!sodium.crypto_secretstream_xchacha20poly1305_pull(state, chunk, additionalData)) throw new Error('refused');
  }
}

function report({ facts, size, rounds, speeds, memory, moved }) {
  say(machineLine(facts));
  const { bytes, before, peak } = memory;
  const growth = peak - before;
  say(`\n${bytes / MIB} MiB through sealing and opening at once:\n`);
  say(`  Resident memory: ${before.toFixed(0)} MiB before, ${peak.toFixed(0)} MiB at most`);
  say(`  ${growth <= GROWTH_MIB_MAX ? '✓' : '✗'} ${growth.toFixed(1)} MiB more; ${GROWTH_MIB_MAX} MiB are allowed`);
  reportTransfer(moved);
  say(`\nA file of ${size} MiB in memory, ${rounds} times each way in turns, in MB/s:\n`);
  say(table([['', 'p10', 'median', 'p90', 'ratio'], ...rowsOf(speeds)]));
}

function reportTransfer({ bytes, upMbs, downMbs, api, sdk }) {
  say(`\n${bytes / MIB} MiB up in parts and down again, with the store in a process of its own, in MiB:\n`);
  const whole = (number) => number.toFixed(0);
  const rowOf = (what, { rest, small, up, down }, member) => {
    const most = Math.max(up[member], down[member]);
    const mark = member !== 'resident' ? '' : most - small[member] <= GROWTH_MIB_MAX ? '✓ ' : '✗ ';
    const seen = [small, rest, up, down].map((step) => whole(step[member]));
    return [what, ...seen, whole(most - rest[member]), `${mark}${whole(most - small[member])}`];
  };
  const rows = Object.entries({ api, sdk }).flatMap(([name, steps]) => [
    rowOf(`${name}: resident`, steps, 'resident'),
    rowOf(`${name}: heap and buffers`, steps, 'held'),
  ]);
  say(table([['', '64 MiB', 'at rest', 'up', 'down', 'over rest', 'over 64 MiB'], ...rows]));
  say(`\n  ${GROWTH_MIB_MAX} MiB resident over what files of 64 MiB take are allowed. Garbage is in all of it.`);
  say(`  Up with ${whole(upMbs)} MB/s, down with ${whole(downMbs)} MB/s, sealed, sent, stored and compared.`);
}

const rowsOf = (speeds) =>
  Object.entries(speeds).map(([name, speed], n, all) => [
    name,
    ...[10, 50, 90].map((percent) => speed.percentile(percent).toFixed(0)),
    n % 2 === 0 ? '' : (speed.median / all[n - 1][1].median).toFixed(2),
  ]);
