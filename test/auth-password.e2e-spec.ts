import { createE2ePassword } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from './harness/api.js';
import { eventually } from './harness/eventually.js';

const NEW_PASSWORD = 'a windy monday with tea';

describe('a changed password', () => {
  const api = useApi();
  const signIn = (email: string, password: string) => api.http.post('/auth/login', { email, password });
  const change = { current_password: PASSWORD, new_password: NEW_PASSWORD };

  it('keeps the diary readable, and ends every other session', async () => {
    const ada = await api.newUser();
    const { body: entry } = await ada.post('/entries', { content: 'Before.' });
    const { body: other } = await signIn(ada.email, PASSWORD);
    const answer = await ada.post('/auth/change-password', change);
    expect(answer.status).toBe(200);
    const token = answer.body.tokens.access_token;
    expect((await api.http.get(`/entries/${entry.id}`, { token })).body.content).toBe('Before.');
    for (const old of [ada.accessToken, other.tokens.access_token])
      expect((await api.http.get('/auth/me', { token: old })).status).toBe(401);
    expect((await api.http.post('/auth/refresh', { refresh_token: ada.refreshToken })).status).toBe(401);
    expect((await signIn(ada.email, PASSWORD)).status).toBe(401);
    expect((await signIn(ada.email, NEW_PASSWORD)).status).toBe(200);
  });

  it.each(['password1', 'short', 'OWN ADDRESS'])('is not one that may not be chosen: %s', async (choice) => {
    const ada = await api.newUser();
    const new_password = choice === 'OWN ADDRESS' ? ada.email.toUpperCase() : choice;
    const answer = await ada.post('/auth/change-password', { ...change, new_password });
    expect(answer.body).toMatchObject({ status: 422, errors: [{ pointer: '#/new_password' }] });
  });

  it('needs the current one', async () => {
    const ada = await api.newUser();
    const answer = await ada.post('/auth/change-password', { ...change, current_password: 'not this one' });
    expect(answer.body).toMatchObject({ status: 403, type: 'auth/wrong-password' });
    expect((await ada.get('/auth/me')).status).toBe(200);
  });

  it('leaves a working account when it is changed twice at once', async () => {
    const ada = await api.newUser();
    const { body: entry } = await ada.post('/entries', { content: 'Before.' });
    const passwords = ['the first of the two', 'the second of the two'];
    const answers = await Promise.all(
      passwords.map((new_password) => ada.post('/auth/change-password', { ...change, new_password })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
    const winner = passwords[answers.findIndex(({ status }) => status === 200)] ?? '';
    const { body } = await signIn(ada.email, winner);
    expect((await api.http.get(`/entries/${entry.id}`, { token: body.tokens.access_token })).body.content).toBe(
      'Before.',
    );
  });

  it('of an e2e account comes with the slot that it opens', async () => {
    const ada = await api.newE2eUser();
    const { master, signUp } = ada.account;
    const { password, kdf, slot } = await createE2ePassword({
      userId: ada.id,
      master,
      password: NEW_PASSWORD,
      kdf: weakestKdf,
      argon2: nativeArgon2,
    });
    const body = { current_password: signUp.password, new_password: password, keys: { kdf, slot } };
    expect((await ada.post('/auth/change-password', { ...body, current_password: password })).status).toBe(403);
    expect((await ada.post('/auth/change-password', body)).status).toBe(200);
    const signedIn = await api.http.post('/auth/login', { tier: 'e2e', email: ada.email, password });
    expect(signedIn.body.keys).toMatchObject({ kdf, slot });
    const asUce = await ada.post('/auth/change-password', change, { token: signedIn.body.tokens.access_token });
    expect(asUce.status).toBe(422);
  });
});

describe('an address', () => {
  const api = useApi({ withWorkers: true });
  const codeTo = (email: string, count = 1) =>
    eventually(`${count} codes to ${email}`, async () => {
      const mails = (await api.mails()).filter((mail) => mail.includes(`To: ${email}`) && /Your code is/.test(mail));
      return mails.length >= count ? /Your code is (\d{6})/.exec(mails.at(-1) ?? '')?.[1] : undefined;
    });

  it('is proved by the code that was mailed to it at sign-up', async () => {
    const ada = await api.newUser();
    expect(ada.signedUp.user.is_email_verified).toBe(false);
    const code = await codeTo(ada.email);
    const wrong = code === '000000' ? '000001' : '000000';
    expect((await ada.post('/auth/verify-email', { code: wrong })).body).toMatchObject({
      status: 422,
      type: 'auth/invalid-email-code',
    });
    const proved = await ada.post('/auth/verify-email', { code });
    expect(proved.body).toMatchObject({ email: ada.email, is_email_verified: true });
    expect((await ada.post('/auth/verify-email', { code })).status).toBe(422);
  });

  it('is changed when the code that was mailed to the new one comes back, and not before', async () => {
    const ada = await api.newUser();
    const email = `new-${ada.email}`;
    expect((await ada.post('/auth/change-email', { email, password: 'not this one' })).body.type).toBe(
      'auth/wrong-password',
    );
    expect((await ada.post('/auth/change-email', { email, password: PASSWORD })).status).toBe(202);
    expect((await ada.get('/auth/me')).body.email).toBe(ada.email);
    expect((await ada.post('/auth/verify-email', { code: await codeTo(email) })).body.email).toBe(email);
    const signIn = (address: string) => api.http.post('/auth/login', { email: address, password: PASSWORD });
    expect((await signIn(ada.email)).status).toBe(401);
    expect((await signIn(email)).status).toBe(200);
  });

  it('of somebody else is refused', async () => {
    const [ada, grace] = [await api.newUser(), await api.newUser()];
    const answer = await ada.post('/auth/change-email', { email: grace.email.toUpperCase(), password: PASSWORD });
    expect(answer.body).toMatchObject({ status: 409, type: 'auth/email-taken' });
  });

  it('is not given away by guessing: after five tries the code is dead', async () => {
    const ada = await api.newUser();
    const code = await codeTo(ada.email);
    for (let guess = 1; guess <= 5; guess++)
      await ada.post('/auth/verify-email', { code: String((Number(code) + guess) % 1_000_000).padStart(6, '0') });
    expect((await ada.post('/auth/verify-email', { code })).status).toBe(422);
  });
});
