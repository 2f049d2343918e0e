import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type TestApi, useApi } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';

/** A way to PostgreSQL that can be cut, as when the server goes away. */
class Line {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private accepted = 0;
  readonly server: Server;

  constructor(
    to: URL,
    private readonly cutAfter = Infinity,
  ) {
    this.server = createServer((incoming) => {
      if (++this.accepted > this.cutAfter) this.isCut = true;
      this.keep(incoming);
      if (this.isCut) return void incoming.destroy();
      const outgoing = this.keep(connect(Number(to.port), to.hostname));
      incoming.pipe(outgoing).pipe(incoming);
      for (const [one, other] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const)
        one.on('close', () => other.destroy());
    });
  }

  get connections(): number {
    return this.accepted;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    return socket;
  }
}

describe('a queue process whose database goes away', () => {
  const api = useApi();
  let worker: ChildProcess | undefined;
  let line: Line | undefined;

  afterEach(async () => {
    line?.cut();
    line?.server.close();
    if (worker?.exitCode !== null || worker.signalCode !== null) return;
    const gone = once(worker, 'exit');
    worker.kill('SIGKILL');
    await gone;
  });

  /** A queue process that reaches its queue over a line; all that it writes. */
  async function start(made: (to: URL) => Line): Promise<{ line: Line; child: ChildProcess; output: () => string }> {
    const url = new URL(environmentOf(api)['QUEUE_DATABASE_URL'] ?? '');
    const own = made(new URL(url));
    line = own;
    own.server.listen(0, '127.0.0.1');
    await once(own.server, 'listening');
    const address = own.server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    url.hostname = '127.0.0.1';
    url.port = String(address.port);
    const child = spawn(process.execPath, ['--enable-source-maps', resolve('dist/src/worker.js')], {
      env: { PATH: process.env['PATH'], ...environmentOf(api), LOG_LEVEL: 'warn', QUEUE_DATABASE_URL: url.href },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    worker = child;
    const chunks: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    return { line: own, child, output: () => chunks.join('') };
  }

  const environmentOf = (server: TestApi): Record<string, string> => server.environment();

  it.each([0, 3, 5])('during its start, after %d connections, ends and says why', async (connections) => {
    const { child, output } = await start((to) => new Line(to, connections));
    await eventually('it ends', async () => (child.exitCode === null ? undefined : true));
    expect(child.exitCode).toBe(1);
    expect(output()).toContain('Daybook cannot start.');
    expect(output()).not.toContain('Unhandled');
  });

  it('later goes on when it is there again, and has not asked for it without a pause', async () => {
    const { line: own, child, output } = await start((to) => new Line(to));
    const { id } = await api.newUser();
    const isDone = async () =>
      (await api.database.look('SELECT FROM outbox WHERE user_id = $1', [id])).length === 0 ? true : undefined;
    await eventually('it works', async () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${output()}`);
      return isDone();
    });
    const before = own.connections;
    own.cut();
    await eventually('it notices', async () =>
      output().split('the queue is out of reach').length > 3 ? true : undefined,
    );
    // Each of three queues and three workers asks about once a second, or ten times a second for a connection to listen on.
    expect(own.connections - before).toBeLessThan(200);
    own.mend();
    const other = await api.newUser();
    await eventually('it works again', async () =>
      (await api.database.look('SELECT FROM outbox WHERE user_id = $1', [other.id])).length === 0 ? true : undefined,
    );
    expect(child.exitCode).toBeNull();
  });
});
