import {
  equalBytes,
  hmacSha256,
  type KdfParameters,
  normalizePassword,
  passwordAuthKey,
  passwordKek,
  passwordRoot,
  pepperPrefixes,
  randomBytes,
  utf8,
  uuidToBytes,
  wipe,
} from '@daybook/sdk/crypto';
import { passwordFault, passwordFaultDetails } from '@daybook/sdk/passwords';
import { Injectable } from '@nestjs/common';
import { atGate } from '../../../platform/http/gate.js';
import { invalidRequest } from '../../../platform/http/invalid-request.js';
import type { UserId } from '../../../platform/ids.js';
import { Argon2Pool } from '../../../platform/passwords/argon2-pool.js';
import { Secrets } from '../../../platform/secrets/keyring.js';
import type { SlotKey } from '../keys/slots.js';
import type { PasswordEntity } from './password.entity.js';
import type { UserEntity } from './user.entity.js';

const SALT_BYTES = 16;

/** What one Argon2id run over a password gives: the half that proves it, and the half that opens. */
export interface PasswordHalves {
  readonly authKey: Uint8Array;
  /** The key-encryption key under the pepper named `pepperId`. */
  kek(userId: UserId, pepperId: string): SlotKey;
  wipe(): void;
}

/** Passwords of people who sign in here, as keys (docs/crypto.md, Keys). */
@Injectable()
export class Credentials {
  constructor(
    private readonly argon2: Argon2Pool,
    private readonly secrets: Secrets,
  ) {}

  /** @throws InvalidRequest, which says why, for a password that may not be chosen for an account with that address */
  assertMayBeChosen(password: string, email: string, pointer: string): void {
    const fault = passwordFault(password, email);
    if (fault) throw invalidRequest([{ pointer, detail: passwordFaultDetails[fault] }]);
  }

  newSalt(): Uint8Array {
    return randomBytes(SALT_BYTES);
  }

  get currentPepperId(): string {
    return this.secrets.passwordPeppers.current.id;
  }

  /** One Argon2id run. @param pointer the field that the password came in */
  async halves(password: string, salt: Uint8Array, kdf: KdfParameters, pointer: string): Promise<PasswordHalves> {
    const bytes = atGate(pointer, () => normalizePassword(password));
    const root = await passwordRoot(bytes, salt, kdf, (...run) => this.argon2.derive(...run));
    const peppers = this.secrets.passwordPeppers;
    return {
      authKey: passwordAuthKey(root),
      kek: (userId, pepperId) => {
        const pepper = hmacSha256(peppers.get(pepperId).key, utf8(pepperPrefixes.kek), uuidToBytes(userId));
        return { key: passwordKek(root, pepper), pepperId };
      },
      wipe: () => wipe(root, bytes),
    };
  }

  /** What is kept of an authentication key. */
  row({ userId, tier }: Pick<UserEntity, 'userId' | 'tier'>, authKey: Uint8Array, changedAt: Date): PasswordEntity {
    const { id, key } = this.secrets.passwordPeppers.current;
    return { userId, tier, verifier: verifierOf(authKey, key), pepperId: id, changedAt };
  }

  /** Whether `authKey` is the one kept. Costs one HMAC, also where nothing is kept. */
  matches(kept: PasswordEntity | null, authKey: Uint8Array): boolean {
    const peppers = this.secrets.passwordPeppers;
    const { key } = kept ? peppers.get(kept.pepperId) : peppers.current;
    const isEqual = equalBytes(verifierOf(authKey, key), kept?.verifier ?? new Uint8Array(32));
    return kept !== null && isEqual;
  }

  /** The salt that an address without an e2e account is answered: always the same, and like any other. */
  believableSalt(email: string): Uint8Array {
    // The oldest: a new pepper in front of it must not change what addresses without an account are answered.
    const { key } = this.secrets.passwordPeppers.oldest;
    return hmacSha256(key, utf8(pepperPrefixes.prelogin), utf8(email)).slice(0, SALT_BYTES);
  }
}

const verifierOf = (authKey: Uint8Array, pepper: Uint8Array) =>
  hmacSha256(pepper, utf8(pepperPrefixes.verify), authKey);
