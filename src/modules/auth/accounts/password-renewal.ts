import { kdfDefaults, type KdfParameters, type MasterKey } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import type { Tx } from '../../../platform/database/database.js';
import { Unavailable } from '../../../platform/http/request.problems.js';
import type { SlotEntity } from '../keys/slot.entity.js';
import { sealSlot } from '../keys/slots.js';
import { AccountsRepository } from './accounts.repository.js';
import { Credentials, type PasswordHalves } from './credentials.js';
import type { PasswordEntity } from './password.entity.js';

/** The same password, kept under the current pepper and with today's parameters; what remains is to store it. */
export interface RenewedPassword {
  readonly row: PasswordEntity;
  /** Null in the e2e tier, whose slots know no pepper. */
  readonly slot: SlotEntity | null;
}

/** A password that was just right, with all that it opened. */
interface RightPassword {
  readonly typed: string;
  readonly kept: PasswordEntity;
  readonly slot: SlotEntity;
  readonly kdf: KdfParameters;
  readonly halves: PasswordHalves;
  readonly master: MasterKey;
}

/**
 * Moves what is kept of a password to the current pepper and to today's parameters, at the sign-in that has just shown it:
 * at no other time is there anything to move. Once everybody has signed in, an old pepper can be taken away.
 */
@Injectable()
export class PasswordRenewal {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly credentials: Credentials,
    private readonly clock: Clock,
  ) {}

  /** e2e: the verifier alone. Null when there is nothing to move. */
  ofAuthKey(kept: PasswordEntity, authKey: Uint8Array): RenewedPassword | null {
    return this.isCurrent(kept.pepperId) ? null : { row: this.row(kept, authKey), slot: null };
  }

  /**
   * uce: verifier and slot. Another Argon2id run only where the parameters have changed; when too many wait for one, it is
   * left for the next sign-in. Null when there is nothing to move.
   */
  async ofPassword(password: RightPassword): Promise<RenewedPassword | null> {
    const { kept, slot, kdf, halves } = password;
    if (!isOfToday(kdf)) return this.deriveAnew(password);
    if (this.isCurrent(kept.pepperId) && this.isCurrent(slot.pepperId)) return null;
    return this.seal(password, halves, { kdf, salt: slot.salt ?? new Uint8Array() });
  }

  /** In the transaction that begins the session, with the password's row locked: it is still the one that was compared. */
  async store(tx: Tx, { row, slot }: RenewedPassword): Promise<void> {
    await this.accounts.renewPassword(tx, row, slot);
  }

  private async deriveAnew(password: RightPassword): Promise<RenewedPassword | null> {
    const place = { kdf: kdfDefaults.server, salt: this.credentials.newSalt() };
    try {
      const halves = await this.credentials.halves(password.typed, place.salt, place.kdf, '#/password');
      const renewed = this.seal(password, halves, place);
      halves.wipe();
      return renewed;
    } catch (error) {
      if (error instanceof Unavailable) return null;
      throw error;
    }
  }

  private seal(
    { kept, slot, master }: RightPassword,
    halves: PasswordHalves,
    place: { kdf: KdfParameters; salt: Uint8Array },
  ): RenewedPassword {
    const { userId } = slot;
    const slotKey = halves.kek(userId, this.credentials.currentPepperId);
    const sealed = sealSlot({ kind: 'password', userId, master, slotKey, now: this.clock.now(), password: place });
    return { row: this.row(kept, halves.authKey), slot: sealed };
  }

  /** The password itself has not changed, and the time at which it did stays. */
  private row(kept: PasswordEntity, authKey: Uint8Array): PasswordEntity {
    return this.credentials.row(kept, authKey, kept.changedAt);
  }

  private isCurrent(pepperId: string | null): boolean {
    return pepperId === this.credentials.currentPepperId;
  }
}

const isOfToday = ({ mKib, t }: KdfParameters) => mKib === kdfDefaults.server.mKib && t === kdfDefaults.server.t;
