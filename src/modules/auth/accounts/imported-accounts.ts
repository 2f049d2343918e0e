import { kdfDefaults, type MasterKey } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { newId, type UserId } from '../../../platform/ids.js';
import { EmailTaken } from '../auth.problems.js';
import { type AccountKeys, makeUceKeys } from '../keys/account-keys.js';
import { emailName } from './account.views.js';
import { AccountFoundation } from './account-foundation.js';
import { AccountsRepository } from './accounts.repository.js';
import { Credentials, type PasswordHalves } from './credentials.js';
import type { PasswordEntity } from './password.entity.js';
import { newUser, type UserEntity } from './user.entity.js';

/** The keys of an imported account, made at its first sign-in; `master` is for that session, the codes are shown once. */
export interface FirstKeys {
  readonly row: PasswordEntity;
  readonly keys: AccountKeys;
  readonly master: MasterKey;
  readonly recoveryCodes: readonly string[];
}

/** What is known of an account elsewhere. */
export interface ForeignAccount {
  readonly email: string;
  /** A bcrypt hash, in its usual text. */
  readonly bcrypt: string;
}

/** Accounts that come from another system with a bcrypt hash: they get their keys when their owner first signs in. */
@Injectable()
export class ImportedAccounts {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly credentials: Credentials,
    private readonly foundation: AccountFoundation,
    private readonly clock: Clock,
  ) {}

  /** Makes a uce account without a key so far. Sends no letter: its owner did not ask for one. @throws EmailTaken */
  async add({ email, bcrypt }: ForeignAccount): Promise<UserId> {
    const userId = newId<UserId>();
    const user = newUser({ userId, tier: 'uce', email, masterKeyId: null, createdAt: this.clock.now() });
    await this.db.asUser(user, async (tx) => {
      await this.accounts.insert(tx, user);
      if (!(await this.accounts.insertEmail(tx, userId, emailName(email)))) throw new EmailTaken();
      await this.accounts.insertImported(tx, { userId, bcrypt });
      await this.foundation.lay(tx, userId);
    });
    return userId;
  }

  /** Makes the keys, from the password that has just been right: nothing is stored yet. */
  firstKeys(user: UserEntity, halves: PasswordHalves, salt: Uint8Array): FirstKeys {
    const now = this.clock.now();
    const kek = halves.kek(user.userId, this.credentials.currentPepperId);
    const made = makeUceKeys({ userId: user.userId, kek, kdf: kdfDefaults.server, salt, now });
    return { ...made, row: this.credentials.row(user, halves.authKey, now) };
  }

  /** Puts the keys in the place of the bcrypt hash; false when another sign-in has just done so. */
  async store(tx: Tx, { row, keys }: FirstKeys): Promise<boolean> {
    if (!(await this.accounts.deleteImported(tx, row.userId))) return false;
    await this.accounts.change(tx, row.userId, { masterKeyId: keys.masterKeyId });
    await this.accounts.insertKeys(tx, row, keys);
    return true;
  }
}
