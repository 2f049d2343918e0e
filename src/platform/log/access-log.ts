import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

/** One line per answer: the route's pattern, never the URL, which has ids in it. Health probes are not worth a line. */
export function logAnswers(app: NestFastifyApplication): void {
  const logger = new Logger('http');
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    if (!route.startsWith('/health'))
      logger.log({
        method: request.method,
        route,
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 10) / 10,
      });
    done();
  });
}
