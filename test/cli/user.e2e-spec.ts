import { describe, expect, it } from '@jest/globals';
import { PASSWORD, useApi } from '../harness/api.js';
import { daybook } from '../harness/cli.js';
import { LocksService } from '../../src/modules/auth/accounts/locks.service.js';
import { SessionsService } from '../../src/modules/auth/sessions/sessions.service.js';

const NEW_PASSWORD = 'another evening by the fire';

describe('daybook user', () => {
  const api = useApi();
  const run = (args: string[], input?: string) =>
    daybook(args, { environment: api.environment(), ...(input !== undefined && { input }) });
  const create = (email: string, input: string) => run(['user', 'create', '--email', email, '--tier', 'uce'], input);
  const signIn = (email: string, password = PASSWORD) => api.http.post('/auth/login', { email, password });

  it('makes an account with the password from standard input, and prints id and recovery codes', async () => {
    const email = api.newEmail();
    const { code, stdout, stderr } = await create(email, `${PASSWORD}\n`);
    expect([code, stderr]).toEqual([0, '']);
    const [, id] = /^id (\S+)$/m.exec(stdout) ?? [];
    const codes = stdout.match(/^[0-9A-Z-]{26,}.*$/gm) ?? [];
    expect(codes).toHaveLength(10);
    const { status, body } = await signIn(email);
    expect([status, body.user.id, body.user.tier]).toEqual([200, id, 'uce']);
    // No session was begun for it, and the codes are good.
    const sessions = await api.database.look('SELECT FROM sessions WHERE user_id = $1', [id]);
    expect(sessions).toHaveLength(1);
    expect((await api.http.post('/auth/verify-recovery-code', { email, code: codes[9] })).status).toBe(200);
  });

  it('keeps spaces of a password, and takes off only the end of the line', async () => {
    const email = api.newEmail();
    expect((await create(email, `  ${PASSWORD} \r\n`)).code).toBe(0);
    expect((await signIn(email)).status).toBe(401);
    expect((await signIn(email, `  ${PASSWORD} `)).status).toBe(200);
  });

  it('says what is wrong with a new account, and makes none', async () => {
    const { email } = await api.newUser();
    const taken = await create(email, PASSWORD);
    expect(taken).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('There is an account') });
    const fresh = api.newEmail();
    expect(await create(fresh, '')).toMatchObject({ code: 2, stdout: '' });
    expect(await create(fresh, 'short')).toMatchObject({ code: 2, stderr: expect.stringContaining('password:') });
    expect(await create(fresh, 'password123')).toMatchObject({ code: 2, stderr: expect.stringContaining('password:') });
    expect(await create('nobody', PASSWORD)).toMatchObject({ code: 2, stderr: expect.stringContaining('email:') });
    expect(await run(['user', 'create', '--email', fresh, '--tier', 'e2e'], PASSWORD)).toMatchObject({ code: 2 });
    expect(await run(['user', 'create', '--tier', 'uce'], PASSWORD)).toMatchObject({ code: 2 });
    // A password is no argument.
    const argued = await run(['user', 'create', '--email', fresh, '--tier', 'uce', '--password', PASSWORD]);
    expect(argued).toMatchObject({ code: 2, stderr: expect.stringContaining('unknown option') });
    expect((await signIn(fresh)).status).toBe(401);
  });

  /** What is the same in every answer that refuses, whatever was wrong. */
  const refusal = async (answer: ReturnType<typeof signIn>): Promise<unknown> => {
    const { status, body } = await answer;
    return { ...body, status, instance: undefined };
  };

  it('locks an account by its address: sessions end at once, and every way in answers as for strangers', async () => {
    const ada = await api.newUser();
    const entry = await ada.post('/entries', { content: 'Before.' });
    const { body: made } = await ada.post('/auth/api-keys', { name: 'backup', scopes: ['entries:read'] });
    const readByKey = () => api.http.get(`/entries/${entry.body.id}`, { token: made.key });
    expect((await readByKey()).status).toBe(200);
    const { code, stdout } = await run(['user', 'lock', ada.email.toUpperCase(), '--reason', 'stolen phone']);
    expect([code, stdout]).toEqual([0, `${ada.id} is locked\n`]);

    expect((await ada.get('/auth/me')).status).toBe(401);
    expect((await readByKey()).status).toBe(401);
    expect((await api.http.post('/auth/refresh', { refresh_token: ada.refreshToken })).status).toBe(401);
    expect(await refusal(signIn(ada.email))).toEqual(await refusal(signIn('stranger@example.com')));
    const recover = (email: string) =>
      api.http.post('/auth/verify-recovery-code', { email, code: ada.signedUp.recovery_codes[0] });
    expect(await refusal(recover(ada.email))).toEqual(await refusal(recover('stranger@example.com')));

    expect((await run(['user', 'unlock', ada.id])).stdout).toBe(`${ada.id} is unlocked\n`);
    const { body } = await signIn(ada.email);
    const token = body.tokens.access_token;
    // Nothing was deleted: not the diary, not the code that was tried meanwhile.
    expect((await api.http.get(`/entries/${entry.body.id}`, { token })).body.content).toBe('Before.');
    const { body: events } = await api.http.get('/auth/security-events', { token });
    expect(
      events.data.slice(0, 2).map(({ type, reason }: { type: string; reason: string | null }) => [type, reason]),
    ).toEqual([
      ['account_unlocked', null],
      ['account_locked', 'stolen phone'],
    ]);
    expect((await readByKey()).status).toBe(200);
    expect((await recover(ada.email)).status).toBe(200);
  });

  it('locks an e2e account too', async () => {
    const grace = await api.newE2eUser();
    const { email } = grace;
    const { password } = grace.account.signUp;
    const enter = () => api.http.post('/auth/login', { tier: 'e2e', email, password });
    expect((await run(['user', 'lock', grace.id])).code).toBe(0);
    expect((await enter()).status).toBe(401);
    expect((await run(['user', 'unlock', email])).code).toBe(0);
    expect((await enter()).status).toBe(200);
  });

  it('refuses a reset that was asked for before the lock', async () => {
    const ada = await api.newUser();
    const [code] = ada.signedUp.recovery_codes;
    const { body } = await api.http.post('/auth/verify-recovery-code', { email: ada.email, code });
    await run(['user', 'lock', ada.id]);
    const { recovery_token } = body;
    const reset = () => api.http.post('/auth/reset-password', { recovery_token, new_password: NEW_PASSWORD });
    expect(await reset()).toMatchObject({ status: 401, body: { type: 'auth/invalid-recovery-token' } });
    await run(['user', 'unlock', ada.id]);
    expect((await reset()).status).toBe(200);
  });

  it('lets no session begin while the account is being locked, whoever compared the password before', async () => {
    const ada = await api.newUser();
    // The lock is taken between the comparison and the first row of the session.
    const sessions = api.get(SessionsService);
    const begin = sessions.begin.bind(sessions);
    let isLocking = false;
    sessions.begin = async (...args) => {
      if (!isLocking) {
        isLocking = true;
        await api.get(LocksService).lock(ada.id);
      }
      return begin(...args);
    };
    try {
      expect(await signIn(ada.email)).toMatchObject({ status: 401, body: { type: 'auth/invalid-credentials' } });
    } finally {
      sessions.begin = begin;
    }
    expect(await api.database.look('SELECT FROM sessions WHERE user_id = $1', [ada.id])).toEqual([]);
  });

  it.each(['nobody@example.com', '019a0000-0000-7000-8000-000000000000'])(
    'says when there is nothing to lock: %s',
    async (nobody) => {
      expect(await run(['user', 'lock', nobody])).toMatchObject({ code: 1, stderr: expect.stringContaining(nobody) });
    },
  );

  it('says when it was locked before', async () => {
    const ada = await api.newUser();
    await run(['user', 'lock', ada.id]);
    expect(await run(['user', 'lock', ada.id])).toMatchObject({ code: 0, stdout: `${ada.id} was locked already\n` });
    const locks = await api.database.look(
      `SELECT FROM security_events WHERE user_id = $1 AND type = 'account_locked'`,
      [ada.id],
    );
    expect(locks).toHaveLength(1);
  });

  it('locks nobody for a reason that is too long, and not without being told whom', async () => {
    expect((await run(['user', 'lock', 'nobody@example.com', '--reason', 'x'.repeat(201)])).code).toBe(2);
    expect((await run(['user', 'lock'])).code).toBe(2);
  });

  it('says how much an account may store', async () => {
    const ada = await api.newUser();
    expect(await run(['user', 'quota', ada.email, '2KiB'])).toMatchObject({
      code: 0,
      stdout: `${ada.id} has 0 of 2048 bytes\n`,
    });
    expect((await ada.get('/auth/features')).body.storage.quota_bytes).toBe(2048);
    expect((await ada.post('/entries', { content: 'x'.repeat(4_000) })).status).toBe(507);
    await run(['user', 'quota', ada.id, 'default']);
    expect((await ada.post('/entries', { content: 'x'.repeat(4_000) })).status).toBe(201);
  });

  it('gives a quota to nobody, and none that is no size', async () => {
    for (const size of ['', 'much', '-1', '1.5GiB', '99999999TiB'])
      expect((await run(['user', 'quota', 'nobody@example.com', size])).code).toBe(2);
    expect((await run(['user', 'quota', 'nobody@example.com', '1GiB'])).code).toBe(1);
  });

  it('erases an account, when it is meant', async () => {
    const ada = await api.newUser();
    expect((await run(['user', 'erase', ada.email])).code).toBe(2);
    expect((await ada.get('/auth/me')).status).toBe(200);
    const { code, stdout } = await run(['user', 'erase', ada.email, '--yes']);
    expect(code).toBe(0);
    const [, receipt] = /^receipt (\S{43})\n$/.exec(stdout) ?? [];
    expect((await ada.get('/auth/me')).status).toBe(401);
    expect((await api.http.get(`/auth/erasures/${receipt}`)).body.state).toBe('erasing');
    // From here on it is no account any more.
    expect((await run(['user', 'unlock', ada.id])).code).toBe(1);
  });
});
