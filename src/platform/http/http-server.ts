import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import type { TrustedProxies } from '../config/trusted-proxies.js';
import { BODY_BYTES_MAX, limitBodies } from './large-body.js';
import { allowLongAnswers } from './long-answer.js';
import { ProblemFilter, problemBody, problemOf } from './problem.filter.js';
import { MalformedRequest, UnsupportedMediaType } from './request.problems.js';
import { parseStrictJson } from './strict-json.js';

const HANDLER_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** Fastify, set up so that whatever it refuses before Nest sees it is answered as a problem too. */
export const fastifyAdapter = ({ values: { TRUST_PROXY } }: Config): FastifyAdapter => {
  const filter = new ProblemFilter();
  return new FastifyAdapter({
    bodyLimit: BODY_BYTES_MAX,
    handlerTimeout: HANDLER_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: trustOf(TRUST_PROXY),
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      filter.answer(error, request, reply),
    clientErrorHandler: refuseUnreadable,
  });
};

/**
 * Which addresses in X-Forwarded-For are believed. Fastify itself takes a number as "none": it cannot see whether the
 * request came through the proxy at all. Whoever configures a number promises that nobody gets past it.
 */
function trustOf(proxies: TrustedProxies | undefined) {
  if (proxies === undefined) return false;
  return typeof proxies === 'number' ? (_address: string, hop: number) => hop < proxies : proxies;
}

/** What is not HTTP at all has no request and no reply, only a socket. */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const refused = Object.assign(new Error(), { statusCode: status });
  const body = JSON.stringify(
    problemBody(
      status === 400 ? new MalformedRequest({ detail: 'This is not an HTTP request.' }) : problemOf(refused),
      randomUUID(),
    ),
  );
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** JSON is the only body that is read, and it is read strictly. */
export function readJsonStrictly(app: NestFastifyApplication): void {
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  limitBodies(server);
  allowLongAnswers(server);
  server.removeAllContentTypeParsers();
  server.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding === 'identity') done(null, payload);
    else done(new UnsupportedMediaType({ detail: 'The body is compressed: send it as it is.' }));
  });
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    try {
      // Many clients say that they send JSON, and send nothing, to routes that take no body.
      done(null, body.length === 0 ? undefined : parseStrictJson(body));
    } catch (error) {
      done(error instanceof Error ? error : new Error('unreadable body'));
    }
  });
}
