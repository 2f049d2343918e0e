import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type INestApplicationContext, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.js';
import { quietConnections } from '../http/connections.js';
import type { Problem } from '../http/problem.js';
import { problemBody, problemOf } from '../http/problem.filter.js';
import { Readiness } from '../http/readiness.js';
import { MalformedRequest, NoSuchRoute } from '../http/request.problems.js';
import { Metrics } from './metrics.js';

const HEADERS_MAX = 8 * 1024;
const REQUEST_TIMEOUT_MS = 5_000;

const ok = JSON.stringify({ status: 'ok' });

/** What an answer has: a type and a text. */
type Answer = readonly [type: string, text: string];

/**
 * The port for operators, OPS_PORT: metrics and probes, in every kind of process, also where nothing else speaks HTTP.
 * It takes no body and asks for no account: who may reach it is for the network to say.
 */
@Injectable()
export class OpsServer implements OnApplicationShutdown {
  private readonly logger = new Logger(OpsServer.name);
  private server: Server | undefined;
  private close: () => void = () => undefined;
  private readonly routes: Readonly<Record<string, () => Promise<Answer>>>;

  constructor(
    private readonly config: Config,
    private readonly metrics: Metrics,
    readiness: Readiness,
  ) {
    const ready = async (): Promise<Answer> => {
      await readiness.assert();
      return ['application/json', ok];
    };
    this.routes = {
      '/metrics': async () => [this.metrics.contentType, await this.metrics.text()],
      // Touches no dependency: a database that is away is no reason to restart a process.
      '/health/live': () => Promise.resolve(['application/json', ok]),
      '/health/ready': ready,
      '/health': ready,
    };
  }

  /** Opens the port where one is configured. */
  async listen(): Promise<void> {
    const { OPS_PORT, OPS_HOST } = this.config.values;
    if (OPS_PORT === undefined) return;
    this.metrics.watchProcess();
    const options = { maxHeaderSize: HEADERS_MAX, requestTimeout: REQUEST_TIMEOUT_MS };
    const server = createServer(options, (request, response) => void this.answer(request, response));
    this.close = quietConnections(server).close;
    server.listen(OPS_PORT, OPS_HOST);
    await once(server, 'listening');
    this.server = server;
    this.logger.log({ msg: 'metrics and probes are served', port: this.port });
  }

  /** Where it listens; undefined where it does not. */
  get port(): number | undefined {
    const address = this.server?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  /** Last of all: until then probes are told that the process is stopping, and metrics that it still is. */
  async onApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    const closed = once(server, 'close');
    server.close();
    this.close();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const [type, text] = await this.routeOf(request)();
      send(request, response, { status: 200, type, text });
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status >= 500) this.logger.error({ err: error, problem: problem.type });
      sendProblem(request, response, problem);
    }
  }

  private routeOf({ method, url = '' }: IncomingMessage): () => Promise<Answer> {
    const path = url.split('?', 1)[0] ?? '';
    const route = Object.hasOwn(this.routes, path) ? this.routes[path] : undefined;
    if (!route) throw new NoSuchRoute({ detail: 'There are /metrics, /health/live and /health/ready here.' });
    if (method !== 'GET' && method !== 'HEAD')
      throw new MalformedRequest({ detail: 'Everything here is read by GET.' });
    return route;
  }
}

/** For entry points: a command that uses the same settings opens no port. Without the port the process does not run. */
export async function openToOperators(app: INestApplicationContext): Promise<void> {
  try {
    await app.get(OpsServer).listen();
  } catch (error) {
    await app.close();
    throw error;
  }
}

const sendProblem = (request: IncomingMessage, response: ServerResponse, problem: Problem) =>
  send(request, response, {
    status: problem.status,
    type: 'application/problem+json',
    text: JSON.stringify(problemBody(problem, randomUUID())),
  });

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, type, text }: { readonly status: number; readonly type: string; readonly text: string },
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(method === 'HEAD' ? undefined : text);
}
