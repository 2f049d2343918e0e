import type { FastifyRequest } from 'fastify';

/** Routes that are open without signing in, as `METHOD /path/:param`, each with the reason why. */
export type PublicRoutes = Readonly<Record<string, string>>;
export const PUBLIC_ROUTES = Symbol('public routes');

export const isPublic = (routes: PublicRoutes, { method, routeOptions }: FastifyRequest): boolean =>
  Object.hasOwn(routes, `${method} ${routeOptions.url ?? ''}`);
