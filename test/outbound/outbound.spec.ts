import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Clock } from '../../src/platform/clock.js';
import { Outbound, type OutboundOptions } from '../../src/platform/outbound/outbound.js';
import { OutboundFailed } from '../../src/platform/outbound/outbound-failed.js';
import { Canary, useCanary } from '../harness/canary.js';

const SECRET = 'sEcReT-4711';

describe('a request to another service', () => {
  const elsewhere = useCanary();
  const service = useCanary((request, response) => {
    switch (new URL(request.url ?? '/', 'http://x').pathname) {
      case '/redirect':
        return void response.writeHead(302, { location: `http://127.0.0.1:${elsewhere.port}/` }).end();
      case '/redirect-here':
        return void response.writeHead(307, { location: '/' }).end();
      case '/large':
        return void response.end(Buffer.alloc(200_000));
      case '/never':
        return;
      case '/slowly':
        return void response.write('{');
      case '/broken':
        return void response.writeHead(500).end('{}');
      case '/garbage':
        return void request.socket.end(`HTTP/1.1 200 OK\r\nX: ${SECRET}\r\nContent-Length: nonsense\r\n\r\n${SECRET}`);
      default:
        return void response.writeHead(200, { 'set-cookie': 'a=b', 'x-app-usage': '{}' }).end('{"ok":true}');
    }
  });
  const made: Outbound[] = [];
  const client = (options: OutboundOptions = {}, clock = new Clock()) => {
    const allowed = [service, elsewhere].map(({ port }) => `127.0.0.1:${port}`);
    const values = { OUTBOUND_ALLOWED_PRIVATE: allowed } as never;
    const one = new Outbound({ values }, clock, { timeoutMs: 300, answerBytesMax: 100_000, ...options });
    made.push(one);
    return one;
  };
  const get = (outbound: Outbound, path: string, { port } = service) => {
    const origin = `http://127.0.0.1:${port}`;
    const headers = { authorization: `Bearer ${SECRET}` };
    return outbound.request([origin], { method: 'GET', url: new URL(`${path}?token=${SECRET}`, origin), headers });
  };
  const failure = async (outbound: Outbound, path: string): Promise<OutboundFailed> => {
    const error: unknown = await get(outbound, path).catch((thrown: unknown) => thrown);
    if (error instanceof OutboundFailed) return error;
    throw new Error('it did not fail');
  };
  afterAll(() => Promise.all(made.map((one) => one.onApplicationShutdown())));

  it('has an answer with status, headers and body, and no cookie is kept', async () => {
    const outbound = client();
    const { status, headers, body } = await get(outbound, '/');
    expect([status, body.toString()]).toEqual([200, '{"ok":true}']);
    expect(headers).toMatchObject({ 'x-app-usage': '{}' });
    expect(headers).not.toHaveProperty('set-cookie');
    await get(outbound, '/');
    expect(service.requests.at(-1)?.headers).not.toHaveProperty('cookie');
  });

  it.each([
    ['/redirect', 'redirect', 302],
    ['/redirect-here', 'redirect', 307],
    ['/large', 'too-large', 200],
    ['/never', 'timeout', undefined],
    ['/slowly', 'timeout', undefined],
    ['/garbage', 'unreachable', undefined],
  ])('to %s fails as %s', async (path, reason, status) => {
    elsewhere.forget();
    expect(await failure(client(), path)).toMatchObject({ reason, status, host: `127.0.0.1:${service.port}` });
    expect(elsewhere.connections).toBe(0);
  });

  it.each(['/redirect', '/large', '/never', '/garbage'])(
    'that fails at %s names no query, header or body',
    async (path) => {
      const error = await failure(client(), path);
      expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error) + error.stack).not.toContain(
        SECRET,
      );
    },
  );

  it('is not sent to a host that failed five times, until 30 seconds have passed and one has succeeded', async () => {
    let nowMs = 1_000_000;
    const clock = new Clock();
    clock.now = () => new Date(nowMs);
    const outbound = client({}, clock);
    for (let n = 0; n < 5; n++) expect((await get(outbound, '/broken')).status).toBe(500);
    service.forget();
    expect((await failure(outbound, '/')).reason).toBe('resting');
    expect(service.requests).toHaveLength(0);
    nowMs += 30_000;
    expect((await get(outbound, '/broken')).status).toBe(500);
    expect((await failure(outbound, '/')).reason).toBe('resting');
    nowMs += 30_000;
    const [probe, other] = await Promise.allSettled([get(outbound, '/'), get(outbound, '/')]);
    expect([probe.status, other.status]).toEqual(['fulfilled', 'rejected']);
    const both = await Promise.all([get(outbound, '/'), get(outbound, '/')]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('is not sent either to a host that did not answer five times, and is sent to every other', async () => {
    const outbound = client();
    for (let n = 0; n < 5; n++) expect((await failure(outbound, '/garbage')).reason).toBe('unreachable');
    service.forget();
    expect((await failure(outbound, '/')).reason).toBe('resting');
    expect(service.requests).toHaveLength(0);
    expect((await get(outbound, '/', elsewhere)).status).toBe(200);
  });

  it('that found nobody listening has not arrived, and any other may have', async () => {
    const gone = await new Canary().start();
    await gone.stop();
    const values = { OUTBOUND_ALLOWED_PRIVATE: [`127.0.0.1:${gone.port}`] } as never;
    const outbound = new Outbound({ values }, new Clock());
    made.push(outbound);
    const origin = `http://127.0.0.1:${gone.port}`;
    const error: unknown = await outbound.request([origin], { method: 'GET', url: new URL(origin) }).catch((e) => e);
    expect(error).toMatchObject({ reason: 'unreachable', code: 'ECONNREFUSED', maybeArrived: false });
    expect((await failure(client(), '/never')).maybeArrived).toBe(true);
    expect((await failure(client(), '/garbage')).maybeArrived).toBe(true);
  });
});
