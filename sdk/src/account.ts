import { assertPassword, type NewPassword } from './accounts.js';
import { type Api, createApi, type Schemas, unwrap } from './api.js';
import { createE2ePassword, createE2eRecovery } from './crypto/accounts.js';
import type { MasterKey } from './crypto/master-key.js';
import type { Argon2id } from './crypto/passwords.js';
import { ready } from './crypto/primitives.js';
import { pageQuery, type PageOptions, withSignal } from './entry-calls.js';
import { givenPassword } from './given-password.js';
import { SignedOut } from './problems.js';
import { expiryOf, type Session, tokensOf } from './session.js';
import type { Surroundings } from './surroundings.js';

/** The password of today, to prove who asks. */
export interface GivenPassword {
  readonly password: string;
  /** e2e: Argon2id; libsodium's unless given. */
  readonly argon2?: Argon2id;
}

/** A change of the password. */
export interface PasswordChange extends NewPassword {
  readonly currentPassword: string;
}

/** What an account is told about, and how it is changed. Everything that changes it is sent once. */
export class Account {
  readonly #session: Session;
  readonly #master: MasterKey | undefined;
  readonly #around: Pick<Surroundings, 'now'>;
  readonly #api: Api;

  /** @param master of an e2e account */
  constructor(session: Session, master: MasterKey | undefined, around: Pick<Surroundings, 'now'>) {
    this.#session = session;
    this.#master = master;
    this.#around = around;
    this.#api = createApi(session.record.url, (call, isRepeatable) => session.send(call, { isRepeatable }));
  }

  /** Changes name, time zone, locale or settings: absent ones stay, null ones are cleared. */
  async update(change: Schemas['ProfileChange']): Promise<Schemas['User']> {
    return this.#keptUser(unwrap(await this.#api.PATCH('/api/v1/auth/me', { body: change })));
  }

  /** What this account may do here, and how much it may store. */
  async features(): Promise<Schemas['Features']> {
    return unwrap(await this.#api.GET('/api/v1/auth/features'));
  }

  /** All that is held about the account, beside content. */
  async export(): Promise<Schemas['AccountExport']> {
    return unwrap(await this.#api.GET('/api/v1/auth/export'));
  }

  /** What happened to the account, newest first. */
  async securityEvents(options: PageOptions = {}): Promise<Schemas['SecurityEventPage']> {
    const asked = { params: { query: pageQuery(options) }, ...withSignal(options.signal) };
    return unwrap(await this.#api.GET('/api/v1/auth/security-events', asked));
  }

  /** Where the user is signed in. */
  async sessions(): Promise<Schemas['SessionList']['data']> {
    return unwrap(await this.#api.GET('/api/v1/auth/sessions')).data;
  }

  /** Ends a session, wherever it is. */
  async endSession(id: string): Promise<void> {
    unwrap(await this.#api.DELETE('/api/v1/auth/sessions/{id}', { params: { path: { id } } }));
  }

  /** The API keys, without the keys themselves. */
  async apiKeys(): Promise<Schemas['ApiKeyList']['data']> {
    return unwrap(await this.#api.GET('/api/v1/auth/api-keys')).data;
  }

  /** A new API key, shown this once. @throws DaybookProblem `auth/reauthenticate` 15 minutes after the password was given */
  async makeApiKey(draft: Schemas['ApiKeyDraft']): Promise<Schemas['NewApiKey']> {
    return unwrap(await this.#api.POST('/api/v1/auth/api-keys', { body: draft }));
  }

  /** Takes an API key back. */
  async revokeApiKey(id: string): Promise<void> {
    unwrap(await this.#api.DELETE('/api/v1/auth/api-keys/{id}', { params: { path: { id } } }));
  }

  /**
   * Changes the password. Every other session ends, this one goes on; API keys go on too, and the answer says how many.
   * @throws PasswordRefused; DaybookProblem `auth/wrong-password`; EnvelopeRefused `kdf`; SignedOut `keys-not-kept`
   */
  async changePassword({ currentPassword, ...next }: PasswordChange): Promise<{ readonly apiKeysKept: number }> {
    const { record } = this.#session;
    await assertPassword({ password: next.password, email: record.user.email });
    const made = await this.#made(next);
    const current_password = await givenPassword(this.#api, record, currentPassword, next.argon2);
    const askedAt = this.#around.now();
    const body = { current_password, ...made };
    const answer = unwrap(await this.#api.POST('/api/v1/auth/change-password', { body }));
    const tokens = tokensOf(answer);
    await this.#session.keep({ tokens, expires_at: expiryOf(tokens, askedAt) });
    return { apiKeysKept: answer.api_keys_kept };
  }

  /** Has a code mailed to another address; it becomes the account's by `verifyEmail`. @throws DaybookProblem `auth/wrong-password` */
  async changeEmail({ email, password, argon2 }: GivenPassword & { readonly email: string }): Promise<void> {
    const given = await givenPassword(this.#api, this.#session.record, password, argon2);
    unwrap(await this.#api.POST('/api/v1/auth/change-email', { body: { email, password: given } }));
  }

  /** Proves an address with the six digits that were mailed to it. @throws DaybookProblem `auth/invalid-email-code` */
  async verifyEmail(code: string): Promise<Schemas['User']> {
    return this.#keptUser(unwrap(await this.#api.POST('/api/v1/auth/verify-email', { body: { code } })));
  }

  /**
   * Ten fresh recovery codes, to be shown once; the old ones are dead. For e2e they are made here and never sent.
   * @throws DaybookProblem `auth/reauthenticate` 15 minutes after the password was given; SignedOut `keys-not-kept`
   */
  async renewRecoveryCodes(): Promise<readonly string[]> {
    const { tier, user } = this.#session.record;
    if (tier === 'uce')
      return unwrap(await this.#api.POST('/api/v1/auth/recovery-codes', { body: {} })).recovery_codes ?? [];
    await ready();
    const { recovery, recoveryCodes } = createE2eRecovery({ userId: user.id, master: this.#masterKey() });
    unwrap(await this.#api.POST('/api/v1/auth/recovery-codes', { body: { recovery: [...recovery] } }));
    return recoveryCodes;
  }

  /**
   * Erases the account, for good: when this answers, nothing opens the diary any more. This client is signed out.
   * @returns the receipt, for `Daybook.followErasure`
   * @throws DaybookProblem `auth/wrong-password`
   */
  async erase({ password, argon2 }: GivenPassword): Promise<string> {
    const given = await givenPassword(this.#api, this.#session.record, password, argon2);
    const { receipt } = unwrap(await this.#api.POST('/api/v1/auth/erase', { body: { password: given } }));
    await this.#session.end();
    return receipt;
  }

  async #made(next: NewPassword) {
    const { tier, user } = this.#session.record;
    if (tier === 'uce') return { new_password: next.password };
    const { password, kdf, slot } = await createE2ePassword({ ...next, userId: user.id, master: this.#masterKey() });
    return { new_password: password, keys: { kdf, slot } };
  }

  #masterKey(): MasterKey {
    if (!this.#master) throw new SignedOut('keys-not-kept');
    return this.#master;
  }

  async #keptUser(user: Schemas['User']): Promise<Schemas['User']> {
    await this.#session.keep({ user });
    return user;
  }
}
