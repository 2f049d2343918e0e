import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

/** What a route takes that says nothing else. */
export const BODY_BYTES_MAX = 1024 * 1024;
const LARGE_BODY_BYTES_MAX = 4 * BODY_BYTES_MAX;
const LARGE = 'daybook:large-body';

/** A route that takes bodies of up to 4 MiB. */
export const LargeBody = () => RouteConfig({ [LARGE]: true });

/** Gives every route its limit; before any route is added. */
export function limitBodies(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    const config: object = route.config ?? {};
    route.bodyLimit = LARGE in config ? LARGE_BODY_BYTES_MAX : BODY_BYTES_MAX;
  });
}
