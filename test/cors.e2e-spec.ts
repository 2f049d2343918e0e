import { createId } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { PASSWORD, useApi } from './harness/api.js';
import type { Answer } from './harness/http.js';
import { expectProblem } from './harness/problems.js';

const APP = 'https://app.example.com';
const LOCAL_APP = 'http://localhost:3000';

/** Everything an answer says to browsers about other origins. */
const corsOf = ({ headers }: Answer) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

const READABLE = 'ETag, RateLimit, RateLimit-Policy, Retry-After';
const served = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': READABLE,
});

describe('a page of another origin', () => {
  const plain = useApi();
  const api = useApi({ sharing: plain, environment: { CORS_ORIGINS: `${APP}, ${LOCAL_APP}`, LIMITS: 'on' } });
  const from = (origin: string, more: Record<string, string> = {}) => ({ headers: { origin, ...more } });
  const preflight = (path: string, origin: string, method = 'PUT', http = api.http) =>
    http.send('OPTIONS', path, undefined, {
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it.each([APP, LOCAL_APP])('that is allowed may call with a token, and read the answer: %s', async (origin) => {
    const ada = await plain.newUser();
    const answer = await api.http.post('/entries', { content: 'x' }, { token: ada.accessToken, ...from(origin) });
    expect(answer.status).toBe(201);
    expect(corsOf(answer)).toEqual(served(origin));
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.headers.get('vary')).toMatch(/\borigin\b/i);
  });

  it('that is allowed may read what went wrong too', async () => {
    const ada = await plain.newUser();
    const token = ada.accessToken;
    const answers: [number, Answer][] = [
      [400, await api.http.post('/auth/prelogin', undefined, from(APP))],
      [401, await api.http.get('/auth/me', from(APP))],
      [404, await api.http.get(`/entries/${createId()}`, { token, ...from(APP) })],
      [404, await api.http.get('/nowhere', from(APP))],
      [415, await api.http.post('/auth/prelogin', {}, from(APP, { 'content-type': 'text/plain' }))],
      [422, await api.http.post('/auth/prelogin', {}, from(APP))],
    ];
    for (const [status, answer] of answers) {
      expectProblem(answer, status);
      expect(corsOf(answer)).toEqual(served(APP));
    }
    for (let tries = 0; tries < 5; tries++)
      await api.http.post('/auth/login', { email: 'nobody@example.com', password: 'x' }, from(APP));
    const over = await api.http.post('/auth/login', { email: 'nobody@example.com', password: 'x' }, from(APP));
    expectProblem(over, 429, 'request/too-many');
    expect(corsOf(over)).toEqual(served(APP));
    expect(over.headers.has('retry-after')).toBe(true);
  });

  it('that is allowed is told beforehand what it may send, without signing in', async () => {
    for (const path of ['/entries', `/entries/${createId()}`, '/auth/login', '/auth/refresh', '/nowhere']) {
      const answer = await preflight(path, APP);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(corsOf(answer)).toEqual({
        ...served(APP),
        'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': 'Authorization, Content-Type, If-Match, Idempotency-Key, Last-Event-ID',
        'access-control-max-age': '7200',
      });
      expect(answer.headers.get('vary')).toMatch(/\borigin\b/i);
    }
  });

  it('is not counted for asking beforehand', async () => {
    const left = async () => {
      const { headers } = await api.http.post('/auth/prelogin', {}, from(APP));
      return Number(/"stranger";r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
    };
    const before = await left();
    for (let n = 0; n < 10; n++) await preflight('/auth/prelogin', APP);
    expect((await preflight('/auth/prelogin', APP)).headers.has('ratelimit')).toBe(false);
    expect(await left()).toBe(before - 1);
  });

  it.each([
    'https://evil.example',
    'https://app.example.com.evil.example',
    'https://evil.example/https://app.example.com',
    'https://sub.app.example.com',
    'https://app.example.com:8443',
    'http://app.example.com',
    'https://APP.example.com',
    'https://app.example.com/',
    'https://app.example.com, https://evil.example',
    'http://localhost:3001',
    'null',
    '*',
    '',
  ])('that is not allowed is told nothing: "%s"', async (origin) => {
    const ada = await plain.newUser();
    const answer = await api.http.get('/auth/me', { token: ada.accessToken, ...from(origin) });
    expect(answer.status).toBe(200);
    expect(corsOf(answer)).toEqual({});
    // A cache must not hand this answer to those who are allowed.
    expect(answer.headers.get('vary')).toMatch(/\borigin\b/i);
    const asked = await preflight('/auth/me', origin, 'GET');
    expectProblem(asked, 404, 'request/no-such-route');
    expect(corsOf(asked)).toEqual({});
  });

  it('is never let in by cookie: browsers are not told that they may send or keep any', async () => {
    const login = { email: (await plain.newUser()).email, password: PASSWORD, mode: 'cookie' };
    const site = { 'sec-fetch-site': 'cross-site' };
    const answers = [
      await preflight('/auth/login', APP, 'POST'),
      await api.http.post('/auth/login', login, from(APP, site)),
      await api.http.get('/auth/me', from(APP, { ...site, cookie: '__Host-daybook_access=x.y.z' })),
    ];
    expect(answers.map(({ status }) => status)).toEqual([204, 403, 403]);
    for (const answer of answers) {
      expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  });

  it('may not read probes, which are for whoever runs the server', async () => {
    for (const path of ['/health', '/health/live', '/health/ready']) {
      const response = await fetch(api.origin + path, from(APP));
      expect(response.status).toBe(200);
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      const asked = await fetch(api.origin + path, {
        method: 'OPTIONS',
        headers: { origin: APP, 'access-control-request-method': 'GET' },
      });
      expect([asked.status, asked.headers.has('access-control-allow-origin')]).toEqual([404, false]);
    }
  });

  it('is told nothing by a server that names no origin', async () => {
    for (const origin of [APP, plain.origin, 'null']) {
      const answer = await plain.http.post('/auth/prelogin', { email: 'x@example.com' }, from(origin));
      expect([answer.status, corsOf(answer)]).toEqual([200, {}]);
      const asked = await preflight('/entries', origin, 'POST', plain.http);
      expectProblem(asked, 404, 'request/no-such-route');
      expect(corsOf(asked)).toEqual({});
    }
  });
});
