import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { assertPortFree } from '../../src/platform/http/port.js';
import { eventually } from './eventually.js';

export interface RunningProcess {
  readonly child: ChildProcess;
  readonly origin: string;
  /** All that it wrote so far, on both streams. */
  output(): string;
  /** Its exit code, or the signal that ended it. */
  ended(): Promise<number | string>;
}

/** Below those that the system gives out by itself, and apart from those of other workers: nobody takes one before it is used. */
const PORTS = { first: 20_000 + Number(process.env['JEST_WORKER_ID'] ?? 0) * 500, count: 500 };

export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + randomInt(PORTS.count);
    const isFree = await assertPortFree('127.0.0.1', port).then(
      () => true,
      () => false,
    );
    if (isFree) return port;
  }
}

/** Starts an entry point of the built application as a process of its own; answers when it serves. */
export async function startProcess(entry: string, environment: Record<string, string>): Promise<RunningProcess> {
  const port = environment['PORT'] ?? String(await freePort());
  const child = spawn(process.execPath, ['--enable-source-maps', resolve('dist/src', entry)], {
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      STORE_PORT: '0',
      ...environment,
      PORT: port,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => (code ?? signal) as number | string);
  const running = { child, origin: `http://127.0.0.1:${port}`, output: () => chunks.join(''), ended: () => ended };
  await eventually(`${entry} serves`, async () => {
    if (child.exitCode !== null) throw new Error(`${entry} ended: ${running.output()}`);
    const ready = await fetch(`${running.origin}/health/ready`).catch(() => undefined);
    return ready?.ok ? true : undefined;
  });
  return running;
}
