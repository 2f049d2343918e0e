import { type KdfParameters, kdfDefaults, type MasterKey } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { InvalidCredentials } from '../auth.problems.js';
import type { Device, KeysView, Login, LoginView } from '../auth.schema.js';
import type { SlotEntity } from '../keys/slot.entity.js';
import { openSlot } from '../keys/slots.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { emailName, toKeysView, toUserView } from './account.views.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { Credentials } from './credentials.js';
import type { PasswordEntity } from './password.entity.js';
import type { UserEntity } from './user.entity.js';

/** What is kept of an account that could be meant; all null where there is none, or none in the tier of the request. */
interface Kept {
  readonly user: UserEntity | null;
  readonly password: PasswordEntity | null;
  readonly slot: SlotEntity | null;
}

const nothing: Kept = { user: null, password: null, slot: null };

/**
 * Signing in with a password. The tier of the request, never the account, decides the work: one Argon2id run for uce, one
 * HMAC for e2e, so that neither answer nor time tells whether there is an account, or in which tier.
 */
@Injectable()
export class SignInService {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly service: AccountsService,
    private readonly credentials: Credentials,
    private readonly sessions: SessionsService,
  ) {}

  async signIn(login: Login): Promise<LoginView> {
    const tier = login.tier ?? 'uce';
    const userId = await this.service.userIdOf(emailName(login.email));
    const found = await this.db.asUser({ userId }, (tx) => this.kept(tx, userId));
    const kept = found.user?.tier === tier ? found : nothing;
    return login.tier === 'e2e' ? this.signInE2e(login, kept) : this.signInUce(login, kept);
  }

  private async signInUce({ password, device }: Exclude<Login, { tier: 'e2e' }>, kept: Kept): Promise<LoginView> {
    const halves = await this.credentials.halves(
      password,
      kept.slot?.salt ?? this.credentials.newSalt(),
      kdfOf(kept.slot),
    );
    const isRight = this.credentials.matches(kept.password, halves.authKey);
    const master = isRight ? openPasswordSlot(kept, (userId, pepperId) => halves.kek(userId, pepperId).key) : null;
    halves.wipe();
    if (!isRight) throw new InvalidCredentials();
    try {
      return await this.begin(kept, master, device);
    } finally {
      master?.wipe();
    }
  }

  private async signInE2e({ password, device }: Extract<Login, { tier: 'e2e' }>, kept: Kept): Promise<LoginView> {
    if (!this.credentials.matches(kept.password, password)) throw new InvalidCredentials();
    return this.begin(kept, null, device);
  }

  /** Begins the session, unless the password was changed since it was compared. */
  private begin({ user, password }: Kept, master: MasterKey | null, device: Device | undefined): Promise<LoginView> {
    if (!user || !password) throw new Error('a right password without an account');
    const { userId, tier } = user;
    return this.db.asUser({ userId }, async (tx) => {
      const current = await this.accounts.findPassword(tx, userId);
      if (current?.changedAt.getTime() !== password.changedAt.getTime()) throw new InvalidCredentials();
      const tokens = await this.sessions.begin(tx, { user, master }, device);
      const keys = tier === 'e2e' ? { keys: await this.wrappedKeys(tx, userId) } : {};
      return { user: toUserView(user), tokens, ...keys };
    });
  }

  private async kept(tx: Tx, userId: UserId): Promise<Kept> {
    return {
      user: await this.accounts.find(tx, userId),
      password: await this.accounts.findPassword(tx, userId),
      slot: await this.accounts.findPasswordSlot(tx, userId),
    };
  }

  private async wrappedKeys(tx: Tx, userId: UserId): Promise<KeysView> {
    const slot = await this.accounts.findPasswordSlot(tx, userId);
    const first = await this.accounts.findFirstStatement(tx, userId);
    if (!slot || !first) throw new Error('an e2e account without its keys');
    return toKeysView(slot, first, await this.accounts.listPrivateKeys(tx, userId));
  }
}

const kdfOf = (slot: SlotEntity | null): KdfParameters =>
  slot?.kdfMKib && slot.kdfT ? { alg: 'argon2id', mKib: slot.kdfMKib, t: slot.kdfT, p: 1 } : kdfDefaults.server;

/** The master key of a uce account; null for one that has no key yet. */
function openPasswordSlot({ slot }: Kept, kek: (userId: UserId, pepperId: string) => Uint8Array): MasterKey | null {
  return slot?.pepperId ? openSlot('password', { ...slot, kdf: kdfOf(slot) }, kek(slot.userId, slot.pepperId)) : null;
}
