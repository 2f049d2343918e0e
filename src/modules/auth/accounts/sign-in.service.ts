import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { Ledger } from '../../ledger/ledger.js';
import { InvalidCredentials } from '../auth.problems.js';
import type { KeysView, Login, LoginView } from '../auth.schema.js';
import { KeyLogRepository } from '../keys/key-log.repository.js';
import type { UserAgent } from '../sessions/arrival.js';
import { NewPlaces } from '../sessions/new-places.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { emailName, toKeysView, toUserView } from './account.views.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { ImportedAccounts } from './imported-accounts.js';
import { type OpenedAccount, PasswordCheck } from './password-check.js';
import { PasswordRenewal } from './password-renewal.js';

/** Two first sign-ins at once: the keys of the other one count, and the password is compared with those. */
class OtherKeysCount extends Error {}

/** Signing in with a password. The tier of the request, never the account, decides the work (password-check.ts). */
@Injectable()
export class SignInService {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly service: AccountsService,
    private readonly check: PasswordCheck,
    private readonly sessions: SessionsService,
    private readonly renewal: PasswordRenewal,
    private readonly places: NewPlaces,
    private readonly imports: ImportedAccounts,
    private readonly keyLog: KeyLogRepository,
    private readonly ledger: Ledger,
  ) {}

  /** @throws InvalidCredentials */
  async signIn(login: Login, userAgent: UserAgent): Promise<LoginView> {
    const { email, password, device } = login;
    const userId = await this.service.userIdOf(emailName(email));
    const account = await this.check.openForSignIn(userId, password);
    const { user, master, first } = account;
    try {
      return await this.db.asUser({ userId }, async (tx) => {
        // A device is noted in the ledger, and whoever writes to it locks it first.
        if (device) await this.ledger.lock(tx, userId);
        await this.settle(tx, account);
        await this.places.announce(tx, userId, { device, userAgent });
        const begun = await this.sessions.begin(tx, { user, master }, { device, userAgent });
        const keys = user.tier === 'e2e' ? { keys: await this.wrappedKeys(tx, userId) } : {};
        return {
          user: toUserView(user),
          ...begun,
          ...keys,
          ...(first && { recovery_codes: [...first.recoveryCodes] }),
        };
      });
    } catch (error) {
      if (error instanceof OtherKeysCount) return await this.signIn(login, userAgent);
      throw error;
    } finally {
      master?.wipe();
    }
  }

  /** Stores what the right password has brought. @throws InvalidCredentials when it was changed while it was compared */
  private async settle(tx: Tx, { user: { userId }, password, renewal, first }: OpenedAccount): Promise<void> {
    if (first) {
      if (!(await this.imports.store(tx, first))) throw new OtherKeysCount();
      return;
    }
    const current = await (renewal ? this.accounts.lockPassword(tx, userId) : this.accounts.findPassword(tx, userId));
    if (current?.changedAt.getTime() !== password.changedAt.getTime()) throw new InvalidCredentials();
    if (renewal) await this.renewal.store(tx, renewal);
  }

  private async wrappedKeys(tx: Tx, userId: UserId): Promise<KeysView> {
    const slot = await this.accounts.findPasswordSlot(tx, userId);
    const identity = await this.keyLog.findIdentity(tx, userId);
    if (!slot || !identity) throw new Error('an e2e account without its keys');
    return toKeysView(slot, identity, await this.accounts.listPrivateKeys(tx, userId));
  }
}
