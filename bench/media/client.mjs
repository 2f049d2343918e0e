// A client of its own: one file up and down through the SDK, never whole in memory. Sends its parent a note before each step.
import { createHash, randomFillSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Daybook } from '@daybook/sdk';
import { kdfBounds } from '@daybook/sdk/crypto';

const PORTION = randomFillSync(new Uint8Array(64 * 1024));
/** As many bytes in small files before: what is compared is the size of a file, not how much has passed. */
const WARM_BYTES = 64 * 2 ** 20;
const CALLS = 500;
/** For what is over to be seen as over. */
const PAUSE_MS = 2_000;

const [url, bytes] = [process.argv[2], Number(process.argv[3])];

const portions = function* (size) {
  for (let left = size; left > 0; left -= PORTION.length) yield PORTION.subarray(0, left);
};

function digestOf(size) {
  const hash = createHash('sha256');
  for (const portion of portions(size)) hash.update(portion);
  return hash.digest('hex');
}

async function up(daybook, size) {
  const source = { size, stream: () => portions(size) };
  const { id, byte_size: sealedBytes } = await daybook.media.upload(source, { contentType: 'video/mp4' });
  return { id, sealedBytes };
}

async function down(daybook, id, size) {
  const hash = createHash('sha256');
  const { stream } = await daybook.media.download(id);
  for await (const portion of stream) hash.update(portion);
  if (hash.digest('hex') !== digestOf(size)) throw new Error('it did not come back as it was');
}

const kdf = { alg: 'argon2id', mKib: kdfBounds.mKibMin, t: kdfBounds.tMin, p: 1 };
const account = { url, tier: 'e2e', email: 'film@example.com', password: 'a rainy sunday with cocoa', kdf };
const { daybook } = await Daybook.signUp(account);
const note = (step, more) => process.send({ step, at: Date.now(), ...more });

// So does what a server takes for its requests, until its garbage collector has found its pace.
for (let n = 0; n < CALLS; n++) await daybook.media.list();
note('small');
const warmBytes = Math.min(bytes, WARM_BYTES);
for (let n = 0; n < bytes / warmBytes; n++) {
  const { id } = await up(daybook, warmBytes);
  await down(daybook, id, warmBytes);
}
await sleep(PAUSE_MS);
note('rest');
await sleep(PAUSE_MS);
note('up');
const { id, sealedBytes } = await up(daybook, bytes);
note('down');
await down(daybook, id, bytes);
note('end', { bytes, sealedBytes });
process.disconnect();
