import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, PASSWORD, type TestUser, useApi } from './harness/api.js';
import { ACCESS_COOKIE, Browser, OWN_PAGE, REFRESH_COOKIE } from './harness/browser.js';
import type { Answer } from './harness/http.js';
import { expectInvalid, expectProblem, withoutInstance } from './harness/problems.js';

const DEAD = 'auth/invalid-refresh-token';
const GRACE_MS = 10_000;
const MINUTE_MS = 60_000;

const JWT = '[\\w-]+\\.[\\w-]+\\.[\\w-]+';
/** Whole lines: an attribute more or less is another promise. */
const SET = [
  new RegExp(`^${ACCESS_COOKIE}=${JWT}; Path=/; Max-Age=900; HttpOnly; Secure; SameSite=Strict$`),
  new RegExp(
    `^${REFRESH_COOKIE}=dbr_[\\w-]{107}; Path=/api/v1/auth; Max-Age=2592000; HttpOnly; Secure; SameSite=Strict$`,
  ),
];
const CLEARED = [
  new RegExp(
    `^${ACCESS_COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Strict$`,
  ),
  new RegExp(
    `^${REFRESH_COOKIE}=; Path=/api/v1/auth; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Strict$`,
  ),
];

function expectCookies(answer: Answer, lines: readonly RegExp[]): void {
  const set = answer.headers.getSetCookie();
  expect(set).toEqual(lines.map((line) => expect.stringMatching(line)));
}

/** That an answer tells a script nothing of the session. */
function expectNoTokens(answer: Answer, browser: Browser): void {
  expect(answer.body).not.toHaveProperty('tokens');
  for (const { value } of browser.cookies.values()) expect(answer.text).not.toContain(value);
  expect(answer.text).not.toMatch(/dbr_|eyJ/);
}

