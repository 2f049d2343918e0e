import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PASSWORD } from '../harness/api.js';
import { Http } from '../harness/http.js';
import { type RunningProcess, startProcess } from '../harness/process.js';

interface Attribute {
  readonly key: string;
  readonly value: object;
}
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

const marker = (what: string) => `Marker-${what}-q7Zx2Kf9Wp`;
const traceparent = '00-aaaabbbbccccddddaaaabbbbccccdddd-aaaabbbbccccdddd-01';
const ALLOWED = /^(http\.request\.method|http\.route|http\.response\.status_code|db\.[a-z.]+)$/;

/** Takes what a collector of OpenTelemetry takes: OTLP in JSON, over HTTP. */
class Collector {
  readonly received: { readonly path: string; readonly token: unknown; readonly body: string }[] = [];
  private readonly server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      this.received.push({ path: request.url ?? '', token: request.headers['x-token'], body });
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
  }

  get spans(): Span[] {
    return this.received.flatMap(({ body }) =>
      JSON.parse(body).resourceSpans.flatMap((resource: { scopeSpans: { spans: Span[] }[] }) =>
        resource.scopeSpans.flatMap(({ spans }) => spans),
      ),
    );
  }

  get all(): string {
    return this.received.map(({ body }) => body).join('\n');
  }
}

describe('traces', () => {
  const collector = new Collector();
  const ids: string[] = [];
  let folder: string;
  let running: RunningProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-tracing-'));
    running = await startProcess('standalone.js', {
      DATA_DIR: folder,
      LOG_LEVEL: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: `${await collector.start()}/`,
      OTEL_EXPORTER_OTLP_HEADERS: `x-token=${marker('collector-token')}`,
      OTEL_SERVICE_NAME: 'diary-of-tests',
    });
    await live(new Http(`${running.origin}/api/v1`));
    running.child.kill('SIGTERM');
    expect(await running.ended()).toBe(0);
  });
  afterAll(async () => {
    running?.child.kill('SIGTERM');
    collector.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function live(api: Http): Promise<void> {
    const account = {
      tier: 'uce',
      email: `${marker('email')}@example.com`,
      password: `${PASSWORD} ${marker('password')}`,
    };
    const { body } = await api.post('/auth/signup', account);
    await api.post('/auth/signup', account);
    const token = body.tokens.access_token;
    const headers = {
      traceparent,
      tracestate: `vendor=${marker('state')}`,
      baggage: `note=${marker('baggage')}`,
      'user-agent': marker('agent'),
    };
    const draft = {
      title: marker('title'),
      content: marker('content'),
      source: marker('source'),
      tags: [marker('tag')],
    };
    const entry = (await api.post('/entries', draft, { token, headers })).body;
    ids.push(body.user.id, entry.id, token);
    await api.get(`/entries/${entry.id}?note=${marker('query')}`, { token, headers });
    await api.get(`/entries?source=${marker('source')}&from=${marker('bad')}`, { token, headers });
    await api.get(`/${marker('path')}`, { token, headers });
    await api.post('/search', { query: marker('search') }, { token, headers });
  }

  const named = (name: string) => collector.spans.filter((span) => span.name === name);

  it('of requests and their statements go to the collector, by OTLP over HTTP', () => {
    expect(new Set(collector.received.map(({ path }) => path))).toEqual(new Set(['/v1/traces']));
    expect(new Set(collector.received.map(({ token }) => token))).toEqual(new Set([marker('collector-token')]));
    expect(collector.all).toContain('diary-of-tests');
    const [written] = named('POST /api/v1/entries');
    const status = written?.attributes.find(({ key }) => key === 'http.response.status_code');
    expect(status?.value).toEqual({ intValue: 201 });
    const statements = collector.spans.filter(({ traceId }) => traceId === written?.traceId);
    expect(statements.length).toBeGreaterThan(3);
    expect(statements.map(({ name }) => name)).toContain('pg.query:INSERT');
  });

  it('say where time went, and nothing of what was said, by whom, or where', () => {
    expect(collector.spans.length).toBeGreaterThan(20);
    for (const { attributes } of collector.spans) for (const { key } of attributes) expect(key).toMatch(ALLOWED);
    const said = collector.all;
    expect(said).not.toMatch(/Marker-(?!collector)/i);
    expect(said).not.toContain('example.com');
    expect(said).not.toContain('daybook_api');
    for (const id of ids) expect(said).not.toContain(id);
    expect(said).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  });

  it('begin here, whatever a client says', () => {
    expect(collector.all).not.toContain('aaaabbbbccccdddd');
    expect(named('GET /api/v1/entries/:id')[0]?.parentSpanId).toBeUndefined();
  });

  it('of probes and of work that nobody asked for are not made', () => {
    expect(collector.spans.filter(({ name }) => name.includes('health'))).toEqual([]);
    const requests = new Set(
      collector.spans.filter(({ name }) => !name.startsWith('pg')).map(({ traceId }) => traceId),
    );
    expect(collector.spans.filter(({ traceId }) => !requests.has(traceId))).toEqual([]);
  });

  it('leave the token of the collector out of the log', () => {
    expect(running.output()).not.toContain(marker('collector-token'));
  });
});
