import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { quietConnections } from '../../http/connections.js';
import type { Answer, ObjectBytes } from './answer.js';
import { type AllowedOrigins, corsHeaders } from './cors.js';
import { errorXml, StoreError } from './store-errors.js';
import { xmlDocument } from './xml.js';

const HEADERS_TIMEOUT_MS = 10_000;
/** Slow lines are welcome as long as something comes. */
const SILENCE_MS_MAX = 30_000;
const REQUEST_TIMEOUT_MS = 3_600_000;
const CONNECTIONS_MAX = 512;
const CALLS_MAX = 128;
/** How much of a body that was refused is still read, so that its sender gets to see why. */
const REFUSED_BYTES_MAX = 64 * 1024 * 1024;
const CLOSE_MS_MAX = 15_000;

/** What the answer to anything says; an object is nobody's web page. */
const ALWAYS = {
  server: 'Daybook',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
  'cache-control': 'private, no-store',
};

export interface StoreServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly allowedOrigins: AllowedOrigins;
  /** Answers a request, or throws why not. @param proceed has to be called before the body is read */
  readonly answer: (request: IncomingMessage, proceed: () => void) => Promise<Answer>;
  /** Hears of what is nobody's fault but ours. */
  readonly onFault: (error: unknown) => void;
}

export interface StoreServer {
  readonly port: number;
  /** Finishes what is under way, for 15 s at most. */
  close(): Promise<void>;
}

class StoreListener {
  private calls = 0;
  private readonly waiting = new WeakSet<ServerResponse>();
  readonly server: Server;

  constructor(private readonly options: StoreServerOptions) {
    this.server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS });
    this.server.timeout = SILENCE_MS_MAX;
    this.server.maxConnections = CONNECTIONS_MAX;
    this.server.on('request', (request, response) => void this.take(request, response));
    // Who asks before sending a body is told to go on, or why not, before it is sent.
    this.server.on('checkContinue', (request, response) => {
      this.waiting.add(response);
      this.server.emit('request', request, response);
    });
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    const headers = {
      ...ALWAYS,
      ...corsHeaders(request.headers, this.options.allowedOrigins),
      'x-amz-request-id': requestId,
    };
    response.on('error', () => undefined);
    this.calls += 1;
    try {
      const proceed = () => (this.waiting.has(response) ? response.writeContinue() : undefined);
      const answer = await this.answer(request, proceed).catch((error: unknown) => this.refusal(error, requestId));
      await send(response, request.method ?? '', { ...answer, headers: { ...headers, ...answer.headers } });
      discardRest(request);
    } catch (error) {
      // The client went away, or the object could not be read to its end: an answer cut short must not look whole.
      if (!request.destroyed && !response.destroyed) this.options.onFault(error);
      response.destroy();
    } finally {
      this.calls -= 1;
    }
  }

  private async answer(request: IncomingMessage, proceed: () => void): Promise<Answer> {
    if (this.calls > CALLS_MAX) throw new StoreError('SlowDown', 'Too many requests at once.', { 'retry-after': '1' });
    return await this.options.answer(request, proceed);
  }

  private refusal(error: unknown, requestId: string): Answer {
    if (!(error instanceof StoreError) && !isAborted(error)) this.options.onFault(error);
    const refused = error instanceof StoreError ? error : new StoreError('InternalError', 'The store could not do it.');
    const body = xmlDocument(errorXml(refused, requestId));
    return { status: refused.status, headers: { 'content-type': 'application/xml', ...refused.headers }, body };
  }
}

/** The client went away in the middle of its body. By shape: under jest, Node's errors have another class. */
const isAborted = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ECONNRESET';

async function send(response: ServerResponse, method: string, { status, headers, body }: Answer): Promise<void> {
  if (typeof body === 'string') {
    const length = status === 204 || status === 304 ? {} : { 'content-length': Buffer.byteLength(body) };
    response.writeHead(status, { ...length, ...headers });
    response.end(method === 'HEAD' ? undefined : body);
    return;
  }
  try {
    response.writeHead(status, headers);
    if (method === 'HEAD' || body.length === 0) response.end();
    else await pipeline(bytesOf(body), response);
  } finally {
    await body.object.handle.close();
  }
}

const bytesOf = ({ object, start, length }: ObjectBytes) =>
  object.handle.createReadStream({ start, end: start + length - 1, autoClose: false, highWaterMark: 256 * 1024 });

/** What is left of a body that nobody wants. */
function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let bytes = 0;
  request.on('error', () => undefined);
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > REFUSED_BYTES_MAX) request.destroy();
  });
}

/** Listens for requests to a store. @throws Error where it cannot */
export async function startStoreServer(options: StoreServerOptions): Promise<StoreServer> {
  const { server } = new StoreListener(options);
  const connections = quietConnections(server);
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The object store has no port.');
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    connections.close();
    const isClosed = await Promise.race([closed.then(() => true), sleep(CLOSE_MS_MAX, false, { ref: false })]);
    if (!isClosed) server.closeAllConnections();
    await closed;
  };
  return { port: address.port, close };
}
