import { createId } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Argon2Pool } from '../src/platform/passwords/argon2-pool.js';
import { type E2eTestUser, PASSWORD, type TestUser, useApi } from './harness/api.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

const device = { device_name: 'My browser', device_type: 'web', platform: 'firefox' };
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** 26 characters of Crockford base32 and a check character, in groups of four. */
const RECOVERY_CODE = /^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{2}[0-9A-HJKMNP-Z*~$=]$/;

describe('signing up', () => {
  const api = useApi();
  let ada: TestUser;
  let eve: E2eTestUser;

  beforeAll(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
  });

  const signUp = (body: unknown) => api.http.post('/auth/signup', body);
  const uce = (change: object = {}) => ({ tier: 'uce', email: api.newEmail(), password: PASSWORD, ...change });

  /** How many rows there are in all tables together. */
  async function rows(): Promise<number> {
    const [counted] = await api.database.look<{ rows: string }>(`
      SELECT sum((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', relname), false, true, '')))[1]::text::int) AS rows
      FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`);
    return Number(counted?.rows);
  }

  /** That a sign-up is refused, and leaves nothing behind. */
  async function expectNothingWritten(refused: () => Promise<void>): Promise<void> {
    const before = await rows();
    await refused();
    expect(await rows()).toBe(before);
  }

  it('begins a uce diary, signed in, with ten recovery codes that are shown once', async () => {
    const email = api.newEmail();
    const { status, body } = await signUp(uce({ email, device }));
    expect(status).toBe(201);
    expect(Object.keys(body).toSorted()).toEqual(['device', 'recovery_codes', 'tokens', 'user']);
    expect(body.device).toMatchObject({ ...device, public_key: null, key_statement: null });
    expect(body.user).toEqual({
      id: expect.any(String),
      email,
      tier: 'uce',
      is_email_verified: false,
      display_name: null,
      time_zone: null,
      locale: null,
      settings: { versions_kept: 1000 },
      created_at: expect.stringMatching(INSTANT),
    });
    expect(new Set(body.recovery_codes).size).toBe(10);
    for (const code of body.recovery_codes) expect(code).toMatch(RECOVERY_CODE);
    const { access_token: token } = body.tokens;
    expect((await api.http.get('/auth/me', { token })).body).toEqual(body.user);
    expect((await api.http.post('/entries', { content: 'The first.' }, { token })).status).toBe(201);
    expect(await api.database.look('SELECT name, type, platform FROM devices')).toEqual([
      { name: 'My browser', type: 'web', platform: 'firefox' },
    ]);
  });

  it('begins an e2e diary, signed in, and answers no code and no key', async () => {
    const { signUp: body } = await api.newE2eAccount();
    const answer = await signUp({ ...body, device });
    expect(answer.status).toBe(201);
    expect(Object.keys(answer.body).toSorted()).toEqual(['device', 'tokens', 'user']);
    expect(answer.body.user).toMatchObject({ id: body.user_id, email: body.email, tier: 'e2e' });
    const { access_token: token } = answer.body.tokens;
    expect((await api.http.get('/auth/me', { token })).body).toEqual(answer.body.user);
  });

  it('takes a user id in any capitals, and answers the same one ever after', async () => {
    const { signUp: body } = await api.newE2eAccount();
    const { status, body: answer } = await signUp({ ...body, user_id: body.user_id.toUpperCase() });
    expect(status).toBe(201);
    const { access_token: token } = answer.tokens;
    expect(answer.user.id).toBe((await api.http.get('/auth/me', { token })).body.id);
  });

  it('with an address that is taken is refused, in other capitals too, and writes nothing', async () => {
    const { signUp: e2e } = await api.newE2eAccount();
    for (const taken of [ada.email, ada.email.toUpperCase(), eve.email, eve.email.replace('p', 'P')])
      await expectNothingWritten(async () => {
        expectProblem(await signUp(uce({ email: taken })), 409, 'auth/email-taken');
        expectProblem(await signUp({ ...e2e, email: taken }), 409, 'auth/email-taken');
      });
  });

  it('with a user id that is taken, in either tier, is refused and writes nothing', async () => {
    for (const { id } of [ada, eve]) {
      const { signUp: body } = await api.newE2eAccountFor(id);
      await expectNothingWritten(async () =>
        expectProblem(await signUp({ ...body, email: api.newEmail() }), 409, 'auth/user-id-taken'),
      );
    }
    expect((await ada.get('/auth/me')).body.id).toBe(ada.id);
    expect((await eve.get('/auth/me')).body.id).toBe(eve.id);
  });

  it('of four people at once with one address gives it to one of them', async () => {
    const email = api.newEmail();
    const bodies = await Promise.all(Array.from({ length: 4 }, () => api.newE2eAccount(email)));
    const statuses = await Promise.all(bodies.map(async (each) => (await signUp(each.signUp)).status));
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409]);
    expect(await api.database.look('SELECT FROM users WHERE email = $1', [email])).toHaveLength(1);
  });

  it.each([
    ['a password of seven characters', { password: 'sevench' }, '#/password'],
    ['a common password', { password: 'PassWord1' }, '#/password'],
    ['a password beyond 1,024 bytes', { password: '€'.repeat(342) }, '#/password'],
    ['a password beyond 1,024 characters', { password: 'p'.repeat(1_025) }, '#/password'],
    ['a password that is no text', { password: 12_345_678 }, '#/password'],
    ['no password', { password: undefined }, '#/password'],
    ['something that is no address', { email: 'ada' }, '#/email'],
    ['an address with a line in it', { email: 'ada@example.com\nbcc: eve@example.com' }, '#/email'],
    ['an address beyond 254 characters', { email: `${'a'.repeat(250)}@example.com` }, '#/email'],
    ['no address', { email: undefined }, '#/email'],
    ['a tier that there is not', { tier: 'free' }, '#/tier'],
    ['no tier', { tier: undefined }, '#/tier'],
    ['a field that there is not', { admin: true }, '#/admin'],
    ['a user id, which the server makes in this tier', { user_id: createId() }, '#/user_id'],
    ['a device of an unknown type', { device: { ...device, device_type: 'toaster' } }, '#/device/device_type'],
    ['a device without a name', { device: { ...device, device_name: '' } }, '#/device/device_name'],
    [
      'a device name beyond 100 characters',
      { device: { ...device, device_name: 'd'.repeat(101) } },
      '#/device/device_name',
    ],
    ['a device with more to say', { device: { ...device, serial: '1' } }, '#/device/serial'],
  ])('with %s is refused, and says where', async (_fault, change, pointer) => {
    const runs = api.get(Argon2Pool).runs;
    await expectNothingWritten(async () => expectInvalid(await signUp(uce(change)), pointer));
    expect(api.get(Argon2Pool).runs).toBe(runs);
  });

  it('takes any password of eight characters, in any script, just as it is', async () => {
    const [email, password] = [api.newEmail(), ' пароль 密码 '];
    expect((await signUp(uce({ email, password }))).status).toBe(201);
    const login = (typed: string) => api.http.post('/auth/login', { email, password: typed });
    expect((await login(password)).status).toBe(200);
    expect((await login(password.normalize('NFD'))).status).toBe(200);
    expectProblem(await login(password.trim()), 401, 'auth/invalid-credentials');
  });
});
