import { isIP } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { NoSuchRoute } from '../http/request.problems.js';
import { Metrics } from './metrics.js';

const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/**
 * /metrics on the port of the API, for an instance on somebody's own machine: only for that machine. Where OPS_PORT is set
 * they are there instead; where others reach the instance (another host in PUBLIC_URL, a proxy in front), they are not here
 * at all, because a proxy on the same machine makes everybody look local.
 */
export function serveLocalMetrics(app: NestFastifyApplication): void {
  const { OPS_PORT, PUBLIC_URL, TRUST_PROXY } = app.get(Config).values;
  if (OPS_PORT !== undefined || TRUST_PROXY !== undefined || !isLoopbackName(new URL(PUBLIC_URL).hostname)) return;
  const metrics = app.get(Metrics);
  metrics.watchProcess();
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  server.get('/metrics', async (request, reply) => {
    if (!isLocal(request)) throw new NoSuchRoute();
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

/** From this machine, straight, and not by a page of a browser that was led here under another name. */
const isLocal = ({ socket, headers, host }: FastifyRequest): boolean =>
  isLoopback(socket.remoteAddress ?? '') &&
  isLoopbackName(hostnameOf(host)) &&
  headers.origin === undefined &&
  FORWARDED.every((name) => headers[name] === undefined);

const hostnameOf = (host: string) => (URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '');

const isLoopback = (address: string) => /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address) || address === '::1';

function isLoopbackName(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || (isIP(bare) !== 0 && isLoopback(bare));
}
