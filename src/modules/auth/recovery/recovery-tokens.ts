import { hkdf, labels, type MasterKey, randomBytes } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock.js';
import { newId, type UserId } from '../../../platform/ids.js';
import { Secrets } from '../../../platform/secrets/keyring.js';
import { SlotId } from '../auth.schema.js';
import { recoveryTokens } from '../keys/secret-token.js';
import type { SlotEntity } from '../keys/slot.entity.js';
import { openSlot, sealSlot } from '../keys/slots.js';

export const RECOVERY_TTL_MS = 15 * 60 * 1000;
const SECRET_BYTES = 32;

interface ResetSlot {
  readonly userId: UserId;
  readonly id: SlotId;
  readonly secret: Uint8Array;
  readonly master: MasterKey;
}

/** Tokens that reset a password, and the slot that such a token opens in the uce tier. */
@Injectable()
export class RecoveryTokens {
  constructor(
    private readonly secrets: Secrets,
    private readonly clock: Clock,
  ) {}

  make(userId: UserId) {
    const id = newId<SlotId>();
    const secret = randomBytes(SECRET_BYTES);
    return { id, secret, token: recoveryTokens.write({ userId, id, secret }, this.secrets.sessionPeppers) };
  }

  /** The token's parts; undefined for what this server has not issued. */
  read(token: string) {
    const read = recoveryTokens.read(token, this.secrets.sessionPeppers);
    return read && { ...read, id: SlotId.parse(read.id) };
  }

  sealSlot({ userId, id, secret, master }: ResetSlot): SlotEntity {
    const { id: pepperId } = this.secrets.sessionPeppers.current;
    const slotKey = { key: this.key(secret, pepperId), pepperId };
    return sealSlot({
      id,
      kind: 'reset',
      userId,
      master,
      slotKey,
      now: this.clock.now(),
      expiresAt: this.clock.in(RECOVERY_TTL_MS),
    });
  }

  /** @throws EnvelopeRefused when `secret` is not the slot's */
  openSlot(slot: SlotEntity, secret: Uint8Array): MasterKey {
    if (slot.pepperId === null) throw new Error('a reset slot without a pepper');
    return openSlot('reset', slot, this.key(secret, slot.pepperId));
  }

  private key(secret: Uint8Array, pepperId: string): Uint8Array {
    return hkdf(secret, labels.reset, this.secrets.sessionPeppers.get(pepperId).key);
  }
}
