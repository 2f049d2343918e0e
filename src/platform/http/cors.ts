import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';

/** As long as Chromium keeps what a preflight said; others keep it longer where they are let. */
const PREFLIGHT_SECONDS = 2 * 60 * 60;

/** What a page of another origin may send and read. Never credentials: cookies are for our own origin (docs/browsers.md). */
const ANSWER = {
  credentials: false,
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: ['Authorization', 'Content-Type', 'If-Match', 'Idempotency-Key', 'Last-Event-ID'],
  exposedHeaders: ['ETag', 'RateLimit', 'RateLimit-Policy', 'Retry-After'],
  maxAge: PREFLIGHT_SECONDS,
  strictPreflight: false,
};

type Resolved = (error: null, options: typeof ANSWER | { readonly origin: string | false }) => void;

/**
 * Lets pages of the origins in CORS_ORIGINS call what is under `base`. To every other origin, and outside of `base`, where
 * probes are, nothing is said at all. Preflights are answered before anybody is asked who they are, and are not counted.
 */
export function allowOrigins(app: NestFastifyApplication, base: string): void {
  const allowed = new Set(app.get(Config).values.CORS_ORIGINS);
  if (allowed.size === 0) return;
  app.enableCors({
    delegator: ({ headers: { origin }, url }: FastifyRequest, resolve: Resolved) => {
      const isAllowed = origin !== undefined && allowed.has(origin) && url.startsWith(`/${base}/`);
      resolve(null, isAllowed ? { ...ANSWER, origin } : { origin: false });
    },
  });
}
