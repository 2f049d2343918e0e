import { createId } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { claimsOf, hmacToken, publicKeyTexts, signedToken, unsignedToken } from './harness/access-tokens.js';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { expectProblem, withoutInstance } from './harness/problems.js';

const MINUTE_S = 60;
const nowSeconds = () => Math.floor(Date.now() / 1000);
const without = (claims: Record<string, unknown>, name: string) =>
  Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name));

describe('an access token', () => {
  const api = useApi();
  let ada: TestUser;
  let eve: E2eTestUser;
  let claims: Record<string, unknown>;

  beforeAll(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
    claims = claimsOf(ada.accessToken);
  });

  const me = (token: string) => api.http.get('/auth/me', { token });
  const withHeader = (authorization: string) => api.http.get('/auth/me', { headers: { authorization } });

  it('opens the door when it is whole: the copies below are refused for their fault, not for being copies', async () => {
    expect((await me(signedToken(claims))).status).toBe(200);
  });

  it('is refused in the same words, whatever is wrong with it', async () => {
    const [head, payload, signature] = ada.accessToken.split('.');
    const tampered = Buffer.from(JSON.stringify({ ...claims, sub: eve.id })).toString('base64url');
    const tokens: Record<string, string> = {
      'alg none': unsignedToken(claims),
      'alg none, signed': signedToken(claims, { alg: 'none' }),
      'alg in other capitals': signedToken(claims, { alg: 'es256' }),
      'another algorithm': signedToken(claims, { alg: 'ES384' }),
      'another key': signedToken(claims, {}, Buffer.alloc(32, 9)),
      'an unknown kid': signedToken(claims, { kid: 'k2' }),
      'a kid of another kind': signedToken(claims, { kid: { id: 'k1' } }),
      'no kid': signedToken(claims, { kid: undefined }),
      'typ JWT': signedToken(claims, { typ: 'JWT' }),
      'a header it does not know': signedToken(claims, { crit: ['exp'] }),
      'a key in its header': signedToken(claims, { jwk: { kty: 'EC' } }),
      expired: signedToken({ ...claims, iat: nowSeconds() - 16 * MINUTE_S, exp: nowSeconds() - MINUTE_S }),
      'not yet valid': signedToken({ ...claims, nbf: nowSeconds() + MINUTE_S }),
      'an expiry that is no number': signedToken({ ...claims, exp: 'never' }),
      'another audience': signedToken({ ...claims, aud: 'nightbook' }),
      'another issuer': signedToken({ ...claims, iss: 'https://example.org' }),
      'no audience': signedToken(without(claims, 'aud')),
      'no issuer': signedToken(without(claims, 'iss')),
      'no session': signedToken(without(claims, 'sid')),
      'a session that is not there': signedToken({ ...claims, sid: createId() }),
      "another user's session": signedToken({ ...claims, sub: eve.id }),
      'a user who is not there': signedToken({ ...claims, sub: createId() }),
      'a user id with SQL in it': signedToken({ ...claims, sub: `${ada.id}' OR '1'='1` }),
      'a payload that was changed': `${head}.${tampered}.${signature}`,
      'no signature': `${head}.${payload}.`,
      'five segments': `${ada.accessToken}.AAAA.AAAA`,
      'two segments': `${head}.${payload}`,
      'not base64url': `${head}.%%%.${signature}`,
      'not JSON': `AAAA.BBBB.CCCC`,
      huge: `${head}.${'A'.repeat(12_000)}.${signature}`,
      'a refresh token': ada.refreshToken,
    };
    for (const [index, secret] of publicKeyTexts().entries())
      tokens[`HS256 with the public key, spelling ${index}`] = hmacToken(claims, secret);

    const none = await api.http.get('/auth/me');
    expectProblem(none, 401, 'auth/signed-out');
    const answers = Object.entries(tokens).map(async ([fault, token]) => [fault, withoutInstance(await me(token))]);
    const same = Object.keys(tokens).map((fault) => [fault, withoutInstance(none)]);
    expect(await Promise.all(answers)).toEqual(same);
  });

  it('is refused in the same words when the header is not as it should be', async () => {
    const none = withoutInstance(await api.http.get('/auth/me'));
    const headers = ['', 'Bearer', 'Bearer ', `Basic ${ada.accessToken}`, ada.accessToken, 'Bearer null', 'Bearer ..'];
    for (const header of headers) expect([header, withoutInstance(await withHeader(header))]).toEqual([header, none]);
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

  it('without an end is refused', async () => {
    expectProblem(await me(signedToken(without(claims, 'exp'))), 401, 'auth/signed-out');
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
