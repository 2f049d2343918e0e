import { spawn } from 'node:child_process';
import { createServer, Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { POSTGRES_ENV, type Binaries } from './postgres-binaries.js';
import type { Cluster } from './postgres-cluster.js';

export interface PostgresServer {
  readonly port: number;
  /** Ends its connections, writes everything out, and resolves when its last process is gone. */
  stop(): Promise<void>;
}

interface ServerOptions {
  readonly settings: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
  readonly pickPort?: () => Promise<number>;
}

/**
 * PostgreSQL would outlive us if we were killed. This shell holds the read end of a pipe only we have the other end of:
 * when it closes, for whatever reason, the server is told to shut down fast (SIGINT), again and again, because a signal
 * that arrives before the server has set up its handlers is lost.
 */
const GUARD = `
"$@" 3<&- &
server=$!
trap 'kill -INT $server' HUP INT TERM
{ read -r end_of_pipe <&3; while kill -INT $server; do sleep 1; done; } >/dev/null 2>&1 &
watcher=$!
exec 3<&-
while kill -0 $server 2>/dev/null; do wait $server; done
kill $watcher 2>/dev/null
`;

const START_MS_MAX = 120_000; // long, because after a crash the server first repeats what its log says
const PORT_ATTEMPTS_MAX = 5;
const LOG_LINES_KEPT = 20;

/** A port of the loopback interface that was free a moment ago. */
export function pickFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

function serverCommand(binaries: Binaries, cluster: Cluster, port: number, settings: ServerOptions['settings']) {
  const all = {
    max_connections: '200',
    ...settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    cluster_name: cluster.name,
  };
  const place = binaries.dataDirArgument(cluster.dataDir);
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return binaries.command('postgres', '-D', place, '-p', String(port), ...flags);
}

/** Passes the server's log on line by line, keeping the last ones. */
function followLog(stderr: Readable, log: ServerOptions['log']) {
  const lastLines: string[] = [];
  const lines = createInterface({ input: stderr });
  lines.on('line', (line) => {
    log(line);
    lastLines.push(line);
    if (lastLines.length > LOG_LINES_KEPT) lastLines.shift();
  });
  const ready = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      if (line.includes('database system is ready to accept connections')) resolve();
    });
  });
  const ended = new Promise<void>((resolve) => {
    lines.once('close', () => resolve());
  });
  return { ready, ended, lastLines };
}

/** Starts the server under its guard. Nothing about it keeps this process from ending. */
function launch(binaries: Binaries, cluster: Cluster, command: readonly string[], log: ServerOptions['log']) {
  const child = spawn('/bin/sh', ['-c', GUARD, 'daybook-postgres-guard', ...command], {
    ...binaries.user,
    cwd: cluster.dataDir,
    env: POSTGRES_ENV,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true, // a Ctrl-C in the terminal is for us alone: we stop the server when nobody needs it any more
  });
  const [, , stderr, leash] = child.stdio;
  if (!(stderr instanceof Socket) || !(leash instanceof Socket)) throw new Error('spawn() made no pipes.');
  leash.once('error', () => undefined); // the guard went first, which `exited` tells
  const exited = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', reject);
  });
  exited.catch(() => undefined); // may fail before anyone waits for it
  for (const handle of [child, stderr, leash]) handle.unref();

  const stop = async (): Promise<void> => {
    child.ref();
    leash.destroy();
    await exited;
  };
  return { exited, stop, ...followLog(stderr, log) };
}

const addressIsTaken = (log: string): boolean => /could not bind .*Address already in use/.test(log);

/** What became of a start: the running server, or the last lines of its log. */
async function tryStart(
  binaries: Binaries,
  cluster: Cluster,
  port: number,
  { settings, log }: ServerOptions,
): Promise<PostgresServer | string> {
  const server = launch(binaries, cluster, serverCommand(binaries, cluster, port, settings), log);
  const deadline = new AbortController();
  const tooLate = setTimeout(START_MS_MAX, `It was not ready after ${START_MS_MAX / 1000} s.`, {
    signal: deadline.signal,
  });
  const started = server.ready.then(() => null);
  const ended = Promise.all([server.exited, server.ended]).then(() => 'It ended.');
  const failure = await Promise.race([started, ended, tooLate]);
  tooLate.catch(() => undefined);
  deadline.abort();
  if (failure !== null) {
    await server.stop();
    return [failure, ...server.lastLines].join('\n');
  }

  let stopping: Promise<void> | undefined;
  void ended.then(() => {
    if (stopping === undefined) log('The embedded PostgreSQL ended although nobody stopped it.');
  });
  return { port, stop: () => (stopping ??= server.stop()) };
}

/**
 * Serves `cluster` on the loopback interface, and only there, until it is stopped or this process ends in any way.
 * @throws Error with the last lines of the server's log when it does not come up
 */
export async function startServer(
  binaries: Binaries,
  cluster: Cluster,
  options: ServerOptions,
): Promise<PostgresServer> {
  const { pickPort = pickFreePort } = options;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryStart(binaries, cluster, await pickPort(), options);
    if (typeof outcome !== 'string') return outcome;
    if (addressIsTaken(outcome) && attempt < PORT_ATTEMPTS_MAX) continue; // someone took the port in between
    throw new Error(`PostgreSQL did not start in ${cluster.dataDir}. ${outcome}`);
  }
}
