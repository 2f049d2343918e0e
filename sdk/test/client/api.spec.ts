import { describe, expect, it } from '@jest/globals';
import { createApi } from '../../src/api.js';
import { Session } from '../../src/session.js';
import { MemorySessionStore } from '../../src/session-store.js';
import { Transport } from '../../src/transport.js';
import { type Answering, Imagined, json, refusal, sessionAt, tokens, url } from './imagined.js';

const body = { content: 'First snow.', kind: 'diary' as const };

function calling(answer: Answering) {
  const imagined = new Imagined(answer);
  const parts = { record: sessionAt(imagined.now()), store: new MemorySessionStore(), around: imagined };
  const session = new Session({ ...parts, transport: new Transport(imagined) });
  const api = createApi(url, (call, isRepeatable) => session.send(call, { isRepeatable }));
  const keys = () => imagined.asked.map(({ init }) => new Headers(init.headers).get('idempotency-key'));
  return { imagined, api, keys };
}

describe('a POST', () => {
  it('is tried again with the key of its first try, and the next one has another', async () => {
    const answers = [new TypeError('fetch failed'), refusal(409, 'request/in-progress', { 'retry-after': '1' })];
    const { imagined, api, keys } = calling((_, n) => answers[n - 1] ?? json(201, {}));
    for (const _ of [1, 2]) await imagined.run(api.POST('/api/v1/entries', { body }));
    const [first, ...more] = keys();
    expect(first).toMatch(/^[!-~]{16,255}$/);
    expect(more).toEqual([first, first, expect.not.stringContaining(first ?? '')]);
  });

  it('keeps its key when the token had to be refreshed meanwhile', async () => {
    const { imagined, api, keys } = calling(({ path, token }) => {
      if (path.endsWith('/refresh')) return json(200, { tokens: tokens(2) });
      return token === 'Bearer access-2' ? json(201, {}) : refusal(401, 'auth/signed-out');
    });
    await imagined.run(api.POST('/api/v1/entries', { body }));
    const [first, refresh, last] = keys();
    expect([refresh, last]).toEqual([null, first]);
    expect(first).not.toBeNull();
  });

  it('has the key that the app gives it', async () => {
    const { imagined, api, keys } = calling(() => json(201, {}));
    const params = { header: { 'Idempotency-Key': 'import-7' } };
    await imagined.run(api.POST('/api/v1/entries', { params, body }));
    expect(keys()).toEqual(['import-7']);
  });

  it('of auth has none, and is sent once', async () => {
    const { imagined, api, keys } = calling(() => refusal(503, 'server/unavailable'));
    await imagined.run(api.POST('/api/v1/auth/logout'));
    expect(keys()).toEqual([null]);
  });
});

describe('a call that reads', () => {
  it('needs no key to be tried again', async () => {
    const { imagined, api, keys } = calling((_, n) => (n < 3 ? refusal(503, 'server/unavailable') : json(200, {})));
    await imagined.run(api.GET('/api/v1/auth/me'));
    expect(keys()).toEqual([null, null, null]);
  });
});
