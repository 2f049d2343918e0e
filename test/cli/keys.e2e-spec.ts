import { type KdfParameters, kdfDefaults } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { AccountsRepository } from '../../src/modules/auth/accounts/accounts.repository.js';
import { Credentials } from '../../src/modules/auth/accounts/credentials.js';
import { PasswordCheck } from '../../src/modules/auth/accounts/password-check.js';
import { sealSlot } from '../../src/modules/auth/keys/slots.js';
import { Database } from '../../src/platform/database/database.js';
import { Argon2Pool } from '../../src/platform/passwords/argon2-pool.js';
import { UserId } from '../../src/platform/ids.js';
import { PASSWORD, TestApi, useApi } from '../harness/api.js';
import { daybook } from '../harness/cli.js';

const LIST = /^[a-z0-9-]+:[\w-]{43}(,[a-z0-9-]+:[\w-]{43})*\n$/;

describe('daybook keys', () => {
  const api = useApi();
  const run = (args: string[], more: Record<string, string> = {}) =>
    daybook(['keys', ...args], {
      environment: { ...api.environment(), ...more },
      mayShowSecrets: args[0] === 'rotate',
    });
  const rotate = async (kind: string) => {
    const { stdout } = await run(['rotate', kind]);
    return { list: stdout.trim(), id: stdout.split(':')[0] ?? '' };
  };
  /** The same installation, restarted with other settings. */
  const restarted = async (environment: Record<string, string>) => {
    const next = new TestApi({ sharing: api, environment });
    await next.start();
    return next;
  };
  const signIn = ({ http }: TestApi, email: string) => http.post('/auth/login', { email, password: PASSWORD });
  const pepperOf = async (id: string) => {
    const look = (sql: string) => api.database.look<{ pepper_id: string }>(sql, [id]);
    const [verifier] = await look('SELECT pepper_id FROM passwords WHERE user_id = $1');
    const [slot] = await look(`SELECT pepper_id FROM slots WHERE user_id = $1 AND kind = 'password'`);
    return [verifier?.pepper_id, slot?.pepper_id];
  };

  it.each(['token', 'password-pepper', 'session-pepper'])('prints a list with a new %s in front', async (kind) => {
    const { code, stdout, stderr } = await run(['rotate', kind]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(LIST);
    const [fresh = '', ...old] = stdout.trim().split(',');
    expect(old).toHaveLength(1);
    expect(Object.values(api.environment())).toContain(old[0]);
    expect((await run(['rotate', kind])).stdout.split(':')[0]).not.toBe(fresh.split(':')[0]);
  });

  it('prints first lists that a server starts with, other ones each time', async () => {
    const { code, stdout, stderr } = await daybook(['keys', 'new'], { mayShowSecrets: true });
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => line.split('=')[0])).toEqual([
      'TOKEN_KEYS',
      'PASSWORD_PEPPERS',
      'SESSION_PEPPERS',
      'SERVER_KEYS',
    ]);
    const environment = Object.fromEntries(lines.map((line) => line.split('=')));
    const next = await restarted(environment);
    const account = { tier: 'uce', email: 'first-keys@example.com', password: PASSWORD };
    expect((await next.http.post('/auth/signup', account)).status).toBe(201);
    const again = await daybook(['keys', 'new'], { mayShowSecrets: true });
    for (const line of lines) expect(again.stdout).not.toContain(line);
  });

  it('refuses what it cannot put a key in front of', async () => {
    expect(await daybook(['keys', 'rotate', 'token'], {})).toMatchObject({ code: 1, stdout: '' });
    const broken = await run(['rotate', 'token'], { TOKEN_KEYS: 'k1:too-short-to-be-a-key' });
    expect(broken).toMatchObject({ code: 1, stdout: '', stderr: expect.not.stringContaining('too-short') });
    expect(await run(['rotate', 'master'])).toMatchObject({ code: 2, stdout: '' });
    expect(await run(['rotate', 'token', '--file', `${api.folder}/none.json`])).toMatchObject({ code: 1, stdout: '' });
  });

  it('keeps everybody signed in when token keys and session peppers are rotated, also those of before', async () => {
    const ada = await api.newUser();
    const [token, session] = [await rotate('token'), await rotate('session-pepper')];
    const next = await restarted({ TOKEN_KEYS: token.list, SESSION_PEPPERS: session.list });
    expect((await next.http.get('/auth/me', { token: ada.accessToken })).status).toBe(200);
    const { body } = await next.http.post('/auth/refresh', { refresh_token: ada.refreshToken });
    const header = JSON.parse(Buffer.from(body.tokens.access_token.split('.')[0], 'base64url').toString());
    expect(header.kid).toBe(token.id);
    expect((await next.http.get('/auth/me', { token: body.tokens.access_token })).status).toBe(200);
    const { stdout } = await run(['status'], { SESSION_PEPPERS: session.list });
    expect(stdout).toMatch(new RegExp(`session peppers\\n {2}${session.id} +current +0 verifiers, 3 slots`));
  });

  it('moves a password to the new pepper when its owner signs in; then the old one is needed no more', async () => {
    const [ada, bob, grace] = [await api.newUser(), await api.newUser(), await api.newE2eUser()];
    const entry = await ada.post('/entries', { content: 'Under the old pepper.' });
    const { list, id } = await rotate('password-pepper');
    const next = await restarted({ PASSWORD_PEPPERS: list });
    const { password } = grace.account.signUp;
    const enterE2e = ({ http }: TestApi) => http.post('/auth/login', { tier: 'e2e', email: grace.email, password });

    // Several devices at once: each gets in, and what is kept fits together.
    const entered = await Promise.all([signIn(next, ada.email), signIn(next, ada.email), signIn(next, ada.email)]);
    expect(entered.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await enterE2e(next)).status).toBe(200);
    expect(await pepperOf(ada.id)).toEqual([id, id]);
    expect(await pepperOf(grace.id)).toEqual([id, null]);
    expect(await pepperOf(bob.id)).toEqual(['k1', 'k1']);

    const only = await restarted({ PASSWORD_PEPPERS: list.split(',')[0] ?? '' });
    const { body } = await signIn(only, ada.email);
    const token = body.tokens.access_token;
    expect((await only.http.get(`/entries/${entry.body.id}`, { token })).body.content).toBe('Under the old pepper.');
    expect((await enterE2e(only)).body.keys.slot).toBeDefined();
    // What bob needs is gone from the list: nobody is told anything but that it does not work.
    expect((await signIn(only, bob.email)).status).toBe(500);
    expect((await signIn(next, bob.email)).status).toBe(200);
    expect((await signIn(only, bob.email)).status).toBe(200);
  });

  it('does not move a password that was wrong, and does not take moving it for a change', async () => {
    const ada = await api.newUser();
    const changedAt = () =>
      api.database.look<{ changed_at: Date }>('SELECT changed_at FROM passwords WHERE user_id = $1', [ada.id]);
    const before = await changedAt();
    const { list, id } = await rotate('password-pepper');
    const next = await restarted({ PASSWORD_PEPPERS: list });
    expect((await next.http.post('/auth/login', { email: ada.email, password: 'wrong' })).status).toBe(401);
    expect(await pepperOf(ada.id)).toEqual(['k1', 'k1']);
    expect((await signIn(next, ada.email)).status).toBe(200);
    expect(await pepperOf(ada.id)).toEqual([id, id]);
    expect(await changedAt()).toEqual(before);
    expect((await ada.get('/auth/me')).status).toBe(200);
  });

  it('costs a sign-in under another pepper one Argon2id run, and under older parameters one more, once', async () => {
    const ada = await api.newUser();
    const entry = await ada.post('/entries', { content: 'Under older parameters.' });
    const { list, id } = await rotate('password-pepper');
    const next = await restarted({ PASSWORD_PEPPERS: list });
    const runsOf = async () => {
      const before = next.get(Argon2Pool).runs;
      expect((await signIn(next, ada.email)).status).toBe(200);
      return next.get(Argon2Pool).runs - before;
    };
    expect(await runsOf()).toBe(1);
    expect(await pepperOf(ada.id)).toEqual([id, id]);

    await keepUnder(next, ada.id, { ...kdfDefaults.server, t: kdfDefaults.server.t + 1 });
    expect(await runsOf()).toBe(2);
    expect(await runsOf()).toBe(1);
    const kept = await api.database.look(
      `SELECT kdf_m_kib AS "mKib", kdf_t AS t FROM slots WHERE user_id = $1 AND kind = 'password'`,
      [ada.id],
    );
    expect(kept).toEqual([{ mKib: kdfDefaults.server.mKib, t: kdfDefaults.server.t }]);
    expect((await ada.get(`/entries/${entry.body.id}`)).body.content).toBe('Under older parameters.');
    const { body } = await signIn(next, ada.email);
    const read = await next.http.get(`/entries/${entry.body.id}`, { token: body.tokens.access_token });
    expect(read.body.content).toBe('Under older parameters.');
  });
});

