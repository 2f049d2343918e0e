import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { PASSWORD, useApi } from '../harness/api.js';
import type { Answer } from '../harness/http.js';
import { at, checkCode, expectRefusal, guess, left, newAddress } from './tries.js';

const limited = { LIMITS: 'on', TRUST_PROXY: '1' };
const WRONG = 'not this one at all';

describe('tries at sign-in', () => {
  const plain = useApi();
  const api = useApi({ sharing: plain, environment: limited });
  const signIn = (email: string, password: string, address: string) =>
    api.http.post('/auth/login', { email, password }, at(address));

  /** The time by which limits go: it stands still, until it is moved. */
  function stopTime() {
    let now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    return { moveSeconds: (seconds: number) => void (now += seconds * 1_000) };
  }
  afterEach(() => void jest.restoreAllMocks());

  it('count anew after a success from the same address; the address itself is not cleared', async () => {
    const [address, ada] = [newAddress(), await plain.newE2eUser()];
    const succeed = () =>
      api.http.post(
        '/auth/login',
        { tier: 'e2e', email: ada.email, password: ada.account.signUp.password },
        at(address),
      );
    for (let n = 0; n < 4; n++) expect((await guess(api, ada.email, address)).status).toBe(401);
    const success = await succeed();
    expect(success.status).toBe(200);
    expect([left(success, 'login-pair'), left(success, 'login-address')]).toEqual([5, 46]);
    for (let n = 0; n < 4; n++) expect((await guess(api, ada.email, address)).status).toBe(401);
    expect((await succeed()).status).toBe(200);
    for (let n = 0; n < 5; n++) expect((await guess(api, ada.email, address)).status).toBe(401);
    expectRefusal(await succeed(), 'login-pair');
  });

  it('from elsewhere do not keep the owner out', async () => {
    const [elsewhere, ada] = [newAddress(), await plain.newUser()];
    for (let n = 0; n < 5; n++) await guess(api, ada.email, elsewhere);
    expectRefusal(await guess(api, ada.email, elsewhere), 'login-pair');
    expect((await signIn(ada.email, PASSWORD, newAddress())).status).toBe(200);
  });

  it('have to wait longer each time, an hour at most, and one right password ends that', async () => {
    const time = stopTime();
    const [address, ada] = [newAddress(), await plain.newUser()];
    for (let n = 0; n < 5; n++) expect((await guess(api, ada.email, address)).status).toBe(401);
    for (const wait of [60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]) {
      expect(expectRefusal(await guess(api, ada.email, address), 'login-pair')).toBe(wait);
      time.moveSeconds(wait - 1);
      expect(expectRefusal(await signIn(ada.email, PASSWORD, address), 'login-pair')).toBe(1);
      time.moveSeconds(1);
      expect((await guess(api, ada.email, address)).status).toBe(401);
    }
    time.moveSeconds(3_600);
    expect((await signIn(ada.email, PASSWORD, address)).status).toBe(200);
    expect((await guess(api, ada.email, address)).status).toBe(401);
    expect((await guess(api, ada.email, address)).status).toBe(401);
  });

  it('from everywhere close an account for an hour at most', async () => {
    const time = stopTime();
    const ada = await plain.newUser();
    for (let n = 0; n < 50; n++) expect((await guess(api, ada.email, newAddress())).status).toBe(401);
    for (let n = 0; n < 9; n++) {
      const wait = expectRefusal(await guess(api, ada.email, newAddress()), 'login-account');
      expect(wait).toBe(Math.min(60 * 2 ** n, 3_600));
      time.moveSeconds(wait);
      expect((await guess(api, ada.email, newAddress())).status).toBe(401);
    }
    time.moveSeconds(3_600);
    expect((await signIn(ada.email, PASSWORD, newAddress())).status).toBe(200);
  });

  it('are forgotten a day after the first', async () => {
    const time = stopTime();
    const address = newAddress();
    for (let n = 0; n < 5; n++) await guess(api, 'long-ago@example.com', address);
    time.moveSeconds(24 * 3_600);
    const answer = await guess(api, 'long-ago@example.com', address);
    expect([answer.status, left(answer, 'login-pair')]).toEqual([401, 4]);
  });

  /** All that an answer tells, but the id of the request and the time of day. */
  function told({ status, headers, body }: Answer) {
    const { instance: _, ...said } = body;
    return { status, said, headers: Object.fromEntries([...headers].filter(([name]) => name !== 'date')) };
  }

  it.each([
    ['at sign-in, without a tier', (email: string, address: string) => signIn(email, WRONG, address)],
    ['at sign-in, as e2e', (email: string, address: string) => guess(api, email, address)],
    ['with recovery codes', (email: string, address: string) => checkCode(api, email, address)],
  ])('look the same for unknown addresses and for accounts of either tier: %s', async (_way, send) => {
    stopTime();
    const known = [await plain.newUser(), await plain.newE2eUser()].map(({ email }) => email);
    const [unknown, ...others] = await Promise.all(
      [plain.newEmail(), ...known].map(async (email) => {
        const address = newAddress();
        const answers: Answer[] = [];
        for (let n = 0; n < 7; n++) answers.push(await send(email, address));
        return answers.map(told);
      }),
    );
    expect(unknown?.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429]);
    for (const other of others) expect(other).toEqual(unknown);
  });

  it('look the same from everywhere, for unknown addresses and for accounts of either tier', async () => {
    stopTime();
    const known = [await plain.newUser(), await plain.newE2eUser()].map(({ email }) => email);
    const [unknown, ...others] = await Promise.all(
      [plain.newEmail(), ...known].map(async (email) => {
        const answers: Answer[] = [];
        for (let n = 0; n < 52; n++) answers.push(await guess(api, email, newAddress()));
        return answers.map(told);
      }),
    );
    expect(unknown?.filter(({ status }) => status === 429)).toHaveLength(2);
    for (const other of others) expect(other).toEqual(unknown);
  });
});

describe('tries that we fail to serve', () => {
  const api = useApi({ environment: { ...limited, ARGON2_CONCURRENCY: '1', ARGON2_QUEUE_MAX: '0' } });

  it('are given back', async () => {
    const address = newAddress();
    const login = { email: 'busy@example.com', password: WRONG };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => api.http.post('/auth/login', login, at(address))),
    );
    expect(answers.filter(({ status }) => status === 503).length).toBeGreaterThan(0);
    const counted = answers.filter(({ status }) => status === 401).length;
    expect(left(await guess(api, login.email, address), 'login-pair')).toBe(5 - counted - 1);
  });
});
