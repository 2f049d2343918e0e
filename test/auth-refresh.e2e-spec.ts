import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import type { Answer } from './harness/http.js';
import { expectProblem, withoutInstance } from './harness/problems.js';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

const GRACE_MS = 10_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const DEAD = 'auth/invalid-refresh-token';

/** The bytes of a refresh token: user id 16, session id 16, secret 32, and the code that says it is ours, 16. */
const bytesOf = (token: string) => Buffer.from(token.slice('dbr_'.length), 'base64url');
const tokenOf = (...parts: Uint8Array[]) => `dbr_${Buffer.concat(parts).toString('base64url')}`;

const REUSES = "SELECT FROM security_events WHERE type = 'refresh_token_reused'";

describe('a refresh token', () => {
  const api = useApi();
  let ada: E2eTestUser;
  let uma: TestUser;

  beforeAll(async () => {
    [ada, uma] = [await api.newE2eUser(), await api.newUser()];
  });

  const refresh = (token: string): Promise<Answer> => api.http.post('/auth/refresh', { refresh_token: token });
  const tokensOf = async (answer: Answer | Promise<Answer>): Promise<Tokens> => (await answer).body.tokens;
  const statusOf = async (token: string) => (await api.http.get('/auth/me', { token })).status;
  const reuses = async ({ id }: TestUser) => (await api.database.look(`${REUSES} AND user_id = $1`, [id])).length;

  /** A new session of the e2e user, which costs no password run. */
  async function signIn(): Promise<Tokens> {
    const { email, account } = ada;
    return tokensOf(api.http.post('/auth/login', { tier: 'e2e', email, password: account.signUp.password }));
  }

  /** That nothing of a session works any more. */
  async function expectDead(...generations: Tokens[]): Promise<void> {
    for (const { access_token: access, refresh_token: token } of generations) {
      expect(await statusOf(access)).toBe(401);
      expectProblem(await refresh(token), 401, DEAD);
    }
  }

  it('is answered with the next one, and an access token that works', async () => {
    const first = await signIn();
    const answer = await refresh(first.refresh_token);
    expect(answer.status).toBe(200);
    const next = await tokensOf(answer);
    expect(next).toMatchObject({ token_type: 'bearer', expires_in: 900 });
    expect(next.refresh_token).not.toBe(first.refresh_token);
    expect(await statusOf(next.access_token)).toBe(200);
    expect((await refresh(next.refresh_token)).status).toBe(200);
  });

  it('of a uce session unlocks the diary again', async () => {
    const entry = await uma.post('/entries', { content: 'Before.' });
    const { access_token: token } = await tokensOf(refresh(uma.refreshToken));
    const read = await api.http.get(`/entries/${entry.body.id}`, { token });
    expect(read.body.content).toBe('Before.');
  });

  it('that is sent again at once gets the same successor, with a fresh access token', async () => {
    const { refresh_token: token } = await signIn();
    const first = await tokensOf(refresh(token));
    const again = await tokensOf(refresh(token));
    expect(again.refresh_token).toBe(first.refresh_token);
    expect(again.access_token).not.toBe(first.access_token);
    expect(await Promise.all([first, again].map((each) => statusOf(each.access_token)))).toEqual([200, 200]);
  });

  it('that is sent again at once unlocks a uce diary too', async () => {
    const { body } = await api.http.post('/auth/login', { email: uma.email, password: 'a rainy sunday with cocoa' });
    const [first, again] = [
      await tokensOf(refresh(body.tokens.refresh_token)),
      await tokensOf(refresh(body.tokens.refresh_token)),
    ];
    expect(again.refresh_token).toBe(first.refresh_token);
    expect((await api.http.get('/entries', { token: again.access_token })).status).toBe(200);
    const { access_token: token } = await tokensOf(refresh(again.refresh_token));
    expect((await api.http.get('/entries', { token })).status).toBe(200);
  });

  it('that twenty ask with at once gives all of them the same successor, and the session lives', async () => {
    const { refresh_token: token } = await signIn();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(token)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const successors = new Set(answers.map(({ body }) => body.tokens.refresh_token));
    expect(successors.size).toBe(1);
    const access = answers.map(({ body }) => statusOf(body.tokens.access_token));
    expect(new Set(await Promise.all(access))).toEqual(new Set([200]));
    expect((await refresh([...successors].join(''))).status).toBe(200);
  });

  it('that is sent again after its successor was used ends the session, and the owner can see it', async () => {
    const before = await reuses(ada);
    const [other, first] = [await signIn(), await signIn()];
    const second = await tokensOf(refresh(first.refresh_token));
    const third = await tokensOf(refresh(second.refresh_token));
    expectProblem(await refresh(first.refresh_token), 401, DEAD);
    await expectDead(first, second, third);
    expect(await reuses(ada)).toBe(before + 1);
    expect(await statusOf(other.access_token)).toBe(200);
  });

  it('that is sent again after ten seconds ends the session, and the owner can see it', async () => {
    const before = await reuses(ada);
    const first = await signIn();
    const second = await tokensOf(refresh(first.refresh_token));
    api.advance(GRACE_MS / 2);
    expect((await refresh(first.refresh_token)).status).toBe(200);
    api.advance(GRACE_MS / 2);
    expectProblem(await refresh(first.refresh_token), 401, DEAD);
    await expectDead(first, second);
    expect(await reuses(ada)).toBe(before + 1);
  });

  it('of a uce session that was ended takes every slot of it along', async () => {
    const eve = await api.newUser();
    const next = await tokensOf(refresh(eve.refreshToken));
    await refresh(next.refresh_token);
    await refresh(eve.refreshToken);
    const kinds = await api.database.look<{ kind: string }>(
      'SELECT DISTINCT kind FROM slots WHERE user_id = $1 ORDER BY kind',
      [eve.id],
    );
    expect(kinds.map(({ kind }) => kind)).toEqual(['password', 'recovery']);
  });

  it('that was made up is refused in the same words, and ends nobody’s session', async () => {
    const [mine, before] = [await signIn(), await reuses(ada)];
    const bytes = bytesOf(mine.refresh_token);
    const [user, session, secret, code] = [
      [0, 16],
      [16, 32],
      [32, 64],
      [64, 80],
    ].map((part) => bytes.subarray(...part));
    const parts = { user, session, secret, code } as Record<string, Uint8Array>;
    const madeUp = (changed: Record<string, Uint8Array>) => {
      const all = { ...parts, ...changed };
      return tokenOf(...['user', 'session', 'secret', 'code'].map((part) => all[part] ?? new Uint8Array()));
    };
    const theirs = bytesOf(uma.refreshToken);
    const tokens = [
      tokenOf(randomBytes(80)),
      madeUp({ secret: randomBytes(32) }),
      madeUp({ secret: randomBytes(32), code: randomBytes(16) }),
      madeUp({ user: theirs.subarray(0, 16), session: theirs.subarray(16, 32) }),
      madeUp({ secret: theirs.subarray(32, 64), code: theirs.subarray(64, 80) }),
      mine.refresh_token.slice(0, -1),
      mine.refresh_token.slice(0, 60),
      `${mine.refresh_token}A`,
      `${mine.refresh_token}=`,
      mine.refresh_token.slice('dbr_'.length),
      mine.refresh_token.toUpperCase(),
      mine.access_token,
      'dbr_',
      'nonsense',
      ' ',
    ];
    const answers = await Promise.all(tokens.map((token) => refresh(token)));
    expectProblem(answers[0] as Answer, 401, DEAD);
    expect(new Set(answers.map((answer) => withoutInstance(answer))).size).toBe(1);

    expect(await reuses(ada)).toBe(before);
    expect(await statusOf(mine.access_token)).toBe(200);
    expect((await refresh(mine.refresh_token)).status).toBe(200);
    expect(await statusOf(uma.accessToken)).toBe(200);
  });

  it('is refused in the same words, whether its session has ended or never was', async () => {
    const { access_token: token, refresh_token: old } = await signIn();
    await api.http.post('/auth/logout', undefined, { token });
    const ended = await refresh(old);
    expectProblem(ended, 401, DEAD);
    expect(withoutInstance(ended)).toBe(withoutInstance(await refresh(tokenOf(randomBytes(80)))));
  });
});

describe('the refresh token of a session that nobody uses', () => {
  const api = useApi();
  const refresh = (token: string) => api.http.post('/auth/refresh', { refresh_token: token });

  it('lives for thirty days from the last refresh on', async () => {
    const ada = await api.newE2eUser();
    const { email, account } = ada;
    const unused = await api.http.post('/auth/login', { tier: 'e2e', email, password: account.signUp.password });
    api.advance(29 * DAY_MS);
    const { body } = await refresh(ada.refreshToken);
    api.advance(DAY_MS);
    expectProblem(await refresh(unused.body.tokens.refresh_token), 401, DEAD);
    expect(await api.database.look(REUSES)).toEqual([]);
    expect((await refresh(body.tokens.refresh_token)).status).toBe(200);
  });
});