describe('daybook keys status', () => {
  const api = useApi();
  const status = (more: Record<string, string>) =>
    daybook(['keys', 'status'], { environment: { ...api.environment(), ...more } });

  it('says how many still need which pepper, and fails when one of them is not configured', async () => {
    await api.newUser();
    await api.newUser();
    await api.newE2eUser();
    const { PASSWORD_PEPPERS: old = '' } = api.environment();
    const fresh = `p2:${'c'.repeat(43)}`;
    const { code, stdout } = await status({ PASSWORD_PEPPERS: `${fresh},${old}` });
    expect(code).toBe(0);
    const lines = stdout.split('\n').map((line) => line.trim().replace(/ +/g, ' '));
    expect(lines).toEqual([
      'password peppers',
      'p2 current 0 verifiers, 0 slots',
      'k1 older 3 verifiers, 2 slots',
      '',
      'session peppers',
      'k1 current 0 verifiers, 4 slots',
      '',
    ]);
    const without = await status({ PASSWORD_PEPPERS: fresh });
    expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('Put k1 back') });
    expect(without.stdout).toMatch(/^ {2}k1 +MISSING +3 verifiers, 2 slots$/m);
  });
});

/** Keeps the password of a user as it would have been kept when `kdf` was of its day. */
async function keepUnder(api: TestApi, id: string, kdf: KdfParameters): Promise<void> {
  const userId = UserId.parse(id);
  const { user, password, master } = await api.get(PasswordCheck).openForSignIn(userId, PASSWORD);
  if (!master) throw new Error('no key');
  const credentials = api.get(Credentials);
  const salt = credentials.newSalt();
  const halves = await credentials.halves(PASSWORD, salt, kdf, '#/password');
  const slotKey = halves.kek(userId, credentials.currentPepperId);
  const slot = sealSlot({ kind: 'password', userId, master, slotKey, now: new Date(), password: { kdf, salt } });
  const row = credentials.row(user, halves.authKey, password.changedAt);
  await api.get(Database).asUser({ userId }, (tx) => api.get(AccountsRepository).replacePassword(tx, row, slot));
}
