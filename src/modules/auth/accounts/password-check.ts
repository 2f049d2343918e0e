import { fromBase64url, kdfDefaults, type KdfParameters, type MasterKey } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { UserId } from '../../../platform/ids.js';
import { InvalidCredentials, WrongPassword } from '../auth.problems.js';
import type { TierName } from '../../tiers/tiers.schema.js';
import type { Caller } from '../caller.js';
import type { SlotEntity } from '../keys/slot.entity.js';
import { openSlot } from '../keys/slots.js';
import { AccountsRepository } from './accounts.repository.js';
import { Credentials, type PasswordHalves } from './credentials.js';
import { type FirstKeys, ImportedAccounts } from './imported-accounts.js';
import { ImportedPasswords } from './imported-passwords.js';
import type { PasswordEntity } from './password.entity.js';
import { PasswordRenewal, type RenewedPassword } from './password-renewal.js';
import type { UserEntity } from './user.entity.js';

/** An account whose password was right. `master` is wiped by whoever asked; null in the e2e tier. */
export interface OpenedAccount {
  readonly user: UserEntity;
  readonly password: PasswordEntity;
  readonly master: MasterKey | null;
  /** How to keep the password from now on; null where nothing has to be moved, or nobody signs in. */
  readonly renewal: RenewedPassword | null;
  /** The keys of an imported account that signs in for the first time; `master` is theirs. */
  readonly first: FirstKeys | null;
}

/** What is kept of an account that could be meant; all null where there is none, or none in the tier of the request. */
interface Kept {
  readonly user: UserEntity | null;
  readonly password: PasswordEntity | null;
  readonly slot: SlotEntity | null;
  /** The bcrypt hash of an imported account that has not signed in yet. */
  readonly bcrypt: string | null;
}

const nothing: Kept = { user: null, password: null, slot: null, bcrypt: null };

/**
 * Whether a password is right. Its form decides the work, never the account: one Argon2id run for a password (uce), one
 * HMAC for an authentication key (e2e); so neither answer nor time tells whether there is an account, or in which tier.
 */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountsRepository,
    private readonly credentials: Credentials,
    private readonly renewal: PasswordRenewal,
    private readonly imported: ImportedPasswords,
    private readonly imports: ImportedAccounts,
  ) {}

  /** Opens the account of somebody who is signed in. @throws WrongPassword */
  async open({ userId }: Caller, password: string | Uint8Array): Promise<OpenedAccount> {
    const opened = await this.tryOpen(userId, password, false);
    if (!opened) throw new WrongPassword();
    return opened;
  }

  /** The same for a password as it was typed or, in the e2e tier, an authentication key as it travels. @throws WrongPassword */
  openTyped(caller: Caller, password: string): Promise<OpenedAccount> {
    return this.open(caller, caller.tier === 'e2e' ? authKeyOf(password) : password);
  }

  /** Opens the account of somebody who signs in. @throws InvalidCredentials */
  async openForSignIn(userId: UserId, password: string | Uint8Array): Promise<OpenedAccount> {
    const opened = await this.tryOpen(userId, password, true);
    if (!opened) throw new InvalidCredentials();
    return opened;
  }

  private async tryOpen(
    userId: UserId,
    password: string | Uint8Array,
    isSignIn: boolean,
  ): Promise<OpenedAccount | null> {
    const tier: TierName = typeof password === 'string' ? 'uce' : 'e2e';
    const found = await this.db.asUser({ userId }, (tx) => this.kept(tx, userId));
    // A locked account is treated as none at all, so that it costs the same too.
    const kept = found.user?.tier === tier && found.user.lockedAt === null ? found : nothing;
    if (typeof password === 'string') return this.openUce(kept, password, isSignIn);
    if (!this.credentials.matches(kept.password, password)) return null;
    return opened(kept, null, isSignIn && kept.password ? this.renewal.ofAuthKey(kept.password, password) : null);
  }

  private async openUce(kept: Kept, typed: string, isSignIn: boolean): Promise<OpenedAccount | null> {
    const { slot, password } = kept;
    const kdf = kdfOf(slot);
    const salt = slot?.salt ?? this.credentials.newSalt();
    const halves = await this.credentials.halves(typed, salt, kdf, '#/password');
    try {
      if (isSignIn && (await this.imported.matches(kept.bcrypt, typed))) return this.openImported(kept, halves, salt);
      if (!this.credentials.matches(password, halves.authKey)) return null;
      if (!password || !slot?.pepperId) return opened(kept, null, null);
      const master = openPasswordSlot(slot, slot.pepperId, halves);
      const right = { typed, kept: password, slot, kdf, halves, master };
      return opened(kept, master, isSignIn ? await this.renewal.ofPassword(right) : null);
    } finally {
      halves.wipe();
    }
  }

  private openImported({ user }: Kept, halves: PasswordHalves, salt: Uint8Array): OpenedAccount {
    if (!user) throw new Error('a right password without an account');
    const first = this.imports.firstKeys(user, halves, salt);
    return { user, password: first.row, master: first.master, renewal: null, first };
  }

  private async kept(tx: Tx, userId: UserId): Promise<Kept> {
    return {
      user: await this.accounts.find(tx, userId),
      password: await this.accounts.findPassword(tx, userId),
      slot: await this.accounts.findPasswordSlot(tx, userId),
      bcrypt: (await this.accounts.findImported(tx, userId))?.bcrypt ?? null,
    };
  }
}

function opened({ user, password }: Kept, master: MasterKey | null, renewal: RenewedPassword | null): OpenedAccount {
  if (!user || !password) throw new Error('a right password without an account');
  return { user, password, master, renewal, first: null };
}

const openPasswordSlot = (slot: SlotEntity, pepperId: string, halves: PasswordHalves): MasterKey =>
  openSlot('password', { ...slot, kdf: kdfOf(slot) }, halves.kek(slot.userId, pepperId).key);

const kdfOf = (slot: SlotEntity | null): KdfParameters =>
  slot?.kdfMKib && slot.kdfT ? { alg: 'argon2id', mKib: slot.kdfMKib, t: slot.kdfT, p: 1 } : kdfDefaults.server;

/** An authentication key from its text; for what is none, one that nobody has. */
function authKeyOf(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch {
    return new Uint8Array(32);
  }
}
