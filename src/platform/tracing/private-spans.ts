import { createTraceState, isSpanContextValid, type SpanContext } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/** The attributes that may leave the process. None of them can hold content, a key, an address, an id or a URL. */
const kept = new Set([
  'http.request.method',
  'http.route',
  'http.response.status_code',
  'db.system',
  'db.system.name',
  'db.operation.name',
]);

/** The first word of a statement, at most: what comes after can hold values, as in `SET LOCAL app.user_id = …`. */
const OPERATION = /^pg[\w.-]*(:[A-Z]+)?/;

/**
 * Takes away, of whatever spans the instrumentation made, all that is not on the list above: statements, URLs, messages of
 * errors (PostgreSQL quotes rows in them), events, links, and what a client wrote into its trace headers.
 */
export class PrivateSpans implements SpanExporter {
  constructor(private readonly exporter: SpanExporter) {}

  export(spans: ReadableSpan[], tell: Parameters<SpanExporter['export']>[1]): void {
    this.exporter.export(spans.map(withoutPrivate), tell);
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }
}

function withoutPrivate(span: ReadableSpan): ReadableSpan {
  const attributes = Object.fromEntries(Object.entries(span.attributes).filter(([name]) => kept.has(name)));
  const { kind, startTime, endTime, duration, ended, resource, instrumentationScope } = span;
  const context = bare(span.spanContext());
  return {
    name: nameOf(span),
    kind,
    spanContext: () => context,
    ...(span.parentSpanContext && { parentSpanContext: bare(span.parentSpanContext) }),
    startTime,
    endTime,
    duration,
    ended,
    status: { code: span.status.code },
    attributes,
    events: [],
    links: [],
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function nameOf({ name, attributes }: ReadableSpan): string {
  const { 'http.request.method': method, 'http.route': route } = attributes;
  if (typeof method === 'string') return `${method} ${typeof route === 'string' ? route : 'none'}`;
  return OPERATION.exec(name)?.[0] ?? 'work';
}

const bare = (context: SpanContext): SpanContext => ({
  ...context,
  ...(isSpanContextValid(context) && { traceState: createTraceState() }),
});
