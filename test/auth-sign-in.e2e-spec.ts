import { kdfDefaults, toBase64url, unlockE2eAccount } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Argon2Pool } from '../src/platform/passwords/argon2-pool.js';
import { type E2eTestUser, nativeArgon2, PASSWORD, type TestUser, useApi } from './harness/api.js';
import { expectInvalid, expectProblem, withoutInstance } from './harness/problems.js';

const device = { device_name: 'Telephone', device_type: 'mobile', platform: 'ios' };
/** An authentication key that is nobody's. */
const WRONG_KEY = toBase64url(new Uint8Array(32).fill(7));

describe('signing in', () => {
  const api = useApi();
  let ada: TestUser;
  let eve: E2eTestUser;

  beforeAll(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
  });

  const login = (body: object) => api.http.post('/auth/login', body);
  const e2e = (change: object = {}) =>
    login({ tier: 'e2e', email: eve.email, password: eve.account.signUp.password, ...change });
  const sessionsOf = async ({ id }: TestUser) =>
    (await api.database.look('SELECT FROM sessions WHERE user_id = $1', [id])).length;

  /** How many password runs something costs. */
  async function runsOf(work: () => Promise<unknown>): Promise<number> {
    const { runs } = api.get(Argon2Pool);
    await work();
    return api.get(Argon2Pool).runs - runs;
  }

  it('opens a uce diary, whatever the capitals of the address', async () => {
    for (const body of [{ email: ada.email }, { email: ada.email.toUpperCase(), tier: 'uce' }]) {
      const answer = await login({ ...body, password: PASSWORD });
      expect(answer.status).toBe(200);
      expect(Object.keys(answer.body).toSorted()).toEqual(['tokens', 'user']);
      expect(answer.body.user).toEqual(ada.signedUp.user);
      const { access_token: token } = answer.body.tokens;
      expect((await api.http.get('/entries', { token })).status).toBe(200);
    }
  });

  it('gives an e2e client back the wrapped keys that it sent, and they open', async () => {
    const { status, body } = await e2e();
    expect(status).toBe(200);
    const { kdf, keys } = eve.account.signUp;
    expect(body.keys).toEqual({ ...keys, kdf });
    const unlock = { userId: eve.id, password: PASSWORD, kdf: body.keys.kdf, keys: body.keys, argon2: nativeArgon2 };
    const { master } = await unlockE2eAccount(unlock);
    expect(toBase64url(master.id)).toBe(keys.master_key_id);
  });

  it('remembers the device', async () => {
    await e2e({ device });
    const names = await api.database.look('SELECT name, type, platform FROM devices WHERE user_id = $1', [eve.id]);
    expect(names).toContainEqual({ name: 'Telephone', type: 'mobile', platform: 'ios' });
  });

  it('fails in the same words for a wrong password, an unknown address and the other tier', async () => {
    const [mine, hers] = [await sessionsOf(ada), await sessionsOf(eve)];
    const answers = [
      await login({ email: ada.email, password: 'a sunny sunday' }),
      await login({ email: 'nobody@example.com', password: PASSWORD }),
      await login({ email: eve.email, password: PASSWORD }),
      await login({ email: eve.email, password: eve.account.signUp.password }),
      await e2e({ password: WRONG_KEY }),
      await e2e({ email: 'nobody@example.com' }),
      await e2e({ email: ada.email }),
    ];
    for (const answer of answers) expectProblem(answer, 401, 'auth/invalid-credentials');
    expect(new Set(answers.map((answer) => withoutInstance(answer))).size).toBe(1);
    const headers = answers.map((answer) => [...answer.headers.keys()].join());
    expect(new Set(headers).size).toBe(1);
    expect([await sessionsOf(ada), await sessionsOf(eve)]).toEqual([mine, hers]);
  });

  it('costs one password run in the uce tier, whoever is meant', async () => {
    const attempts = [
      { email: ada.email, password: PASSWORD },
      { email: ada.email, password: 'a sunny sunday' },
      { email: 'nobody@example.com', password: PASSWORD },
      { email: eve.email, password: PASSWORD },
    ];
    for (const attempt of attempts) expect(await runsOf(() => login(attempt))).toBe(1);
  });

  it('costs no password run in the e2e tier, whoever is meant', async () => {
    const attempts = [{}, { password: WRONG_KEY }, { email: 'nobody@example.com' }, { email: ada.email }];
    for (const attempt of attempts) expect(await runsOf(() => e2e(attempt))).toBe(0);
  });

  it('runs unknown addresses through the same parameters as known ones', async () => {
    const seen: object[] = [];
    const pool = api.get(Argon2Pool);
    const derive = pool.derive.bind(pool);
    pool.derive = (password, salt, kdf) => {
      seen.push({ salt: salt.length, ...kdf });
      return derive(password, salt, kdf);
    };
    await login({ email: ada.email, password: 'wrong' });
    await login({ email: 'nobody@example.com', password: 'wrong' });
    await login({ email: eve.email, password: 'wrong' });
    pool.derive = derive;
    expect(seen).toEqual(Array.from({ length: 3 }, () => ({ salt: 16, ...kdfDefaults.server })));
  });

  it.each([
    ['without a password', { password: undefined }, '#/password'],
    ['with an empty password', { password: '' }, '#/password'],
    ['with a password beyond 1,024 bytes', { password: '€'.repeat(342) }, '#/password'],
    ['with something that is no address', { email: 'ada' }, '#/email'],
    ['with a tier that there is not', { tier: 'free' }, '#/tier'],
    ['with a field that there is not', { totp: '123456' }, '#/totp'],
  ])('%s is refused before any work', async (_fault, change, pointer) => {
    const body = { email: ada.email, password: PASSWORD, ...change };
    expect(await runsOf(async () => expectInvalid(await login(body), pointer))).toBe(0);
  });

  it('with a password in place of the authentication key is refused', async () => {
    expectInvalid(await e2e({ password: PASSWORD }), '#/password');
  });

  describe('begins with prelogin, which', () => {
    const prelogin = async (email: string) => (await api.http.post('/auth/prelogin', { email })).body;

    it('tells an e2e client its parameters, whatever the capitals of the address', async () => {
      const { kdf } = eve.account.signUp;
      expect(await prelogin(eve.email)).toEqual({ kdf });
      expect(await prelogin(eve.email.toUpperCase())).toEqual({ kdf });
    });

    it('answers any other address as if it were one, and always the same', async () => {
      for (const email of [ada.email, 'nobody@example.com']) {
        const answer = await prelogin(email);
        const { mKib: m_kib, ...client } = kdfDefaults.client;
        expect(answer).toEqual({ kdf: { ...client, m_kib, salt: expect.stringMatching(/^[\w-]{22}$/) } });
        expect(await prelogin(email)).toEqual(answer);
        expect(await prelogin(email.toUpperCase())).toEqual(answer);
      }
    });

    it('gives every address a salt of its own', async () => {
      const emails = [ada.email, eve.email, 'nobody@example.com', 'somebody@example.com'];
      const answers = await Promise.all(emails.map((email) => prelogin(email)));
      expect(new Set(answers.map(({ kdf }) => kdf.salt)).size).toBe(emails.length);
    });

    it('refuses what is no address', async () => {
      expectInvalid(await api.http.post('/auth/prelogin', { email: 'ada' }), '#/email');
      expectInvalid(await api.http.post('/auth/prelogin', { email: ada.email, tier: 'e2e' }), '#/tier');
    });
  });
});

