import { describe, expect, it } from '@jest/globals';
import { E2eTestUser, PASSWORD, useApi } from '../harness/api.js';
import type { Answer } from '../harness/http.js';
import { at, checkCode, expectRefusal, guess, left, newAddress, WRONG_KEY } from './tries.js';

const HOUR = 3_600;
const limited = { LIMITS: 'on', TRUST_PROXY: '1' };

describe('a limit', () => {
  const plain = useApi();
  const api = useApi({ sharing: plain, environment: limited });
  const post = (path: string, body: object, address: string, token?: string) =>
    api.http.post(path, body, { ...at(address), token });

  interface Case {
    readonly policy: string;
    readonly points: number;
    readonly seconds: number;
    /** One more try, the `n`th. */
    send(n: number, address: string, ada: E2eTestUser): Promise<Answer>;
  }
  const cases: Case[] = [
    { policy: 'login-pair', points: 5, seconds: 60, send: (_n, address, { email }) => guess(api, email, address) },
    {
      policy: 'login-address',
      points: 50,
      seconds: HOUR / 4,
      send: (n, address) => guess(api, `a${n}@example.com`, address),
    },
    { policy: 'login-account', points: 50, seconds: 60, send: (_n, _, { email }) => guess(api, email, newAddress()) },
    {
      policy: 'signup',
      points: 5,
      seconds: HOUR,
      send: (_n, address, { email }) => post('/auth/signup', { tier: 'uce', email, password: PASSWORD }, address),
    },
    {
      policy: 'recovery-pair',
      points: 5,
      seconds: HOUR,
      send: (_n, address, { email }) => checkCode(api, email, address),
    },
    {
      policy: 'recovery-address',
      points: 20,
      seconds: HOUR,
      send: (n, address) => checkCode(api, `b${n}@example.com`, address),
    },
    {
      policy: 'recovery-account',
      points: 20,
      seconds: HOUR,
      send: (_n, _, { email }) => checkCode(api, email, newAddress()),
    },
    {
      policy: 'reset-address',
      points: 20,
      seconds: HOUR,
      send: (n, address) =>
        post('/auth/reset-password', { recovery_token: `dbv_${n}`, new_password: PASSWORD }, address),
    },
    {
      policy: 'refresh-address',
      points: 60,
      seconds: 60,
      send: (n, address) => post('/auth/refresh', { refresh_token: `dbr_${n}` }, address),
    },
    {
      policy: 'password',
      points: 10,
      seconds: HOUR,
      send: (_n, _, ada) => {
        const { kdf, keys } = ada.account.signUp;
        const change = { current_password: WRONG_KEY, new_password: WRONG_KEY, keys: { kdf, slot: keys.slot } };
        return post('/auth/change-password', change, newAddress(), ada.accessToken);
      },
    },
    {
      policy: 'change-email',
      points: 5,
      seconds: HOUR,
      send: (n, _, ada) => {
        const change = { email: `c${n}@example.com`, password: ada.account.signUp.password };
        return post('/auth/change-email', change, newAddress(), ada.accessToken);
      },
    },
    {
      policy: 'email-code',
      points: 10,
      seconds: HOUR,
      send: (_n, _, ada) => post('/auth/verify-email', { code: '000000' }, newAddress(), ada.accessToken),
    },
  ];

  it.each(cases)('of $points is one: $policy', async ({ policy, points, seconds, send }) => {
    const [address, ada] = [newAddress(), await plain.newE2eUser()];
    for (let n = 1; n <= points; n++) expect((await send(n, address, ada)).status).not.toBe(429);
    const wait = expectRefusal(await send(points + 1, address, ada), policy);
    expect(wait).toBeGreaterThan(seconds - 15);
    expect(wait).toBeLessThanOrEqual(seconds);
  });

  it('says before it is reached what is left, and for how long', async () => {
    const address = newAddress();
    await guess(api, 'left@example.com', address);
    const { headers, status } = await guess(api, 'left@example.com', address);
    expect(status).toBe(401);
    expect(headers.get('ratelimit-policy')).toBe(
      '"stranger";q=300;w=60, "login-address";q=50;w=900, "login-pair";q=5;w=86400, "login-account";q=50;w=86400',
    );
    expect(headers.get('ratelimit')).toMatch(
      /^"stranger";r=298;t=\d+, "login-address";r=48;t=\d+, "login-pair";r=3;t=\d+$/,
    );
  });

  it('does not show what others do: who asks first learns nothing of tries from elsewhere', async () => {
    await guess(api, 'watched@example.com', newAddress());
    const after = await guess(api, 'watched@example.com', newAddress());
    const untouched = await guess(api, 'untouched@example.com', newAddress());
    for (const policy of ['login-pair', 'login-account']) expect(left(after, policy)).toBe(left(untouched, policy));
  });

  it('is not reached by what was not well-formed', async () => {
    const address = newAddress();
    for (let n = 0; n < 8; n++) await post('/auth/signup', { tier: 'uce', email: 'x', password: PASSWORD }, address);
    const answer = await post('/auth/signup', { tier: 'uce', email: 'x@example.com', password: 'short' }, address);
    expect(answer.status).toBe(422);
    expect(left(answer, 'signup')).toBe(5);
  });

  it('lets no more through when all come at once', async () => {
    const address = newAddress();
    const answers = await Promise.all(Array.from({ length: 20 }, () => guess(api, 'rush@example.com', address)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
  });

  it('that refuses takes nothing from the others', async () => {
    const address = newAddress();
    for (let n = 0; n < 5; n++) await guess(api, 'once@example.com', address);
    const before = await guess(api, 'other@example.com', address);
    for (let n = 0; n < 3; n++) expectRefusal(await guess(api, 'once@example.com', address), 'login-pair');
    const after = await guess(api, 'other@example.com', address);
    expect(left(after, 'login-address')).toBe((left(before, 'login-address') ?? 0) - 1);
  });
});

describe('somebody at an address that is over its limit', () => {
  const plain = useApi();
  const api = useApi({ sharing: plain, environment: { ...limited, LIMITS_FACTOR: '0.01' } });

  it('gets no further without signing in, and made-up tokens count as well', async () => {
    const address = newAddress();
    for (let n = 0; n < 3; n++)
      expect((await api.http.get('/auth/me', { ...at(address), token: 'made-up' })).status).toBe(401);
    expectRefusal(await api.http.get('/auth/me', { ...at(address), token: 'made-up' }), 'stranger');
    expectRefusal(await api.http.post('/auth/prelogin', { email: 'x@example.com' }, at(address)), 'stranger');
  });

  it('does not hold up a neighbour who is signed in, whose own limit goes with the user', async () => {
    const [address, ada] = [newAddress(), await plain.newE2eUser()];
    for (let n = 0; n < 4; n++) await api.http.get('/auth/me', at(address));
    const me = (from: string) => api.http.get('/auth/me', { ...at(from), token: ada.accessToken });
    for (let n = 0; n < 30; n++) expect((await me(n % 2 ? newAddress() : address)).status).toBe(200);
    expectRefusal(await me(newAddress()), 'user');
  });

  it.each(['/health', '/health/live', '/health/ready', '/api/v1/docs', '/api/v1/openapi.json'])(
    'can still read %s',
    async (path) => {
      const address = newAddress();
      for (let n = 0; n < 8; n++) {
        const { status, headers } = await fetch(api.origin + path, at(address));
        expect(status).toBe(200);
        expect(headers.has('ratelimit')).toBe(false);
      }
    },
  );
});

describe('a server with LIMITS=off', () => {
  const api = useApi({ environment: { LIMITS: 'off' } });

  it('lets everything through and says nothing', async () => {
    for (let n = 0; n < 8; n++) {
      const answer = await guess(api, 'same@example.com', newAddress());
      expect(answer.status).toBe(401);
      expect(answer.headers.has('ratelimit')).toBe(false);
    }
  });
});
