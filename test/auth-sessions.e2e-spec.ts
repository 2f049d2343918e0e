import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, PASSWORD, type TestApi, type TestUser, useApi } from './harness/api.js';
import { sealedDraft } from './harness/entries.js';
import { expectProblem } from './harness/problems.js';

const slotsOf = (api: TestApi, { id }: TestUser) =>
  api.database.look<{ kind: string; session_id: string | null }>(
    'SELECT kind, session_id FROM slots WHERE user_id = $1 AND session_id IS NOT NULL ORDER BY kind',
    [id],
  );

describe('whoever is signed in', () => {
  const api = useApi();
  let ada: TestUser;
  let eve: E2eTestUser;

  beforeAll(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
  });

  it('is told who that is, in either tier', async () => {
    const users: [TestUser, string][] = [
      [ada, 'uce'],
      [eve, 'e2e'],
    ];
    for (const [user, tier] of users) {
      const { status, body } = await user.get('/auth/me');
      expect(status).toBe(200);
      expect(body).toEqual({ ...user.signedUp.user, id: user.id, email: user.email, tier });
    }
  });

  it('is nobody without a token', async () => {
    expectProblem(await api.http.get('/auth/me'), 401, 'auth/signed-out');
    expectProblem(await api.http.post('/auth/logout'), 401, 'auth/signed-out');
  });
});

describe('signing out', () => {
  const api = useApi();

  const signIn = async ({ email }: TestUser) =>
    (await api.http.post('/auth/login', { email, password: PASSWORD })).body.tokens;

  it('ends the session at once: its tokens, and all that they opened', async () => {
    const ada = await api.newUser();
    expect(await slotsOf(api, ada)).toHaveLength(2);
    const { status, text } = await ada.post('/auth/logout');
    expect([status, text]).toEqual([204, '']);
    expectProblem(await ada.get('/auth/me'), 401, 'auth/signed-out');
    expectProblem(await ada.post('/entries', { content: 'Too late.' }), 401, 'auth/signed-out');
    expectProblem(await ada.post('/auth/logout'), 401, 'auth/signed-out');
    const { refreshToken: token } = ada;
    expectProblem(await api.http.post('/auth/refresh', { refresh_token: token }), 401, 'auth/invalid-refresh-token');
    expect(await slotsOf(api, ada)).toEqual([]);
  });

  it('leaves the other sessions of the same person as they are', async () => {
    const ada = await api.newUser();
    const { access_token: token, refresh_token: next } = await signIn(ada);
    await ada.post('/auth/logout');
    expect((await api.http.get('/entries', { token })).status).toBe(200);
    expect(await slotsOf(api, ada)).toHaveLength(2);
    expect((await api.http.post('/auth/refresh', { refresh_token: next })).status).toBe(200);
  });

  it('works in the e2e tier, which has no slots', async () => {
    const eve = await api.newE2eUser();
    expect(await slotsOf(api, eve)).toEqual([]);
    expect((await eve.post('/auth/logout')).status).toBe(204);
    expectProblem(await eve.get('/auth/me'), 401, 'auth/signed-out');
  });

  it('ends every access token of the session, the refreshed ones too', async () => {
    const ada = await api.newUser();
    const { body } = await api.http.post('/auth/refresh', { refresh_token: ada.refreshToken });
    await ada.post('/auth/logout');
    expectProblem(await api.http.get('/auth/me', { token: body.tokens.access_token }), 401, 'auth/signed-out');
    expect(await slotsOf(api, ada)).toEqual([]);
  });

  it('twice at once does no harm', async () => {
    const ada = await api.newE2eUser();
    const answers = await Promise.all([ada.post('/auth/logout'), ada.post('/auth/logout')]);
    for (const { status } of answers) expect([204, 401]).toContain(status);
  });
});

describe('a uce session without its key', () => {
  const api = useApi();

  it('says who is signed in, and that the diary is locked', async () => {
    const ada = await api.newUser();
    const written = await ada.post('/entries', { content: 'While it was open.' });
    await api.database.look("DELETE FROM slots WHERE user_id = $1 AND kind = 'access'", [ada.id]);

    expect((await ada.get('/auth/me')).status).toBe(200);
    expectProblem(await ada.post('/entries', { content: 'While it is locked.' }), 423, 'auth/locked');
    expectProblem(await ada.get(`/entries/${written.body.id}`), 423, 'auth/locked');
    expectProblem(await ada.get('/entries'), 423, 'auth/locked');
    expect(await api.database.look('SELECT FROM entries')).toHaveLength(1);

    const { body } = await api.http.post('/auth/refresh', { refresh_token: ada.refreshToken });
    expect((await api.http.get('/entries', { token: body.tokens.access_token })).body.data).toHaveLength(1);
  });

  it('says that it is locked before there is anything to read', async () => {
    const ada = await api.newUser();
    await api.database.look("DELETE FROM slots WHERE user_id = $1 AND kind = 'access'", [ada.id]);
    expectProblem(await ada.get('/entries'), 423, 'auth/locked');
  });

  it('is a thing of the uce tier: an e2e session never has a key', async () => {
    const eve = await api.newE2eUser();
    expect((await eve.post('/entries', sealedDraft(eve))).status).toBe(201);
    expect((await eve.get('/entries')).status).toBe(200);
  });
});
