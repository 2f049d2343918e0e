import {
  createE2ePassword,
  openE2eRecoverySlot,
  parseRecoveryCode,
  recoveryVerifier,
  toBase64url,
} from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { type E2eTestUser, nativeArgon2, PASSWORD, type TestUser, useApi, weakestKdf } from './harness/api.js';

const NEW_PASSWORD = 'a windy monday with tea';

describe('a recovery code', () => {
  const api = useApi();
  const codesOf = (user: TestUser): string[] => user.signedUp.recovery_codes;
  const check = (email: string, code: string) => api.http.post('/auth/verify-recovery-code', { email, code });
  const reset = (recovery_token: string, new_password = NEW_PASSWORD) =>
    api.http.post('/auth/reset-password', { recovery_token, new_password });
  const signIn = (email: string, password: string) => api.http.post('/auth/login', { email, password });

  it('gives a new password to a diary that stays readable, and ends every session', async () => {
    const ada = await api.newUser();
    const { body: entry } = await ada.post('/entries', { content: 'Before.' });
    const [code = ''] = codesOf(ada);
    const checked = await check(ada.email, code.toLowerCase().replaceAll('-', ' '));
    expect(checked.status).toBe(200);
    expect(Object.keys(checked.body)).toEqual(['recovery_token']);
    const answer = await reset(checked.body.recovery_token);
    expect(answer.status).toBe(200);

    const token = answer.body.tokens.access_token;
    expect((await api.http.get(`/entries/${entry.id}`, { token })).body.content).toBe('Before.');
    expect((await ada.get('/auth/me')).status).toBe(401);
    expect((await signIn(ada.email, PASSWORD)).status).toBe(401);
    expect((await signIn(ada.email, NEW_PASSWORD)).status).toBe(200);
    const { body: events } = await api.http.get('/auth/security-events', { token });
    expect(events.data.map(({ type }: { type: string }) => type)).toEqual([
      'password_reset',
      'recovery_code_used',
      'account_created',
    ]);
  });

  it('is used once, while the other nine go on working', async () => {
    const ada = await api.newUser();
    const [first = '', second = ''] = codesOf(ada);
    await check(ada.email, first);
    expect((await check(ada.email, first)).body.type).toBe('auth/invalid-recovery-code');
    expect((await check(ada.email, second)).status).toBe(200);
  });

  it('has one winner when it is used fifty times at once', async () => {
    const ada = await api.newUser();
    const [code = ''] = codesOf(ada);
    const answers = await Promise.all(Array.from({ length: 50 }, () => check(ada.email, code)));
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 401]));
  });

  it('gives a token with one winner when it is used five times at once, and the diary stays readable', async () => {
    const ada = await api.newUser();
    const { body: entry } = await ada.post('/entries', { content: 'Before.' });
    const { body: checked } = await check(ada.email, codesOf(ada)[0] ?? '');
    const passwords = Array.from({ length: 5 }, (_, n) => `${NEW_PASSWORD}, cup ${n}`);
    const answers = await Promise.all(passwords.map((password) => reset(checked.recovery_token, password)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401, 401]);
    const winner = passwords[answers.findIndex(({ status }) => status === 200)] ?? '';
    const { body } = await signIn(ada.email, winner);
    const read = await api.http.get(`/entries/${entry.id}`, { token: body.tokens.access_token });
    expect(read.body.content).toBe('Before.');
    for (const loser of passwords.filter((password) => password !== winner))
      expect((await signIn(ada.email, loser)).status).toBe(401);
  });

  it.each([
    ['of somebody else', async (ada: TestUser) => codesOf(await api.newUser())[0] ?? ada.email],
    [
      'with a typing error',
      async (ada: TestUser) => (codesOf(ada)[0] ?? '').replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    ],
    ['that is none', async () => 'open sesame'],
  ])('%s is refused like one for an address without an account', async (_name, codeFor) => {
    const ada = await api.newUser();
    const code = await codeFor(ada);
    const [{ text: refused, body }, { text: unknown, body: other }] = [
      await check(ada.email, code),
      await check('nobody@example.com', code),
    ];
    expect(body.status).toBe(401);
    expect(refused.replace(body.instance, '')).toBe(unknown.replace(other.instance, ''));
  });

  it('gives a token that resets once, within a quarter of an hour', async () => {
    const ada = await api.newUser();
    const [first = '', second = ''] = codesOf(ada);
    const { body: once } = await check(ada.email, first);
    expect((await reset(once.recovery_token)).status).toBe(200);
    expect((await reset(once.recovery_token)).body.type).toBe('auth/invalid-recovery-token');
    const { body: late } = await check(ada.email, second);
    api.advance(15 * 60 * 1000 + 1);
    expect((await reset(late.recovery_token)).status).toBe(401);
    expect((await reset('dbv_made-up')).status).toBe(401);
  });

  it('is replaced by a fresh set, if the password was given a moment ago', async () => {
    const ada = await api.newUser();
    const [old = ''] = codesOf(ada);
    const renewed = await ada.post('/auth/recovery-codes', {});
    expect(renewed.status).toBe(201);
    expect(renewed.body.recovery_codes).toHaveLength(10);
    expect((await check(ada.email, old)).status).toBe(401);
    expect((await check(ada.email, renewed.body.recovery_codes[3])).status).toBe(200);

    api.advance(14 * 60 * 1000);
    const { body } = await api.http.post('/auth/refresh', { refresh_token: ada.refreshToken });
    api.advance(2 * 60 * 1000);
    const late = await api.http.post('/auth/recovery-codes', {}, { token: body.tokens.access_token });
    expect(late.body).toMatchObject({ status: 403, type: 'auth/reauthenticate' });
  });
});

