import { createE2eAccount, createId, kdfBounds, ready, sodiumArgon2id } from '@daybook/sdk/crypto';

export const PASSWORD = 'a rainy sunday with cocoa';
const BASE = '/api/v1';

/** One request as JSON; what it answered, read whole. */
export async function send(url, method, path, { body, token, signal } = {}) {
  const response = await fetch(`${url}${BASE}${path}`, {
    method,
    signal,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** A new uce account. @returns its access token */
export async function signUpUce(url, email, signal) {
  const body = { tier: 'uce', email, password: PASSWORD };
  const answer = await send(url, 'POST', '/auth/signup', { body, signal });
  if (answer.status !== 201) throw new Error(`sign-up answered ${answer.status}`);
  return answer.body.tokens.access_token;
}

/** A new e2e account, whose key is derived as cheaply as is allowed: that happens here, and is not measured. @returns what signs in */
export async function signUpE2e(url, email, signal) {
  await ready();
  const kdf = { alg: 'argon2id', mKib: kdfBounds.mKibMin, t: kdfBounds.tMin, p: 1 };
  const account = { userId: createId(), email, password: PASSWORD, kdf, argon2: sodiumArgon2id };
  const { signUp } = await createE2eAccount(account);
  const { status } = await send(url, 'POST', '/auth/signup', { body: signUp, signal });
  if (status !== 201) throw new Error(`sign-up answered ${status}`);
  return { tier: 'e2e', email, password: signUp.password };
}
