import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pickFreePort } from '../../dist/src/platform/embedded/postgres-server.js';

const MIB = 2 ** 20;
const START_MS_MAX = 60_000;
const here = (file) => new URL(file, import.meta.url).pathname;
const API = here('../../dist/src/main.js');

/**
 * One file up and down through a server: API, SDK, and store with PostgreSQL each in processes of their own.
 * @returns for each step when it began, and for the API and the SDK the samples of their memory
 */
export async function transfer({ folder, bytes, signal }) {
  const started = [];
  const start = (name, args, environment = {}) => {
    const log = join(folder, `${name}.memory`);
    const child = spawn(process.execPath, ['--import', here('memory-log.mjs'), ...args], {
      env: { ...process.env, ...environment, MEMORY_LOG: log },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const output = createWriteStream(join(folder, `${name}.log`));
    for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false });
    const exited = once(child, 'exit').then(([code, by]) => code ?? by);
    started.unshift({ name, child, exited });
    return { child, exited, samples: () => samplesIn(log) };
  };
  const stop = async () => {
    for (const { child, exited } of started) {
      child.kill('SIGTERM');
      await exited;
    }
  };
  try {
    const backbone = start('backbone', [here('backbone.mjs'), join(folder, 'data')]);
    const environment = await firstMessage('backbone', backbone);
    const port = String(await pickFreePort());
    const url = `http://127.0.0.1:${port}`;
    const api = start('api', [API], { ...environment, ...settings(folder, bytes), PORT: port, PUBLIC_URL: url });
    await untilReady(url, api);
    const sdk = start('sdk', [here('client.mjs'), url, String(bytes)]);
    const steps = [];
    sdk.child.on('message', (step) => steps.push(step));
    const leave = () => sdk.child.kill();
    signal.addEventListener('abort', leave, { once: true });
    const code = await sdk.exited;
    signal.throwIfAborted();
    if (code !== 0)
      throw new Error(`the client ended with ${code}: see ${readFileSync(join(folder, 'sdk.log'), 'utf8')}`);
    return { ...summaryOf(steps), api: memoryOf(api, steps), sdk: memoryOf(sdk, steps) };
  } finally {
    await stop();
  }
}

/** What a fresh instance would not allow. */
const settings = (folder, bytes) => ({
  HOST: '127.0.0.1',
  LIMITS: 'off',
  LOG_LEVEL: 'warn',
  MAIL_DIR: join(folder, 'mail'),
  UPLOAD_BYTES_MAX: String(2 * bytes),
  STORAGE_BYTES_MAX: String(4 * bytes),
});

function summaryOf(steps) {
  const at = (name) => steps.find(({ step }) => step === name);
  const { bytes, sealedBytes, at: end } = at('end');
  const rate = (from, to) => bytes / 1e6 / ((to - from) / 1000);
  return { bytes, sealedBytes, upMbs: rate(at('up').at, at('down').at), downMbs: rate(at('down').at, end) };
}

/** Of each step the most that the process had, in MiB: resident, and what JavaScript knows of (heap and buffers). */
function memoryOf({ samples }, steps) {
  const all = samples();
  const most = (step) => {
    const index = steps.findIndex((one) => one.step === step);
    const within = all.filter(({ at }) => at >= steps[index].at && at < steps[index + 1].at);
    return { resident: mostOf(within, 'resident'), held: mostOf(within, 'held') };
  };
  return { rest: most('rest'), small: most('small'), up: most('up'), down: most('down') };
}

const mostOf = (samples, member) => samples.reduce((most, sample) => Math.max(most, sample[member]), 0);

const samplesIn = (log) =>
  readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [at, resident, held] = line.split(' ').map(Number);
      return { at, resident: resident / MIB, held: held / MIB };
    });

async function firstMessage(name, { child, exited }) {
  const over = exited.then((code) => Promise.reject(new Error(`${name} ended with ${code}`)));
  over.catch(() => undefined);
  const [message] = await Promise.race([once(child, 'message'), over]);
  return message;
}

async function untilReady(url, { child }) {
  const end = Date.now() + START_MS_MAX;
  while (child.exitCode === null && Date.now() < end) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error('the API was not ready');
}
