import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pickFreePort } from '../../dist/src/platform/embedded/postgres-server.js';

const START_MS_MAX = 60_000;
const PAUSE_MS = 50;
const PATH = process.env.PATH;

/** Starts a program with its output in a file. @returns its process, and a promise of its exit code or signal */
export function launch(command, args, { environment = {}, log, ...options } = {}) {
  const child = spawn(command, args, { env: { PATH, ...environment }, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const output = createWriteStream(log, { flags: 'a' });
  for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false });
  const exited = once(child, 'exit').then(([code, signal]) => code ?? signal);
  return { child, exited };
}

/** Runs an entry point of the built application, on a port of its own. */
export async function startServer(entry, environment, log) {
  const port = environment.PORT ?? String(await pickFreePort());
  const script = new URL(`../../dist/src/${entry}`, import.meta.url).pathname;
  const running = launch(process.execPath, [script], { environment: { ...environment, PORT: port }, log });
  return { ...running, port: Number(port), url: `http://127.0.0.1:${port}` };
}

/** Waits until `look` answers something. @throws Error that says what did not happen */
export async function until(what, look, msMax = START_MS_MAX) {
  for (const end = Date.now() + msMax; Date.now() < end; await sleep(PAUSE_MS)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`within ${msMax / 1000} s it did not happen that ${what}`);
}

/** Whether a server takes requests. */
export const isReady = (url) =>
  fetch(`${url}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
