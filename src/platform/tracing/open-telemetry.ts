import { createRequire } from 'node:module';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import { PrivateSpans } from './private-spans.js';

const EXPORT_TIMEOUT_MS = 5_000;
const FLUSH_TIMEOUT_MS = 2_000;

type Settings = Pick<Config['values'], 'OTEL_EXPORTER_OTLP_HEADERS' | 'OTEL_SERVICE_NAME' | 'OTEL_TRACES_SAMPLER_ARG'>;

/**
 * Sends a span for each request and each of its statements to the collector at `endpoint`. Every trace begins here: what a
 * client says in traceparent, tracestate or baggage is not read, since no propagator is set.
 */
export async function startTracing(app: NestFastifyApplication, endpoint: string, settings: Settings): Promise<void> {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint}/v1/traces`,
    headers: settings.OTEL_EXPORTER_OTLP_HEADERS?.reveal() ?? {},
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': settings.OTEL_SERVICE_NAME }),
    sampler: new TraceIdRatioBasedSampler(settings.OTEL_TRACES_SAMPLER_ARG),
    spanProcessors: [new BatchSpanProcessor({ exporter: new PrivateSpans(exporter) })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);

  // Statements outside of a request (the relay asks four times a second) are not worth a trace.
  const statements = new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true });
  statements.setTracerProvider(provider);
  // Instrumentation is applied when a module is required, and what it changes is shared by those who imported it before.
  createRequire(import.meta.url)('pg');

  const requests = new FastifyOtelInstrumentation({
    recordExceptions: false,
    instrumentHooks: false,
    instrumentHandler: false,
    ignorePaths: ({ url }) => url.startsWith('/health') || url.startsWith('/metrics'),
  });
  requests.setTracerProvider(provider);
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  await server.register(requests.plugin());
  server.addHook('onClose', async () => {
    await Promise.race([
      provider.shutdown(),
      new Promise((resolve) => {
        setTimeout(resolve, FLUSH_TIMEOUT_MS).unref();
      }),
    ]).catch(() => undefined);
    statements.disable();
    trace.disable();
    context.disable();
  });
}
