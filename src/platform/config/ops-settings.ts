import { z } from 'zod';
import { Secret } from './secret.js';

/** `name=value` pairs, comma-separated, as OpenTelemetry writes headers. */
const Headers = z
  .string()
  .regex(/^[\w-]+=[^,]*(,[\w-]+=[^,]*)*$/, 'must be name=value, comma-separated')
  .transform((text) => text.split(',').map((pair) => [pair.slice(0, pair.indexOf('=')), valueOf(pair)] as const))
  .transform((pairs) => new Secret<Record<string, string>>(Object.fromEntries(pairs)));

const valueOf = (pair: string) => pair.slice(pair.indexOf('=') + 1);

/** For whoever watches the server: metrics, probes and traces. */
export const opsSettings = {
  OPS_PORT: z.coerce.number().int().min(0).max(65_535).optional().meta({
    description: 'port for operators, with metrics and probes: docs/observability.md; 0 takes a free one',
    fallback: 'none is opened',
  }),
  OPS_HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('address that the port for operators listens on; in a container, `0.0.0.0`'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/$/, ''))
    .optional()
    .meta({
      description: 'OpenTelemetry collector that traces are sent to, by OTLP over HTTP: docs/observability.md',
      fallback: 'no traces',
    }),
  OTEL_EXPORTER_OTLP_HEADERS: Headers.optional().meta({
    description: 'headers for that collector, `name=value`, comma-separated',
    fallback: 'none',
  }),
  OTEL_SERVICE_NAME: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .default('daybook')
    .describe('what traces call this server'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1).describe('share of requests that are traced'),
};
