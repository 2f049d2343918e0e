import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config/config.js';

/** Traces requests and their database work where a collector is configured; otherwise nothing of it is even loaded. */
export async function traceRequests(app: NestFastifyApplication, config: Config): Promise<void> {
  if (config.values.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return;
  const { startTracing } = await import('./open-telemetry.js');
  await startTracing(app, config.values.OTEL_EXPORTER_OTLP_ENDPOINT, config.values);
}
