import { checkPasswordSlot, kdfDefaults, type MasterKey } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import type { Tx } from '../../../platform/database/database.js';
import { atGate } from '../../../platform/http/gate.js';
import { invalidRequest } from '../../../platform/http/invalid-request.js';
import type { TierName } from '../../tiers/tiers.schema.js';
import type { SlotEntity } from '../keys/slot.entity.js';
import { sealSlot, slotRow } from '../keys/slots.js';
import { AccountsRepository } from './accounts.repository.js';
import { Credentials } from './credentials.js';
import type { NewKeys, NewPassword } from './new-password.schema.js';
import type { PasswordEntity } from './password.entity.js';
import type { UserEntity } from './user.entity.js';

/** A new password, with all slow work done: what remains is to store it, in the transaction that allows it. */
export interface PreparedPassword {
  readonly row: PasswordEntity;
  /** The slot that it opens; null for an account that has no master key yet. */
  slot(master: MasterKey | null): SlotEntity | null;
}

/** Replacing a password: the same master key in a new slot. Nothing else of the account is touched. */
@Injectable()
export class NewPasswords {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly credentials: Credentials,
    private readonly clock: Clock,
  ) {}

  /** @throws InvalidRequest for a password of the other tier's form, or one that may not be used */
  async prepare(user: UserEntity, { new_password: password, keys }: NewPassword): Promise<PreparedPassword> {
    assertForm(user.tier, { new_password: password, ...(keys && { keys }) });
    return typeof password === 'string' || !keys
      ? this.prepareUce(user, String(password))
      : this.prepareE2e(user, password, keys);
  }

  /** Replaces verifier and slot. */
  async store(tx: Tx, { row, slot }: PreparedPassword, master: MasterKey | null): Promise<void> {
    await this.accounts.replacePassword(tx, row, slot(master));
  }

  private async prepareUce(user: UserEntity, password: string): Promise<PreparedPassword> {
    this.credentials.assertMayBeChosen(password, user.email, '#/new_password');
    const { userId } = user;
    const now = this.clock.now();
    const salt = this.credentials.newSalt();
    const kdf = kdfDefaults.server;
    const halves = await this.credentials.halves(password, salt, kdf, '#/new_password');
    const slotKey = halves.kek(userId, this.credentials.currentPepperId);
    const row = this.credentials.row(user, halves.authKey, now);
    halves.wipe();
    return {
      row,
      slot: (master) => master && sealSlot({ kind: 'password', userId, master, slotKey, now, password: { kdf, salt } }),
    };
  }

  private prepareE2e(user: UserEntity, authKey: Uint8Array, { kdf, slot }: NewKeys): PreparedPassword {
    const { userId, masterKeyId } = user;
    if (!masterKeyId) throw new Error('an e2e account without a master key');
    const { id, wrapped_master_key: wrapped } = slot;
    atGate('#/keys/slot/wrapped_master_key', () => checkPasswordSlot(wrapped, { tier: 'e2e', slotId: id }));
    const now = this.clock.now();
    const password = { kdf: { alg: 'argon2id', mKib: kdf.m_kib, t: kdf.t, p: 1 }, salt: kdf.salt } as const;
    const kept = slotRow({ id, kind: 'password', userId, wrapped, masterKeyId, now, password });
    return { row: this.credentials.row(user, authKey, now), slot: () => kept };
  }
}

/** @throws InvalidRequest for a new password in the form of the other tier */
export function assertForm(tier: TierName, { new_password: password, keys }: NewPassword): void {
  if (tier === 'e2e' && (typeof password === 'string' || !keys))
    throw wrongForm('yours is e2e: send an authentication key, and keys');
  if (tier === 'uce' && typeof password !== 'string')
    throw wrongForm('yours is uce: send the password itself, and no keys');
}

const wrongForm = (why: string) =>
  invalidRequest([{ pointer: '#/new_password', detail: `is for accounts of the other tier; ${why}` }]);
