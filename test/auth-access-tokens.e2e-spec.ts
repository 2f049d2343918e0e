import { beforeAll, describe, expect, it } from '@jest/globals';
import { claimsOf } from './harness/access-tokens.js';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { expectProblem } from './harness/problems.js';

const MINUTE_S = 60;

describe('an access token', () => {
  const api = useApi();
  let ada: TestUser;
  let eve: E2eTestUser;
  let claims: Record<string, unknown>;

  beforeAll(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
    claims = claimsOf(ada.accessToken);
  });

  it('is not taken from the address or from a cookie', async () => {
    expect((await api.http.get(`/auth/me?access_token=${ada.accessToken}`)).status).toBe(401);
    expect((await api.http.get('/auth/me', { headers: { cookie: `access_token=${ada.accessToken}` } })).status).toBe(
      401,
    );
  });

  it('of an e2e account has nothing in it that could open a diary', () => {
    expect(Object.keys(claimsOf(eve.accessToken)).toSorted()).toEqual(
      ['aud', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub'].toSorted(),
    );
    expect(Object.keys(claims)).toContain('key');
  });

  it('says that it lives for fifteen minutes', () => {
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(15 * MINUTE_S);
    expect(ada.signedUp.tokens.expires_in).toBe(15 * MINUTE_S);
  });
});

describe('an access token that was not refreshed', () => {
  const api = useApi();

  it('works until its fifteen minutes are over, and no longer', async () => {
    const ada = await api.newE2eUser();
    api.advance((15 * MINUTE_S - 5) * 1000);
    expect((await ada.get('/auth/me')).status).toBe(200);
    api.advance(6_000);
    expectProblem(await ada.get('/auth/me'), 401, 'auth/signed-out');
  });
});
