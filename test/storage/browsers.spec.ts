import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bytesOf, startTestStore, type TestStore } from '../harness/store.js';
import { send, StoreWorld } from './store-world.js';

const APP = 'https://app.example.com';

describe('the embedded store, for web pages', () => {
  let open: TestStore;
  let closed: TestStore;
  let world: StoreWorld;
  beforeAll(async () => {
    open = await startTestStore();
    closed = await startTestStore({ allowedOrigins: [APP] });
    world = new StoreWorld(closed.environment);
  });
  afterAll(async () => {
    world.close();
    await open.stop();
    await closed.stop();
  });
  const ask = (store: TestStore, origin: string, method = 'PUT') =>
    send({
      method: 'OPTIONS',
      url: `${store.origin}/daybook/some/key?X-Amz-Signature=0`,
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'content-type,x-amz-checksum-sha256',
      },
    });

  it('allows uploads and downloads from the origins that were named, and no other', async () => {
    for (const [store, origin] of [
      [open, 'https://elsewhere.example.com'],
      [closed, APP],
    ] as const) {
      const { status, headers } = await ask(store, origin);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(store === open ? '*' : APP);
      expect(headers.get('access-control-allow-methods')).toBe('GET, HEAD, PUT');
      expect(headers.get('access-control-allow-headers')).toBe('content-type,x-amz-checksum-sha256');
    }
    for (const [origin, method] of [
      ['https://elsewhere.example.com', 'PUT'],
      ['https://app.example.com.evil.example', 'PUT'],
      ['null', 'PUT'],
      [APP, 'DELETE'],
    ] as const) {
      const { status, code, headers } = await ask(closed, origin, method);
      expect([status, code]).toEqual([403, 'AccessForbidden']);
      expect(headers.get('access-control-allow-methods')).toBeNull();
    }
  });

  it('lets a page read what it needs to go on, also why it was refused', async () => {
    const bytes = bytesOf(10);
    const request = await world.presignPut('a', bytes);
    const from = (origin: string) => ({ ...request, headers: { ...request.headers, origin } });
    const put = await send(from(APP), bytes);
    expect(put.headers.get('access-control-allow-origin')).toBe(APP);
    expect(put.headers.get('access-control-expose-headers')).toContain('etag');
    expect(put.headers.get('vary')).toBe('Origin');
    const refused = await send({ ...from(APP), url: request.url.replace('/a?', '/b?') }, bytes);
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, APP]);
    const other = await send(from('https://elsewhere.example.com'), bytes);
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('serves nothing that a browser would run', async () => {
    const { headers } = await world.fetch('a');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(headers.get('content-disposition')).toBe('attachment');
  });
});
