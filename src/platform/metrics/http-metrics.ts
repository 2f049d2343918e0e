import { METHODS } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Metrics } from './metrics.js';

const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Who probes and scrapes is not who is served. */
const UNMEASURED = /^\/(health|metrics)/;

/** Rate, errors and duration of answers, by the route's pattern: never by the URL, which has ids in it. */
export function measureAnswers(app: NestFastifyApplication): void {
  const seconds = app
    .get(Metrics)
    .histogram('daybook_http_request_duration_seconds', 'From request to answer, by route', BUCKETS_SECONDS, [
      'method',
      'route',
      'status_class',
    ]);
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url;
    if (route === undefined || !UNMEASURED.test(route))
      seconds.observe(
        {
          // Of what leads nowhere only that it came is worth a series.
          method: route !== undefined && METHODS.includes(request.method) ? request.method : 'any',
          route: route ?? 'none',
          status_class: `${Math.trunc(reply.statusCode / 100)}xx`,
        },
        reply.elapsedTime / 1000,
      );
    done();
  });
}
