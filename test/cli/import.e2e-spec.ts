import { hash } from 'bcrypt';
import { describe, expect, it } from '@jest/globals';
import { ImportedPasswords } from '../../src/modules/auth/accounts/imported-passwords.js';
import { Argon2Pool } from '../../src/platform/passwords/argon2-pool.js';
import { PASSWORD, useApi } from '../harness/api.js';
import { daybook } from '../harness/cli.js';
import { expectProblem } from '../harness/problems.js';

const COST = 10;

describe('daybook user import', () => {
  const api = useApi();
  const run = (lines: readonly string[]) =>
    daybook(['user', 'import'], { environment: api.environment(), input: lines.join('\n') });
  const signIn = (email: string, password = PASSWORD) => api.http.post('/auth/login', { email, password });
  const line = async (email: string, password = PASSWORD) =>
    JSON.stringify({ email, bcrypt: await hash(password, COST) });

  it('makes accounts that get their keys at the first sign-in, with codes that are shown then', async () => {
    const email = api.newEmail();
    expect(await run([await line(email)])).toMatchObject({ code: 0, stdout: '1 made, 0 there already, 0 faulty\n' });
    expect(
      await api.database.look('SELECT FROM users WHERE email = $1 AND master_key_id IS NULL', [email]),
    ).toHaveLength(1);
    expectProblem(await signIn(email, 'not the password'), 401, 'auth/invalid-credentials');

    const first = await signIn(email);
    expect(first.status).toBe(200);
    expect(first.body.recovery_codes).toHaveLength(10);
    const token = first.body.tokens.access_token;
    expect((await api.http.post('/entries', { content: 'Moved in.' }, { token })).status).toBe(201);

    const second = await signIn(email);
    expect(second.body.recovery_codes).toBeUndefined();
    const entries = await api.http.get('/entries', { token: second.body.tokens.access_token });
    expect(entries.body.data).toMatchObject([{ content: 'Moved in.' }]);
    const [code] = first.body.recovery_codes;
    expect((await api.http.post('/auth/verify-recovery-code', { email, code })).status).toBe(200);
    expect(await api.database.look('SELECT FROM imported_passwords WHERE user_id = $1', [first.body.user.id])).toEqual(
      [],
    );
  });

  it('gives one set of keys to two first sign-ins at once', async () => {
    const email = api.newEmail();
    await run([await line(email)]);
    const answers = await Promise.all([signIn(email), signIn(email)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.filter(({ body }) => body.recovery_codes).length).toBe(1);
    const [one, other] = answers.map(({ body }) => body.tokens.access_token);
    const { body } = await api.http.post('/entries', { content: 'Once.' }, { token: one });
    expect((await api.http.get(`/entries/${body.id}`, { token: other })).body.content).toBe('Once.');
  });

  it('can be run again, and names faulty lines without repeating them', async () => {
    const [there, fresh] = [api.newEmail(), api.newEmail()];
    await run([await line(there)]);
    const costly = `$2b$13$${'/'.repeat(53)}`;
    const { code, stdout, stderr } = await run([
      await line(there),
      '{"email":"no address","bcrypt":"hunter2"}',
      'hunter2',
      JSON.stringify({ email: api.newEmail(), bcrypt: costly }),
      '',
      await line(fresh),
    ]);
    expect([code, stdout]).toEqual([1, '1 made, 1 there already, 3 faulty\n']);
    expect(stderr).toMatch(
      /^line 2: email: .+; bcrypt: is not a bcrypt hash\nline 3: the line: .+\nline 4: bcrypt: has a cost outside of 4 to 12\n/,
    );
    expect(stderr).not.toContain('hunter2');
    expect((await signIn(fresh)).status).toBe(200);
  });

  it('sends nobody a letter', async () => {
    const email = api.newEmail();
    await run([await line(email)]);
    const events = await api.database.look('SELECT FROM outbox JOIN users USING (user_id) WHERE users.email = $1', [
      email,
    ]);
    expect(events).toEqual([]);
  });
});

describe('while there are imported accounts', () => {
  const api = useApi();
  const signIn = (email: string, password: string) => api.http.post('/auth/login', { email, password });

  it('every sign-in does the same work, and none of it when the last has signed in', async () => {
    const [imported, usual] = [api.newEmail(), await api.newUser()];
    const work = async (email: string, password: string) => {
      const [pool, passwords] = [api.get(Argon2Pool), api.get(ImportedPasswords)];
      const before = [pool.runs, passwords.runs];
      const { status } = await signIn(email, password);
      return [status, pool.runs - (before[0] ?? 0), passwords.runs - (before[1] ?? 0)];
    };
    expect(await work(usual.email, PASSWORD)).toEqual([200, 1, 0]);
    const bcrypt = await hash(PASSWORD, COST);
    const input = JSON.stringify({ email: imported, bcrypt });
    await daybook(['user', 'import'], { environment: api.environment(), input });
    api.advance(60_000);
    for (const email of [imported, usual.email, 'nobody@example.com'])
      expect(await work(email, 'not the password')).toEqual([401, 1, 1]);
    expect(await work(usual.email, PASSWORD)).toEqual([200, 1, 1]);
    expect(await work(imported, PASSWORD)).toEqual([200, 1, 1]);
    api.advance(60_000);
    expect(await work('nobody@example.com', PASSWORD)).toEqual([401, 1, 0]);
  });
});
