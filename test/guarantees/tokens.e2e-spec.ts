import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claimsOf, header, segment, signedSegments, signedToken } from '../harness/access-tokens.js';
import { type TestUser, useApi } from '../harness/api.js';
import { startKeyServer } from '../harness/key-server.js';
import { watchOutbound } from '../harness/outbound.js';
import { expectProblem, withoutInstance } from '../harness/problems.js';
import { sendRaw } from '../harness/raw-http.js';
import * as corpus from '../harness/token-corpus.js';

const MIB = 1024 * 1024;

describe('an access token', () => {
  const api = useApi();
  let ada: TestUser;
  let genuine: corpus.Genuine;
  let keys: Awaited<ReturnType<typeof startKeyServer>>;
  let outbound: ReturnType<typeof watchOutbound>;
  let refusal: unknown;

  const url = () => `http://127.0.0.1:${keys.port}/.well-known/jwks.json`;
  const look = async (token: string) => {
    const answer = await api.http.get('/auth/me', { headers: { authorization: `Bearer ${token}` } });
    const about = ['content-type', 'www-authenticate', 'content-length'].map((name) => answer.headers.get(name));
    return { status: answer.status, text: withoutInstance(answer), about };
  };

  beforeAll(async () => {
    outbound = watchOutbound();
    keys = await startKeyServer(corpus.ATTACKER);
    ada = await api.newUser();
    const { id: otherId } = await api.newE2eUser();
    genuine = { token: ada.accessToken, claims: claimsOf(ada.accessToken), otherId };
    const none = await api.http.get('/auth/me');
    expectProblem(none, 401, 'auth/signed-out');
    refusal = await look('none');
  });
  afterAll(async () => {
    outbound.stop();
    await keys.stop();
  });

  async function expectAllRefused(faults: corpus.Faults): Promise<void> {
    const seen = await Promise.all(
      Object.entries(faults).map(async ([fault, token]) => [fault, await look(token)] as const),
    );
    const others = seen.filter(([, answer]) => !isDeepStrictEqual(answer, refusal));
    expect(Object.fromEntries(others)).toEqual({});
    expect(seen.length).toBeGreaterThan(0);
  }

  it('opens the door when it is whole: the copies below are refused for their fault, not for being copies', async () => {
    const { claims, token } = genuine;
    const [head = '', payload = ''] = token.split('.');
    const text = corpus.leavingSpareBits(JSON.stringify(claims));
    const whole = [
      token,
      signedToken(claims),
      signedSegments(head, payload),
      signedSegments(segment(header), Buffer.from(text).toString('base64url')),
    ];
    for (const copy of whole) expect(await look(copy)).toMatchObject({ status: 200 });
  });

  it('of another algorithm is refused, also when the public key is its secret', async () => {
    await expectAllRefused(corpus.algorithms(genuine));
  });

  it('whose key is to be found elsewhere is refused', async () => {
    await expectAllRefused(corpus.keyIds(genuine, url()));
  });

  it('with a header that is not exactly the server’s own is refused, also when it brings its key', async () => {
    await expectAllRefused(corpus.headers(genuine, url(), keys.jwk));
  });

  it('with claims that are not those of somebody signed in here and now is refused', async () => {
    await expectAllRefused(corpus.claimed(genuine));
  });

  it('without a signature of the server is refused, whatever stands in its place', async () => {
    await expectAllRefused(corpus.signatures(genuine));
  });

  it('has one spelling: every other one is refused, and so is what only looks like a token', async () => {
    await expectAllRefused(corpus.spellings(genuine));
  });

  it('signed with the key of another server is refused', async () => {
    const { claims } = genuine;
    await expectAllRefused({
      'another key': signedToken(claims, {}, corpus.ATTACKER),
      'a refresh token': ada.refreshToken,
    });
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer null',
    'Bearer ..',
    'Basic TOKEN',
    'TOKEN',
    'DPoP TOKEN',
    'Bearer: TOKEN',
    'Bearer,TOKEN',
    'Bearer Bearer TOKEN',
  ])('is refused where the header is not as it should be: %s', async (form) => {
    const authorization = form.replace('TOKEN', genuine.token);
    const answer = await api.http.get('/auth/me', { headers: { authorization } });
    expectProblem(answer, 401, 'auth/signed-out');
  });

  it('that is larger than the headers may be is refused before anybody reads it, and others are served', async () => {
    const [head = '', payload = '', signature = ''] = genuine.token.split('.');
    for (const size of [17_000, MIB]) {
      const token = `${head}.${payload}${'A'.repeat(size)}.${signature}`;
      const lines = ['GET /api/v1/auth/me HTTP/1.1', 'Host: x', `Authorization: Bearer ${token}`, '', ''];
      const { status, body } = await sendRaw(api.origin, lines.join('\r\n'));
      // The connection may break while the rest of a very large one is still on its way.
      if (size === MIB && Number.isNaN(status)) continue;
      expect([status, JSON.parse(body).type]).toEqual([431, 'request/headers-too-large']);
    }
    expect(await look(genuine.token)).toMatchObject({ status: 200 });
  });

  it('in bytes that are not text is refused like any other', async () => {
    const request = (token: string) =>
      Buffer.from(
        `GET /api/v1/auth/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`,
        'latin1',
      );
    const { token } = genuine;
    expect((await sendRaw(api.origin, request(token))).status).toBe(200);
    for (const bytes of ['\xff', '\xc3\x28', '\xed\xa0\x80']) {
      const answers = [`${token}${bytes}`, `${bytes}${token}`, token.replace('.', `${bytes}.`)];
      for (const text of answers) expect((await sendRaw(api.origin, request(text))).status).toBe(401);
    }
  });

  it('never makes the server ask anybody else', async () => {
    const before = outbound.places();
    await expectAllRefused({ ...corpus.headers(genuine, url(), keys.jwk), ...corpus.keyIds(genuine, url()) });
    const own = [new URL(api.origin).port, new URL(api.database.url('api')).port].map((port) => `127.0.0.1:${port}`);
    expect(own).toEqual(expect.arrayContaining(outbound.places()));
    expect(before).toContain(own[0]);
    expect(outbound.names()).toEqual([]);
    expect(keys.connections()).toBe(0);

    // The trap works: whoever asks is counted, and seen on the way.
    expect((await fetch(url())).status).toBe(200);
    expect(keys.connections()).toBe(1);
    expect(outbound.places()).toContain(`127.0.0.1:${keys.port}`);
  });
});
