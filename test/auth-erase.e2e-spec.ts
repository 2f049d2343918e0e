import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createId, toBase64url } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { UserDataSocket } from '../src/platform/user-data.js';
import { type E2eTestUser, PASSWORD, type TestUser, useApi } from './harness/api.js';
import { sealedDraft } from './harness/entries.js';
import { eventually } from './harness/eventually.js';
import { everyRow } from './harness/leaks.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

/** Each step is a process of its own. */
const STEPS_MS_MAX = 120_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const phone = { device_name: 'Phone', device_type: 'mobile', platform: 'ios' };

/** Tables with users in them that nobody plugs in, each with the reason. */
const NOT_PLUGGED_IN: Record<string, string> = {
  users: 'goes last, with the erasing itself',
  outbox: 'goes last, with the erasing itself: the worker finds nothing to do any more',
  erasures: 'is the receipt',
};

describe('the user-data port', () => {
  const api = useApi({ withWorkers: true });

  it('knows every table that has users in it', async () => {
    const tables = await api.database.look<{ name: string }>(
      `SELECT relname AS name FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'user_id'
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
    );
    const plugged = api.get(UserDataSocket).sources.flatMap((source) => source.tables.map(({ name }) => name));
    expect([...plugged, ...Object.keys(NOT_PLUGGED_IN)].toSorted()).toEqual(tables.map(({ name }) => name));
  });
});

describe('an account that is to be erased', () => {
  const api = useApi();
  const passwordOf = (user: TestUser) => ('account' in user ? (user as E2eTestUser).account.signUp.password : PASSWORD);
  const erase = (user: TestUser) => user.post('/auth/erase', { password: passwordOf(user) });

  it('stays as it is without the right password', async () => {
    const [ada, eve] = [await api.newUser(), await api.newE2eUser()];
    expectProblem(await ada.post('/auth/erase', { password: 'not the password' }), 403, 'auth/wrong-password');
    expectProblem(
      await eve.post('/auth/erase', { password: toBase64url(new Uint8Array(32)) }),
      403,
      'auth/wrong-password',
    );
    expectInvalid(await ada.post('/auth/erase', {}), '#/password');
    for (const user of [ada, eve]) expect((await user.get('/auth/me')).status).toBe(200);
  });

  it.each(['uce', 'e2e'] as const)('is closed when that is answered, its keys are gone: %s', async (tier) => {
    const user = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    const key = (await user.post('/auth/api-keys', { name: 'script', scopes: ['entries:read'] })).body.key;
    const { status, body } = await erase(user);
    expect(status).toBe(202);
    expect(body).toEqual({ receipt: expect.stringMatching(/^[\w-]{43}$/) });
    for (const table of ['slots', 'sessions', 'passwords', 'recovery_codes', 'sign_in_names', 'api_keys'])
      expect(await api.database.look(`SELECT FROM ${table} WHERE user_id = $1`, [user.id])).toEqual([]);
    expectProblem(await user.get('/auth/me'), 401, 'auth/signed-out');
    expectProblem(await api.http.get('/entries', { token: key }), 401, 'auth/signed-out');
    expectProblem(await api.http.post('/auth/refresh', { refresh_token: user.refreshToken }), 401);
    const login = { tier, email: user.email, password: passwordOf(user) };
    expectProblem(await api.http.post('/auth/login', login), 401, 'auth/invalid-credentials');
    expect((await api.http.get(`/auth/erasures/${body.receipt}`)).body).toMatchObject({
      state: 'erasing',
      erased_at: null,
      backups_gone_on: null,
    });
  });

  it('gives its address free at once', async () => {
    const ada = await api.newUser();
    await erase(ada);
    const again = { tier: 'uce', email: ada.email, password: PASSWORD };
    expect((await api.http.post('/auth/signup', again)).status).toBe(201);
  });

  it('is asked for once, however often that is sent', async () => {
    const ada = await api.newUser();
    const answers = await Promise.all(Array.from({ length: 5 }, () => erase(ada)));
    const receipts = new Set(answers.filter(({ status }) => status === 202).map(({ body }) => body.receipt));
    expect(receipts.size).toBe(1);
    const events = await api.database.look(`SELECT FROM outbox WHERE user_id = $1 AND event = 'auth.erasure-asked'`, [
      ada.id,
    ]);
    expect(events).toHaveLength(1);
  });

  it('has a receipt that cannot be found without it', async () => {
    const ada = await api.newUser();
    const { receipt } = (await erase(ada)).body;
    const bytes = Buffer.from(receipt, 'base64url');
    const guessed = Buffer.concat([bytes.subarray(0, 16), Buffer.alloc(16, 7)]).toString('base64url');
    for (const wrong of [guessed, toBase64url(new Uint8Array(32))])
      expectProblem(await api.http.get(`/auth/erasures/${wrong}`), 404, 'auth/erasure-not-found');
    expectInvalid(await api.http.get('/auth/erasures/short'), '#/path/receipt');
  });

  it('keeps its history from being deleted by anybody, until it is', async () => {
    const ada = await api.newUser();
    await ada.post('/entries', { content: 'Rain.' });
    const asAda = (sql: string) => api.database.as('api', `BEGIN; SET LOCAL app.user_id = '${ada.id}'; ${sql}; COMMIT`);
    const there = () => api.database.look('SELECT FROM ledger_events WHERE user_id = $1', [ada.id]);
    for (const table of ['ledger_events', 'ledger_heads', 'key_log', 'security_events', 'users'])
      await asAda(`DELETE FROM ${table}`);
    expect(await there()).not.toEqual([]);
    await erase(ada);
    await asAda('DELETE FROM ledger_events');
    expect(await there()).toEqual([]);
  });
});

describe('an erased account', () => {
  const api = useApi({ withWorkers: true });

  const life = async (user: TestUser) => {
    const draft = 'account' in user ? sealedDraft(user as E2eTestUser) : { content: 'Rain.' };
    await user.post('/entries', draft, { headers: { 'idempotency-key': 'rain' } });
    await user.post('/auth/api-keys', { name: 'script', scopes: ['entries:read'] });
    await user.post('/auth/change-email', { email: api.newEmail(), password: 'not the password' });
  };
  const erased = (receipt: string) =>
    eventually('it is erased', async () => {
      const { body } = await api.http.get(`/auth/erasures/${receipt}`);
      return body.state === 'erased' ? body : undefined;
    });

  it.each(['uce', 'e2e'] as const)('leaves nothing but its receipt: %s', async (tier) => {
    const user = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    const login = {
      tier,
      email: user.email,
      password: tier === 'uce' ? PASSWORD : (user as E2eTestUser).account.signUp.password,
    };
    await api.http.post('/auth/login', { ...login, device: phone });
    await life(user);
    const { receipt } = (await user.post('/auth/erase', { password: login.password })).body;
    const { counts, erased_at: erasedAt, backups_gone_on: gone } = await erased(receipt);
    expect(counts).toMatchObject({ accounts: 1, entries: 1, devices: 1, sessions: 2, api_keys: 1, recovery_codes: 10 });
    expect(counts).toMatchObject({ idempotency_keys: 1 });
    expect(gone).toBe(new Date(Date.parse(erasedAt) + 15 * DAY_MS).toISOString().slice(0, 10));

    await eventually('the last letter is sent', async () =>
      (await api.mails()).some(
        (mail) => mail.includes(`To: ${user.email}`) && mail.replaceAll('=\r\n', '').includes(receipt),
      )
        ? true
        : undefined,
    );
    await eventually('nothing is left to do', async () =>
      (await api.database.look('SELECT FROM outbox WHERE user_id = $1', [user.id])).length === 0 ? true : undefined,
    );
    const rows = await everyRow(api.database.superuserUrl);
    expect(rows.filter(({ text }) => text.includes(user.id)).map(({ place }) => place)).toEqual(['public.erasures']);
    expect(rows.filter(({ text }) => text.includes(user.email)).map(({ place }) => place)).toEqual([]);
  });

  it('leaves everybody else’s as it is', async () => {
    const [ada, eve] = [await api.newUser(), await api.newUser()];
    await Promise.all([life(ada), life(eve)]);
    const { receipt } = (await ada.post('/auth/erase', { password: PASSWORD })).body;
    await erased(receipt);
    expect((await eve.get('/entries')).body.data).toHaveLength(1);
    expect((await eve.get('/auth/me')).status).toBe(200);
  });

  it('does not come back under its id: an e2e client has to choose another', async () => {
    const eve = await api.newE2eUser();
    const { receipt } = (await eve.post('/auth/erase', { password: eve.account.signUp.password })).body;
    await erased(receipt);
    const again = await api.newE2eAccountFor(eve.id);
    expectProblem(await api.http.post('/auth/signup', again.signUp), 409, 'auth/user-id-taken');
  });
});

describe('an erasing that is killed', () => {
  const api = useApi();
  let user: TestUser;
  let receipt: string;

  const eraseInSteps = async (eventId: string, slices: number) => {
    const child = spawn(process.execPath, ['test/harness/erase-in-steps.mjs'], {
      env: {
        PATH: process.env['PATH'],
        ...api.environment(),
        USER_ID: user.id,
        EVENT_ID: eventId,
        SLICES: String(slices),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code, signal]: unknown[] = await once(child, 'exit');
    return code ?? signal;
  };

  beforeAll(async () => {
    user = await api.newUser();
    await api.http.post('/auth/login', { email: user.email, password: PASSWORD, device: phone });
    for (const content of ['Rain.', 'Sun.']) await user.post('/entries', { content });
    receipt = (await user.post('/auth/erase', { password: PASSWORD })).body.receipt;
  });

  it(
    'after each of its steps ends complete, with true counts',
    async () => {
      const [event] = await api.database.look<{ id: string }>(
        `SELECT id FROM outbox WHERE user_id = $1 AND event = 'auth.erasure-asked'`,
        [user.id],
      );
      const endings: unknown[] = [];
      do endings.push(await eraseInSteps(event?.id ?? createId(), 0));
      while (endings.at(-1) === 'SIGKILL' && endings.length < 40);
      expect(endings.at(-1)).toBe(0);
      // Killed at each table that still had something: storage, history, entries, keys, devices and so on.
      expect(endings.length).toBeGreaterThan(6);
      const { body } = await api.http.get(`/auth/erasures/${receipt}`);
      expect(body).toMatchObject({
        state: 'erased',
        counts: { accounts: 1, entries: 2, recovery_codes: 10, storage: 1 },
      });
      const rows = await everyRow(api.database.superuserUrl);
      const left = rows.filter(({ text }) => text.includes(user.id)).map(({ place }) => place);
      // The last letter is still to be sent.
      expect(left).toEqual(['public.erasures', 'public.outbox']);
    },
    STEPS_MS_MAX,
  );
});

describe('what is held about an account', () => {
  const api = useApi();

  it.each(['uce', 'e2e'] as const)('is told whole, without anything that opens or proves: %s', async (tier) => {
    const user = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    const key = (await user.post('/auth/api-keys', { name: 'script', scopes: ['entries:read'] })).body.key;
    const { status, body, text } = await user.get('/auth/export');
    expect(status).toBe(200);
    expect(Object.keys(body.held).toSorted()).toEqual([
      'account',
      'entries',
      'failed_work',
      'history',
      'inbox',
      'integrations',
      'jobs',
      'media',
      'repeatable_requests',
      'storage',
    ]);
    const { account } = body.held;
    expect(account.user).toMatchObject([{ id: user.id, tier, email: user.email }]);
    expect(account.recovery_codes).toHaveLength(10);
    expect(account.sessions).toHaveLength(1);
    expect(account.api_keys).toMatchObject([{ name: 'script', scopes: ['entries:read'] }]);
    expect(account.security_events).toMatchObject([{ type: 'account_created' }, { type: 'api_key_made' }]);
    const secrets = await api.database.look<{ secret: Buffer }>(
      `SELECT wrapped AS secret FROM slots WHERE user_id = $1 UNION ALL SELECT verifier FROM passwords WHERE user_id = $1
       UNION ALL SELECT refresh_hash FROM sessions WHERE user_id = $1 UNION ALL SELECT secret_hash FROM api_keys WHERE user_id = $1`,
      [user.id],
    );
    expect(secrets.length).toBeGreaterThan(tier === 'uce' ? 12 : 3);
    for (const { secret } of secrets)
      for (const spelling of ['hex', 'base64url', 'base64'] as const)
        expect(text).not.toContain(secret.toString(spelling));
    expect(text).not.toContain(key);
  });

  it('is nobody else’s', async () => {
    const [ada, eve] = [await api.newUser(), await api.newUser()];
    expect((await ada.get('/auth/export')).text).not.toContain(eve.id);
  });
});
