import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, PASSWORD, useApi } from './harness/api.js';
import { Browser } from './harness/browser.js';
import { expectProblem } from './harness/problems.js';

const OWN_ORIGIN = 'http://localhost:8000';
const CROSS_SITE = 'auth/cross-site';

describe('a request with cookies', () => {
  const api = useApi({ environment: { PUBLIC_URL: OWN_ORIGIN, CORS_ORIGINS: 'https://app.example.com' } });
  let ada: E2eTestUser;
  let browser: Browser;

  beforeAll(async () => {
    ada = await api.newE2eUser();
    browser = new Browser(api.http);
    await browser.post('/auth/login', login('cookie'));
  });

  const login = (mode: string) => ({
    tier: 'e2e',
    email: ada.email,
    password: ada.account.signUp.password,
    mode,
  });

  /** What a browser says of requests that no page of ours made, or that it does not say anything of. */
  const strangers: [string, Record<string, string>][] = [
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['another site that it does not name', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour of the same site', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:8001' }],
    ['another site, whatever Origin says', { 'sec-fetch-site': 'cross-site', origin: OWN_ORIGIN }],
    ['somewhere unheard of', { 'sec-fetch-site': 'SAME-ORIGIN' }],
    ['two places at once', { 'sec-fetch-site': 'same-origin, cross-site' }],
    ['another origin, from an older browser', { origin: 'https://evil.example' }],
    ['another port, from an older browser', { origin: 'http://localhost:8001' }],
    ['another scheme, from an older browser', { origin: 'https://localhost:8000' }],
    ['an origin that begins like ours', { origin: `${OWN_ORIGIN}.evil.example` }],
    ['a page without an origin', { origin: 'null' }],
    ['an origin that CORS_ORIGINS allows', { origin: 'https://app.example.com' }],
    ['the same, cross-site', { origin: 'https://app.example.com', 'sec-fetch-site': 'cross-site' }],
  ];
  const own: [string, Record<string, string>][] = [
    ['a page of ours', { 'sec-fetch-site': 'same-origin', origin: OWN_ORIGIN }],
    ['a page of ours behind another name', { 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1:8000' }],
    ['a page of ours, from an older browser', { origin: OWN_ORIGIN }],
  ];

  it.each(strangers)('that comes from %s is refused, and nothing happens', async (_who, headers) => {
    const tries = [
      await browser.get('/auth/me', headers),
      await browser.get('/entries', headers),
      await browser.send('PATCH', '/auth/me', { display_name: 'Eve' }, headers),
      await browser.post('/auth/logout', undefined, headers),
      await browser.post('/auth/logout-all', undefined, headers),
      await browser.post('/auth/refresh', undefined, headers),
      await browser.post('/auth/login', login('cookie'), headers),
      await browser.post(
        '/auth/signup',
        { tier: 'uce', email: api.newEmail(), password: PASSWORD, mode: 'cookie' },
        headers,
      ),
      await browser.post(
        '/auth/reset-password',
        { recovery_token: 'x', new_password: PASSWORD, mode: 'cookie' },
        headers,
      ),
      await browser.post('/auth/change-password', { current_password: 'x', new_password: PASSWORD }, headers),
    ];
    for (const answer of tries) {
      expectProblem(answer, 403, CROSS_SITE);
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
    expect((await browser.get('/auth/me')).body).toMatchObject({ id: ada.id, display_name: null });
  });

  it.each(own)('that comes from %s is served', async (_who, headers) => {
    expect((await browser.get('/auth/me', headers)).status).toBe(200);
    expect((await browser.send('PATCH', '/auth/me', { locale: 'de' }, headers)).status).toBe(200);
    expect((await browser.post('/auth/refresh', undefined, headers)).status).toBe(200);
    expect((await browser.post('/auth/login', login('cookie'), headers)).status).toBe(200);
  });

  it.each([
    ['says nothing of where it comes from', {}],
    ['somebody made by opening an address', { 'sec-fetch-site': 'none' }],
  ])('that %s may read, and not change anything', async (_what, headers) => {
    expect((await browser.get('/auth/me', headers)).status).toBe(200);
    expect((await browser.send('HEAD', '/auth/me', undefined, headers)).status).toBe(200);
    for (const path of ['/auth/logout', '/auth/refresh'])
      expectProblem(await browser.post(path, undefined, headers), 403, CROSS_SITE);
    expectProblem(await browser.post('/auth/login', login('cookie'), headers), 403, CROSS_SITE);
  });

  it('is no matter to those who send a token: they may come from anywhere', async () => {
    for (const [, headers] of [...strangers, ...own]) {
      const authorization = `Bearer ${ada.accessToken}`;
      expect((await api.http.get('/auth/me', { headers: { ...headers, authorization } })).status).toBe(200);
      expect((await browser.get('/auth/me', { ...headers, authorization })).status).toBe(200);
      expect((await api.http.post('/auth/login', login('bearer'), { headers })).status).toBe(200);
    }
  });
});
