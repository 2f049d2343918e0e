import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Drain } from './drain.js';

/**
 * What every answer carries: the headers that keep a browser from doing more than it was asked to, no caching of what is
 * somebody's own, and, while the server drains, a word to keep-alive clients to go, so that closing cuts nobody off.
 */
export function addResponseHeaders(app: NestFastifyApplication): void {
  app.useSecurityHeaders({
    contentSecurityPolicy: {
      directives: {
        fontSrc: "'self'",
        styleSrc: ["'self'", "'unsafe-inline'"],
        frameAncestors: "'none'",
        // Whether there is TLS is for the proxy in front to say.
        upgradeInsecureRequests: null,
      },
    },
    xFrameOptions: { action: 'deny' },
  });
  const drain = app.get(Drain);
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    if (drain.isDraining) void reply.header('connection', 'close');
    done(null, payload);
  });
}
