import { type Api, unwrap } from './api.js';
import { toBase64url, wipe } from './crypto/bytes.js';
import type { Argon2id } from './crypto/passwords.js';
import { e2eAuthKey } from './crypto/unlocking.js';
import type { SessionRecord } from './session-store.js';

/**
 * The user's password in the form in which it proves who asks: itself for uce, for e2e the key that is derived from it.
 * @throws EnvelopeRefused `kdf` when the server asks for less than the floor, before anything of it is sent
 */
export async function givenPassword(
  api: Api,
  { tier, user }: Pick<SessionRecord, 'tier' | 'user'>,
  password: string,
  argon2?: Argon2id,
): Promise<string> {
  if (tier === 'uce') return password;
  const { kdf } = unwrap(await api.POST('/api/v1/auth/prelogin', { body: { email: user.email } }));
  const { authKey, root } = await e2eAuthKey(password, kdf, argon2);
  try {
    return toBase64url(authKey);
  } finally {
    wipe(authKey, root);
  }
}