describe('signing in while too many others do', () => {
  const api = useApi({ environment: { ARGON2_CONCURRENCY: '1', ARGON2_QUEUE_MAX: '0' } });

  it('is answered with a time to come back, and works then', async () => {
    const { email } = await api.newUser();
    const attempt = () => api.http.post('/auth/login', { email, password: PASSWORD });
    const answers = await Promise.all(Array.from({ length: 6 }, attempt));
    const busy = answers.filter(({ status }) => status !== 200);
    expect(answers.length - busy.length).toBeGreaterThan(0);
    expect(busy.length).toBeGreaterThan(0);
    for (const answer of busy) {
      expectProblem(answer, 503, 'server/unavailable');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await attempt()).status).toBe(200);
  });

  it('is answered the same for an address that nobody has, and spares e2e, which needs no run', async () => {
    const eve = await api.newE2eUser();
    const { email, account } = eve;
    const unknown = Array.from({ length: 6 }, (_, index) =>
      api.http.post('/auth/login', { email: `nobody-${index}@example.com`, password: PASSWORD }),
    );
    const e2e = api.http.post('/auth/login', { tier: 'e2e', email, password: account.signUp.password });
    const statuses = (await Promise.all(unknown)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([401, 503]));
    expect((await e2e).status).toBe(200);
  });

  it('turns sign-ups away in the same manner, and writes nothing of them', async () => {
    const before = await api.database.look('SELECT FROM users');
    const signUps = Array.from({ length: 4 }, () =>
      api.http.post('/auth/signup', { tier: 'uce', email: api.newEmail(), password: PASSWORD }),
    );
    const statuses = (await Promise.all(signUps)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([201, 503]));
    const made = statuses.filter((status) => status === 201).length;
    expect(await api.database.look('SELECT FROM users')).toHaveLength(before.length + made);
  });
});