describe('a recovery code of an e2e account', () => {
  const api = useApi();
  const check = (email: string, code: string) => api.http.post('/auth/verify-recovery-code', { email, code });
  const verifier = (code: string) => toBase64url(recoveryVerifier(parseRecoveryCode(code)));

  /** What the client does with the answer: opens the slot, and puts the same master key under a new password. */
  async function newPassword(ada: E2eTestUser, code: string, wrapped: string, slotId: string) {
    const master = openE2eRecoverySlot({ userId: ada.id, slotId, code, wrapped });
    expect(master.id).toEqual(ada.account.master.id);
    const { password, kdf, slot } = await createE2ePassword({
      userId: ada.id,
      master,
      password: NEW_PASSWORD,
      kdf: weakestKdf,
      argon2: nativeArgon2,
    });
    return { new_password: password, keys: { kdf, slot } };
  }

  it('opens the account without ever reaching the server', async () => {
    const ada = await api.newE2eUser();
    const [code = ''] = ada.account.recoveryCodes;
    const { status, body } = await check(ada.email, verifier(code));
    expect(status).toBe(200);
    expect(body.user_id).toBe(ada.id);
    const change = await newPassword(ada, code, body.wrapped_master_key, body.slot_id);
    const answer = await api.http.post('/auth/reset-password', { recovery_token: body.recovery_token, ...change });
    expect(answer.status).toBe(200);
    const signedIn = await api.http.post('/auth/login', {
      tier: 'e2e',
      email: ada.email,
      password: change.new_password,
    });
    expect(signedIn.body.keys.slot).toEqual(change.keys.slot);
    expect((await ada.get('/auth/me')).status).toBe(401);
  });

  it('is refused, and not burnt, when the code itself is sent by mistake', async () => {
    const ada = await api.newE2eUser();
    const [code = ''] = ada.account.recoveryCodes;
    expect((await check(ada.email, code)).status).toBe(401);
    expect((await check(ada.email, verifier(code))).status).toBe(200);
  });

  it('needs keys with the new password', async () => {
    const ada = await api.newE2eUser();
    const [code = ''] = ada.account.recoveryCodes;
    const { body } = await check(ada.email, verifier(code));
    const answer = await api.http.post('/auth/reset-password', {
      recovery_token: body.recovery_token,
      new_password: NEW_PASSWORD,
    });
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe('#/new_password');
    // The token is still good: nothing was done.
    const change = await newPassword(ada, code, body.wrapped_master_key, body.slot_id);
    expect(
      (await api.http.post('/auth/reset-password', { recovery_token: body.recovery_token, ...change })).status,
    ).toBe(200);
  });
});