describe('a session in cookies', () => {
  const api = useApi();
  let ada: E2eTestUser;

  beforeAll(async () => {
    ada = await api.newE2eUser();
  });

  const loginOf = ({ email, account }: E2eTestUser) => ({ tier: 'e2e', email, password: account.signUp.password });
  const reuses = async ({ id }: TestUser) =>
    (await api.database.look(`SELECT FROM security_events WHERE type = 'refresh_token_reused' AND user_id = $1`, [id]))
      .length;

  /** A browser in which the e2e user is signed in, which costs no password run. */
  async function signIn(): Promise<Browser> {
    const browser = new Browser(api.http);
    const { status } = await browser.post('/auth/login', { ...loginOf(ada), mode: 'cookie' });
    expect(status).toBe(200);
    return browser;
  }

  /** Another browser with the same cookies. */
  function copyOf({ cookies }: Browser): Browser {
    const copy = new Browser(api.http);
    for (const [name, cookie] of cookies) copy.cookies.set(name, cookie);
    return copy;
  }

  describe('begins', () => {
    it('with a sign-in that sets two cookies which no script can read, and answers no tokens', async () => {
      const browser = new Browser(api.http);
      const answer = await browser.post('/auth/login', { ...loginOf(ada), mode: 'cookie' });
      expect(answer.status).toBe(200);
      expectCookies(answer, SET);
      expectNoTokens(answer, browser);
      expect(Object.keys(answer.body).toSorted()).toEqual(['keys', 'user']);
      expect((await browser.get('/auth/me')).body.id).toBe(ada.id);
    });

    it('with a sign-up, whose diary can be written and read at once', async () => {
      const browser = new Browser(api.http);
      const account = { tier: 'uce', email: api.newEmail(), password: PASSWORD };
      const answer = await browser.post('/auth/signup', { ...account, mode: 'cookie' });
      expect(answer.status).toBe(201);
      expectCookies(answer, SET);
      expectNoTokens(answer, browser);
      expect(answer.body.recovery_codes).toHaveLength(10);
      const { body: entry } = await browser.post('/entries', { content: 'From a browser.' });
      expect((await browser.get(`/entries/${entry.id}`)).body.content).toBe('From a browser.');
    });

    it('with a reset of the password', async () => {
      const eve = await api.newUser();
      const code = eve.signedUp.recovery_codes[0];
      const { body } = await api.http.post('/auth/verify-recovery-code', { email: eve.email, code });
      const browser = new Browser(api.http);
      const answer = await browser.post('/auth/reset-password', {
        recovery_token: body.recovery_token,
        new_password: 'a windy monday with tea',
        mode: 'cookie',
      });
      expect(answer.status).toBe(200);
      expectCookies(answer, SET);
      expect(answer.body).toEqual({});
      expect((await browser.get('/auth/me')).body.id).toBe(eve.id);
    });

    it('only when it is asked for: otherwise there are tokens and no cookies, also beside older cookies', async () => {
      const browser = await signIn();
      for (const mode of [{}, { mode: 'bearer' }]) {
        const answer = await browser.post('/auth/login', { ...loginOf(ada), ...mode });
        expectCookies(answer, []);
        expect(answer.body.tokens).toMatchObject({ token_type: 'bearer', expires_in: 900 });
      }
      expectInvalid(await browser.post('/auth/login', { ...loginOf(ada), mode: 'sticky' }), '#/mode');
    });

    it('not at all when the password is wrong', async () => {
      const login = { email: api.newEmail(), password: PASSWORD, mode: 'cookie' };
      const answer = await new Browser(api.http).post('/auth/login', login);
      expectProblem(answer, 401, 'auth/invalid-credentials');
      expectCookies(answer, []);
    });
  });

  describe('is refreshed', () => {
    it('without a body: the cookie is enough, and both are set anew', async () => {
      const browser = await signIn();
      const before = copyOf(browser);
      const answer = await browser.post('/auth/refresh');
      expect(answer.status).toBe(200);
      expectCookies(answer, SET);
      expect(answer.body).toEqual({});
      for (const name of [ACCESS_COOKIE, REFRESH_COOKIE]) expect(browser.valueOf(name)).not.toBe(before.valueOf(name));
      expect((await browser.get('/auth/me')).status).toBe(200);
    });

    it('when its access cookie has gone by itself', async () => {
      const browser = await signIn();
      browser.cookies.delete(ACCESS_COOKIE);
      expectProblem(await browser.get('/auth/me'), 401, 'auth/signed-out');
      await browser.post('/auth/refresh');
      expect((await browser.get('/auth/me')).status).toBe(200);
    });

    it('to the same successor by two tabs at once', async () => {
      const browser = await signIn();
      const tab = copyOf(browser);
      await browser.post('/auth/refresh');
      await tab.post('/auth/refresh');
      expect(tab.valueOf(REFRESH_COOKIE)).toBe(browser.valueOf(REFRESH_COOKIE));
      expect([(await browser.get('/auth/me')).status, (await tab.get('/auth/me')).status]).toEqual([200, 200]);
    });

    it('not by a cookie that is older than ten seconds: that ends the session, and the owner can see it', async () => {
      const before = await reuses(ada);
      const browser = await signIn();
      const thief = copyOf(browser);
      await browser.post('/auth/refresh');
      api.advance(GRACE_MS);
      expectProblem(await thief.post('/auth/refresh'), 401, DEAD);
      expectProblem(await browser.get('/auth/me'), 401, 'auth/signed-out');
      expectProblem(await browser.post('/auth/refresh'), 401, DEAD);
      expect(await reuses(ada)).toBe(before + 1);
    });

    it('by the token of a body, where there is one, and then answered with tokens', async () => {
      const browser = await signIn();
      const { body } = await api.http.post('/auth/login', loginOf(ada));
      const answer = await browser.post('/auth/refresh', { refresh_token: body.tokens.refresh_token });
      expectCookies(answer, []);
      expect(answer.body.tokens.refresh_token).toMatch(/^dbr_/);
      expectInvalid(await browser.post('/auth/refresh', {}), '#/refresh_token');
      expect((await browser.post('/auth/refresh')).status).toBe(200);
    });

    it('not without cookie and body', async () => {
      expectProblem(await new Browser(api.http).post('/auth/refresh'), 400, 'request/malformed');
    });

    it('not by a cookie that is there twice, too long or no refresh token, and goes on', async () => {
      const browser = await signIn();
      const whole = `${REFRESH_COOKIE}=${browser.valueOf(REFRESH_COOKIE)}`;
      const wrong = [
        `${whole}; ${whole}`,
        `${whole}${'A'.repeat(2_000)}`,
        `${REFRESH_COOKIE}="${browser.valueOf(REFRESH_COOKIE)}"`,
        `${REFRESH_COOKIE}=${browser.valueOf(ACCESS_COOKIE)}`,
        `${REFRESH_COOKIE}=`,
      ];
      for (const cookie of wrong)
        expectProblem(await browser.post('/auth/refresh', undefined, { ...OWN_PAGE, cookie }), 401, DEAD);
      expect((await browser.post('/auth/refresh')).status).toBe(200);
    });
  });

  describe('ends', () => {
    it.each(['/auth/logout', '/auth/logout-all'])('with %s, which clears both cookies', async (path) => {
      const browser = await signIn();
      const copy = copyOf(browser);
      const answer = await browser.post(path);
      expect(answer.status).toBe(204);
      expectCookies(answer, CLEARED);
      expect(browser.cookies.size).toBe(0);
      expectProblem(await copy.get('/auth/me'), 401, 'auth/signed-out');
      expectProblem(await copy.post('/auth/refresh'), 401, DEAD);
    });

    it('with the account, when it is erased', async () => {
      const browser = new Browser(api.http);
      const account = { tier: 'uce', email: api.newEmail(), password: PASSWORD };
      await browser.post('/auth/signup', { ...account, mode: 'cookie' });
      expectProblem(await browser.post('/auth/erase', { password: 'not this one' }), 403, 'auth/wrong-password');
      expect((await browser.get('/auth/me')).status).toBe(200);
      const answer = await browser.post('/auth/erase', { password: PASSWORD });
      expect(answer.status).toBe(202);
      expectCookies(answer, CLEARED);
    });

    it('when it is revoked from elsewhere', async () => {
      const [browser, other] = [await signIn(), await signIn()];
      const { body } = await browser.get('/auth/sessions');
      const { id } = body.data.find((session: { is_current: boolean }) => session.is_current);
      expect((await other.send('DELETE', `/auth/sessions/${id}`, undefined, OWN_PAGE)).status).toBe(204);
      expectProblem(await browser.get('/auth/me'), 401, 'auth/signed-out');
    });

    it('after fifteen minutes without a refresh, whatever the browser goes on sending', async () => {
      const browser = await signIn();
      api.advance(15 * MINUTE_MS);
      expectProblem(await browser.get('/auth/me'), 401, 'auth/signed-out');
      expect((await browser.post('/auth/refresh')).status).toBe(200);
    });
  });

  it('goes on in new cookies after the password was changed', async () => {
    const browser = new Browser(api.http);
    const account = { tier: 'uce', email: api.newEmail(), password: PASSWORD };
    await browser.post('/auth/signup', { ...account, mode: 'cookie' });
    const { body: entry } = await browser.post('/entries', { content: 'Before.' });
    const old = copyOf(browser);
    const change = { current_password: PASSWORD, new_password: 'a windy monday with tea' };
    const answer = await browser.post('/auth/change-password', change);
    expect(answer.status).toBe(200);
    expectCookies(answer, SET);
    expect(answer.body).toEqual({ api_keys_kept: 0 });
    expect((await browser.get(`/entries/${entry.id}`)).body.content).toBe('Before.');
    expectProblem(await old.get('/auth/me'), 401, 'auth/signed-out');
  });

  describe('is not used', () => {
    it('where an Authorization header says who asks, right or wrong', async () => {
      const [browser, uma] = [await signIn(), await api.newUser()];
      const as = (authorization: string) => browser.get('/auth/me', { ...OWN_PAGE, authorization });
      expect((await as(`Bearer ${uma.accessToken}`)).body.id).toBe(uma.id);
      for (const wrong of ['Bearer nonsense', `Bearer ${uma.refreshToken}`, 'Basic YTpi', ''])
        expectProblem(await as(wrong), 401, 'auth/signed-out');
      const answer = await browser.post('/auth/logout', undefined, { authorization: `Bearer ${uma.accessToken}` });
      expect(answer.status).toBe(204);
      expectCookies(answer, []);
      expect((await browser.get('/auth/me')).body.id).toBe(ada.id);
    });

    it('when its cookie is there twice, too long, or anything but an access token', async () => {
      const [browser, uma] = [await signIn(), await api.newUser()];
      const access = browser.valueOf(ACCESS_COOKIE);
      const whole = `${ACCESS_COOKIE}=${access}`;
      const { body: made } = await uma.post('/auth/api-keys', { name: 'script', scopes: ['entries:read'] });
      const sent = (cookie: string) => browser.get('/entries', { ...OWN_PAGE, cookie });
      expect((await sent(`theme=dark; ${whole}; other="x"`)).status).toBe(200);
      expect((await uma.get('/entries', { token: made.key })).status).toBe(200);
      const wrong = [
        `${whole}; ${whole}`,
        `${whole}; ${ACCESS_COOKIE}=`,
        `${ACCESS_COOKIE}=; ${whole}`,
        `${whole}${'A'.repeat(2_000)}`,
        `${ACCESS_COOKIE}="${access}"`,
        `${ACCESS_COOKIE}=%65${access.slice(1)}`,
        `${ACCESS_COOKIE}=${access} x`,
        `${ACCESS_COOKIE}=${made.key}`,
        `${ACCESS_COOKIE}=Bearer ${access}`,
        `${ACCESS_COOKIE}=${browser.valueOf(REFRESH_COOKIE)}`,
        ACCESS_COOKIE,
        `${ACCESS_COOKIE.toLowerCase()}=${access}`,
        `daybook_access=${access}`,
        `x${whole}`,
        `\u00a0${whole}`,
      ];
      const nothing = await browser.get('/entries', { ...OWN_PAGE, cookie: 'theme=dark' });
      expectProblem(nothing, 401, 'auth/signed-out');
      for (const cookie of wrong) {
        const answer = await sent(cookie);
        expect([cookie, withoutInstance(answer)]).toEqual([cookie, withoutInstance(nothing)]);
      }
    });
  });
});
