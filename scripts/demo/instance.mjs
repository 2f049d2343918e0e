import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pickFreePort } from '../../dist/src/platform/embedded/postgres-server.js';

const START_MS_MAX = 60_000;
const PAUSE_MS = 50;
const OWN = { HOST: '127.0.0.1', STORE_PORT: '0', LOG_LEVEL: 'warn', LIMITS: 'off' };
const STANDALONE = new URL('../../dist/src/standalone.js', import.meta.url).pathname;

/**
 * `npm start` on a fresh folder and a free port, with its output in `server.log` beside the data.
 * @returns where it serves, its process, and how it is stopped in order
 */
export async function startInstance(folder) {
  const port = await pickFreePort();
  const log = join(folder, 'server.log');
  const data = join(folder, 'data');
  const child = spawn(process.execPath, [STANDALONE], {
    env: { ...process.env, ...OWN, PORT: String(port), DATA_DIR: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = createWriteStream(log);
  for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false });
  const exited = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    const code = await exited;
    await new Promise((resolve) => output.end(resolve));
    if (code !== 0) throw new Error(`the instance ended with ${code}: see ${log}`);
  };
  try {
    await untilReady(url, exited, log);
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
  return { url, pid: child.pid, data, stop };
}

async function untilReady(url, exited, log) {
  const isOver = exited.then((code) => `it ended with ${code}`);
  const end = Date.now() + START_MS_MAX;
  while (Date.now() < end) {
    const isReady = await fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    const over = await Promise.race([isOver, sleep(PAUSE_MS)]);
    if (over) throw new Error(`the instance did not start: ${over}; see ${log}`);
  }
  throw new Error(`the instance was not ready within ${START_MS_MAX / 1000} s; see ${log}`);
}
