import { createE2eRecovery, historyType } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { LocksService } from '../src/modules/auth/accounts/locks.service.js';
import { securityEventTypes } from '../src/modules/auth/accounts/events.schema.js';
import { claimsOf } from './harness/access-tokens.js';
import { type E2eTestUser, PASSWORD, type TestUser, useApi } from './harness/api.js';
import { sealedDraft } from './harness/entries.js';
import { eventually } from './harness/eventually.js';
import type { Answer } from './harness/http.js';
import { type LedgerLine, verifiedLedger } from './harness/ledger.js';

const device = { device_name: 'Phone', device_type: 'mobile', platform: 'ios' };
const NEW_PASSWORD = 'a windy monday with tea';

describe('the history of an account', () => {
  const api = useApi({ withWorkers: true });

  const typesOf = (lines: readonly LedgerLine[]) => lines.map(({ type }) => type);
  const ledgerOf = ({ id }: { readonly id: string }) => verifiedLedger(api.database, id);
  const signIn = (user: TestUser, more: object = {}) => api.http.post('/auth/login', { ...proofOf(user), ...more });
  const sessionOf = (token: string) => claimsOf(token)['sid'];
  const refresh = (token: string) => api.http.post('/auth/refresh', { refresh_token: token });
  const remove = (user: TestUser, path: string) => user.send('DELETE', path, undefined);

  function proofOf(user: TestUser) {
    const { email } = user;
    if (!isE2e(user)) return { email, password: PASSWORD };
    return { tier: 'e2e', email, password: user.account.signUp.password };
  }

  it.each(['uce', 'e2e'])('begins with the account: %s', async (tier) => {
    const ada = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    expect(await ledgerOf(ada)).toEqual([{ type: 'account_created', subject: null, device: null, session: null }]);
  });

  it('has the device of a sign-up, and each that is added and removed, by name', async () => {
    const signedUp = await api.http.post('/auth/signup', {
      tier: 'uce',
      email: api.newEmail(),
      password: PASSWORD,
      device,
    });
    const { user, tokens, device: first } = signedUp.body;
    const session = sessionOf(tokens.access_token);
    const options = { token: tokens.access_token };
    const second = await api.http.post('/auth/login', { email: user.email, password: PASSWORD, device });
    const { id } = second.body.device;
    expect((await api.http.send('DELETE', `/auth/devices/${id}`, undefined, options)).status).toBe(204);
    expect(await ledgerOf(user)).toEqual([
      expect.objectContaining({ type: 'account_created' }),
      { type: 'device_added', subject: first.id, device: first.id, session },
      { type: 'device_added', subject: id, device: id, session: sessionOf(second.body.tokens.access_token) },
      { type: 'device_removed', subject: id, device: first.id, session },
    ]);
  });

  it('does not have sign-ins without a device, refreshes and sign-outs, nor what failed', async () => {
    const ada = await api.newUser();
    const { body } = await signIn(ada);
    await refresh(body.tokens.refresh_token);
    await signIn(ada, { password: 'not the password' });
    await ada.post('/auth/change-password', { current_password: 'not the password', new_password: NEW_PASSWORD });
    await api.http.post('/auth/verify-recovery-code', { email: ada.email, code: 'not a code' });
    await remove(ada, '/auth/devices/019a0000-0000-7000-8000-000000000000');
    await remove(ada, '/auth/api-keys/019a0000-0000-7000-8000-000000000000');
    await ada.send('PATCH', '/auth/me', '{"display_name":"Ada"}');
    await ada.post('/auth/logout-all');
    expect(typesOf(await ledgerOf(ada))).toEqual(['account_created']);
  });

  it('has a changed password, fresh recovery codes, API keys by name, and a token that came back', async () => {
    const ada = await api.newUser();
    const session = sessionOf(ada.accessToken);
    const here = { device: null, session };
    const made = await ada.post('/auth/api-keys', { name: 'Script', scopes: ['entries:read'] });
    await remove(ada, `/auth/api-keys/${made.body.id}`);
    await ada.post('/auth/recovery-codes', {});
    const spent = await signIn(ada);
    const fresh = await refresh(spent.body.tokens.refresh_token);
    await refresh(fresh.body.tokens.refresh_token);
    expect((await refresh(spent.body.tokens.refresh_token)).status).toBe(401);
    const change = { current_password: PASSWORD, new_password: NEW_PASSWORD };
    expect((await ada.post('/auth/change-password', change)).status).toBe(200);
    expect((await ledgerOf(ada)).slice(1)).toEqual([
      { type: 'api_key_made', subject: made.body.id, ...here },
      { type: 'api_key_revoked', subject: made.body.id, ...here },
      { type: 'recovery_codes_renewed', subject: null, ...here },
      { type: 'refresh_token_reused', subject: null, device: null, session: sessionOf(spent.body.tokens.access_token) },
      { type: 'password_changed', subject: null, ...here },
    ]);
  });

  it('has a used recovery code and the password that was set with it', async () => {
    const ada = await api.newUser();
    const [code] = ada.signedUp.recovery_codes;
    const { body } = await api.http.post('/auth/verify-recovery-code', { email: ada.email, code });
    const reset = { recovery_token: body.recovery_token, new_password: NEW_PASSWORD };
    expect((await api.http.post('/auth/reset-password', reset)).status).toBe(200);
    expect(typesOf(await ledgerOf(ada))).toEqual(['account_created', 'recovery_code_used', 'password_reset']);
  });

  it('has a changed address', async () => {
    const codeTo = (address: string) =>
      eventually('a code was mailed', async () => {
        const letter = (await api.mails()).find((mail) => mail.includes(`To: ${address}`) && /Your code is/.test(mail));
        return /Your code is (\d{6})/.exec(letter ?? '')?.[1];
      });
    const ada = await api.newUser();
    // The code of the sign-up first: each that is mailed takes the place of the one before.
    await codeTo(ada.email);
    const email = api.newEmail();
    expect((await ada.post('/auth/change-email', { email, password: PASSWORD })).status).toBe(202);
    const code = await codeTo(email);
    expect((await ada.post('/auth/verify-email', { code })).status).toBe(200);
    expect(typesOf(await ledgerOf(ada))).toEqual(['account_created', 'email_changed']);
  });

  it('has that an operator locked and unlocked the account', async () => {
    const ada = await api.newE2eUser();
    await api.get(LocksService).lock(ada.id);
    await api.get(LocksService).lock(ada.id);
    await api.get(LocksService).unlock(ada.id);
    expect(typesOf(await ledgerOf(ada))).toEqual(['account_created', 'account_locked', 'account_unlocked']);
  });

  it('is what its owner sees among the security events, and one chain with that of the diary', async () => {
    const eve = await api.newE2eUser();
    const first = await eve.post('/entries', sealedDraft(eve));
    const { body } = await signIn(eve, { device });
    const second = await eve.post('/entries', sealedDraft(eve));
    expect([first.body.history_head.seq, second.body.history_head.seq]).toEqual([2, 4]);
    const lines = await ledgerOf(eve);
    expect(typesOf(lines)).toEqual(['account_created', 'created', 'device_added', 'created']);
    const { data } = (await eve.get('/auth/security-events')).body;
    expect(data).toMatchObject([
      { type: 'device_added', subject_id: body.device.id, device_id: body.device.id },
      { type: 'account_created', subject_id: null, session_id: null, device_id: null },
    ]);
  });

  it('has a number from 32 on for every security event there is', () => {
    for (const type of securityEventTypes) expect([type, historyType[type] >= 32]).toEqual([type, true]);
    const ofAccounts = Object.entries(historyType).filter(([, number]) => number >= 32);
    expect(securityEventTypes.toSorted()).toEqual(ofAccounts.map(([type]) => type).toSorted());
  });

  it('is one chain when everything happens at once, and every change then succeeds or is refused for a reason', async () => {
    const eve = await api.newE2eUser();
    const { kdf, keys, password } = eve.account.signUp;
    const made = await eve.post('/auth/api-keys', { name: 'Old script', scopes: ['inbox:write'] });
    const places = await Promise.all([1, 2, 3].map(() => signIn(eve, { device })));
    const spent = (await signIn(eve)).body.tokens.refresh_token;
    await refresh((await refresh(spent)).body.tokens.refresh_token);
    const { recovery } = createE2eRecovery({ userId: eve.id, master: eve.account.master });
    const token = eve.accessToken;
    const answers = await Promise.all([
      ...[1, 2, 3].map(() => eve.post('/entries', sealedDraft(eve))),
      ...places.map(({ body }) => remove(eve, `/auth/devices/${body.device.id}`)),
      ...[1, 2].map(() => signIn(eve, { device })),
      eve.post('/auth/recovery-codes', { recovery }),
      eve.post('/auth/api-keys', { name: 'Script', scopes: ['inbox:write'] }),
      remove(eve, `/auth/api-keys/${made.body.id}`),
      refresh(spent),
      refresh(spent),
    ]);
    const last = { current_password: password, new_password: password, keys: { kdf, slot: keys.slot } };
    answers.push(await api.http.post('/auth/change-password', last, { token }));
    expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
    const types = typesOf(await ledgerOf(eve));
    const count = (type: string) => types.filter((found) => found === type).length;
    expect([count('created'), count('device_added'), count('device_removed')]).toEqual([3, 5, 3]);
    expect([count('refresh_token_reused'), count('password_changed')]).toEqual([1, 1]);
  });
});

