import { kdfDefaults, type MasterKey } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { newId, UserId } from '../../../platform/ids.js';
import { EmailTaken, UserIdTaken } from '../auth.problems.js';
import type { E2eSignUp, PreloginView, SignUp, SignUpView, UceSignUp, UserView } from '../auth.schema.js';
import { type AccountKeys, makeUceKeys } from '../keys/account-keys.js';
import { acceptE2eKeys } from '../keys/e2e-gate.js';
import type { UserAgent } from '../sessions/arrival.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { AccountFoundation } from './account-foundation.js';
import { AccountsRepository } from './accounts.repository.js';
import { Credentials } from './credentials.js';
import type { PasswordEntity } from './password.entity.js';
import { newUser, type UserEntity } from './user.entity.js';
import { emailName, kdfView, toUserView } from './account.views.js';

/** A new account, all of whose keys are made and wrapped, and nothing is stored yet. */
interface NewAccount {
  readonly user: UserEntity;
  readonly password: PasswordEntity;
  readonly keys: AccountKeys;
  readonly master: MasterKey | null;
  readonly recoveryCodes?: string[];
}

/** What is handed out of a new uce account; the codes are shown once. */
export interface CreatedAccount {
  readonly user: UserView;
  readonly recoveryCodes: readonly string[];
}

@Injectable()
export class AccountsService {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly credentials: Credentials,
    private readonly sessions: SessionsService,
    private readonly foundation: AccountFoundation,
    private readonly clock: Clock,
  ) {}

  /** Makes an account and signs it in. @throws EmailTaken, UserIdTaken */
  async signUp(signUp: SignUp, userAgent: UserAgent): Promise<SignUpView> {
    const account = signUp.tier === 'uce' ? await this.newUceAccount(signUp) : this.newE2eAccount(signUp);
    const { user, master, recoveryCodes } = account;
    try {
      const begun = await this.db.asUser(user, async (tx) => {
        await this.store(tx, account);
        return this.sessions.begin(tx, { user, master }, { device: signUp.device, userAgent });
      });
      return { user: toUserView(user), ...begun, ...(recoveryCodes && { recovery_codes: recoveryCodes }) };
    } finally {
      master?.wipe();
    }
  }

  /** Makes a uce account and begins no session: for an operator, who hands on id and codes. @throws EmailTaken */
  async create(signUp: UceSignUp): Promise<CreatedAccount> {
    const account = await this.newUceAccount(signUp);
    account.master?.wipe();
    await this.db.asUser(account.user, (tx) => this.store(tx, account));
    return { user: toUserView(account.user), recoveryCodes: account.recoveryCodes ?? [] };
  }

  /** How a client makes its keys from the password. Every address gets an answer, and the same one each time. */
  async prelogin(email: string): Promise<PreloginView> {
    const name = emailName(email);
    const userId = await this.userIdOf(name);
    const slot = await this.db.asUser({ userId }, async (tx) => {
      const user = await this.accounts.find(tx, userId);
      const kept = await this.accounts.findPasswordSlot(tx, userId);
      return user?.tier === 'e2e' ? kept : null;
    });
    const unknown = {
      salt: this.credentials.believableSalt(name),
      kdfMKib: kdfDefaults.client.mKib,
      kdfT: kdfDefaults.client.t,
    };
    return { kdf: kdfView(slot ?? unknown) };
  }

  /** The account with an address or an id; null where there is none, and for one that is being erased. */
  async find(who: string): Promise<UserEntity | null> {
    const { success, data } = UserId.safeParse(who.toLowerCase());
    const userId = success ? data : await this.userIdOf(emailName(who));
    return this.db.asUser({ userId }, async (tx) =>
      (await this.accounts.isErasing(tx, userId)) ? null : this.accounts.find(tx, userId),
    );
  }

  /** The user with that address; a fresh id where there is none, so that what follows does the same work. */
  async userIdOf(name: string): Promise<UserId> {
    const stranger = newId<UserId>();
    const found = await this.db.asUser({ userId: stranger }, (tx) => this.accounts.findByEmail(tx, name));
    return found?.userId ?? stranger;
  }

  private async newUceAccount({ email, password }: UceSignUp): Promise<NewAccount> {
    this.credentials.assertMayBeChosen(password, email, '#/password');
    const userId = newId<UserId>();
    const now = this.clock.now();
    const salt = this.credentials.newSalt();
    const halves = await this.credentials.halves(password, salt, kdfDefaults.server, '#/password');
    const kek = halves.kek(userId, this.credentials.currentPepperId);
    const { keys, master, recoveryCodes } = makeUceKeys({ userId, kek, kdf: kdfDefaults.server, salt, now });
    const user = newUser({ userId, tier: 'uce', email, masterKeyId: keys.masterKeyId, createdAt: now });
    const row = this.credentials.row(user, halves.authKey, now);
    halves.wipe();
    return { user, password: row, keys, master, recoveryCodes };
  }

  private newE2eAccount(signUp: E2eSignUp): NewAccount {
    const { user_id: userId, email, password } = signUp;
    const now = this.clock.now();
    const keys = acceptE2eKeys(signUp, now);
    const user = newUser({ userId, tier: 'e2e', email, masterKeyId: keys.masterKeyId, createdAt: now });
    return { user, password: this.credentials.row(user, password, now), keys, master: null };
  }

  private async store(tx: Tx, { user, password, keys }: NewAccount): Promise<void> {
    const { userId, email } = user;
    if (!(await this.accounts.insert(tx, user))) throw new UserIdTaken();
    if (!(await this.accounts.insertEmail(tx, userId, emailName(email)))) throw new EmailTaken();
    await this.accounts.insertKeys(tx, password, keys);
    await this.foundation.lay(tx, userId);
    await this.foundation.welcome(tx, user);
  }
}