const isE2e = (user: TestUser): user is E2eTestUser => 'account' in user;

describe('whoever changes an account', () => {
  const api = useApi();
  const TABLES = [
    'users',
    'passwords',
    'sessions',
    'slots',
    'devices',
    'recovery_codes',
    'recovery_tokens',
    'email_codes',
  ];

  /** How many rows of a user are locked by somebody. */
  async function lockedRows(userId: string): Promise<Record<string, number>> {
    const locked: Record<string, number> = {};
    for (const table of [...TABLES, 'api_keys', 'private_keys']) {
      const all = await api.database.look(`SELECT FROM ${table} WHERE user_id = $1`, [userId]);
      const free = await api.database.look(`SELECT FROM ${table} WHERE user_id = $1 FOR UPDATE SKIP LOCKED`, [userId]);
      if (free.length < all.length) locked[table] = all.length - free.length;
    }
    return locked;
  }

  const waits = async () => {
    const rows = await api.database.look(`
      SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND usename = 'daybook_api' AND wait_event_type = 'Lock'`);
    return rows.length > 0 ? true : undefined;
  };

  const login = ({ email, account }: E2eTestUser) => ({ tier: 'e2e', email, password: account.signUp.password });
  const samePassword = ({ account: { signUp } }: E2eTestUser) => ({
    new_password: signUp.password,
    keys: { kdf: signUp.kdf, slot: signUp.keys.slot },
  });
  const firstVerifier = ({ account }: E2eTestUser) => account.signUp.recovery[0]?.verifier;

  /** Each prepares, and answers what then has to wait. */
  const changes: Record<string, (eve: E2eTestUser) => Promise<() => Promise<Answer>>> = {
    'signs in on a device': async (eve) => () => api.http.post('/auth/login', { ...login(eve), device }),
    'forgets a device': async (eve) => {
      const { body } = await api.http.post('/auth/login', { ...login(eve), device });
      return () => eve.send('DELETE', `/auth/devices/${body.device.id}`, undefined);
    },
    'changes the password': async (eve) => () =>
      eve.post('/auth/change-password', { current_password: eve.account.signUp.password, ...samePassword(eve) }),
    'uses a recovery code': async (eve) => () =>
      api.http.post('/auth/verify-recovery-code', { email: eve.email, code: firstVerifier(eve) }),
    'resets the password': async (eve) => {
      const code = firstVerifier(eve);
      const { body } = await api.http.post('/auth/verify-recovery-code', { email: eve.email, code });
      return () => api.http.post('/auth/reset-password', { recovery_token: body.recovery_token, ...samePassword(eve) });
    },
    'renews the recovery codes': async (eve) => {
      const { recovery } = createE2eRecovery({ userId: eve.id, master: eve.account.master });
      return () => eve.post('/auth/recovery-codes', { recovery });
    },
    'proves an address': async (eve) => () => eve.post('/auth/verify-email', { code: '000000' }),
    'makes an API key': async (eve) => () => eve.post('/auth/api-keys', { name: 'Script', scopes: ['entries:read'] }),
    'revokes an API key': async (eve) => {
      const { body } = await eve.post('/auth/api-keys', { name: 'Script', scopes: ['entries:read'] });
      return () => eve.send('DELETE', `/auth/api-keys/${body.id}`, undefined);
    },
    'sends a refresh token a second time': async (eve) => {
      const refresh = (token: string) => api.http.post('/auth/refresh', { refresh_token: token });
      await refresh((await refresh(eve.refreshToken)).body.tokens.refresh_token);
      return () => refresh(eve.refreshToken);
    },
    'locks it': async (eve) => async () => {
      await api.get(LocksService).lock(eve.id);
      return eve.get('/auth/me');
    },
  };
  const refused = new Map([
    ['proves an address', 422],
    ['sends a refresh token a second time', 401],
    ['locks it', 401],
  ]);

  it.each(Object.keys(changes))(
    'waits for the ledger before it locks anything else, so that none deadlock: %s',
    async (name) => {
      const eve = await api.newE2eUser();
      const change = await changes[name]?.(eve);
      const lock = api.database.hold(`SELECT FROM ledger_heads WHERE user_id = '${eve.id}' FOR UPDATE`);
      await lock.held;
      const changing = change?.();
      await eventually('it waits for the ledger', waits);
      const locked = await lockedRows(eve.id);
      await lock.release();
      expect(locked).toEqual({});
      const status = (await changing)?.status ?? 0;
      expect(status < 300 ? 'done' : status).toBe(refused.get(name) ?? 'done');
    },
  );

  it('does not wait for it to refresh, or to sign in without a device', async () => {
    const eve = await api.newE2eUser();
    const lock = api.database.hold(`SELECT FROM ledger_heads WHERE user_id = '${eve.id}' FOR UPDATE`);
    await lock.held;
    expect((await api.http.post('/auth/refresh', { refresh_token: eve.refreshToken })).status).toBe(200);
    expect((await api.http.post('/auth/login', login(eve))).status).toBe(200);
    await lock.release();
  });
});
