import {
  hkdf,
  labels,
  type MasterKey,
  openSlot as openSecret,
  sealSlot as sealSecret,
  slotField,
} from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { newId, type UserId } from '../../../platform/ids.js';
import { Secrets } from '../../../platform/secrets/keyring.js';
import type { SlotId } from '../auth.schema.js';
import type { TierName } from '../../tiers/tiers.schema.js';
import type { SlotEntity } from '../keys/slot.entity.js';
import { type Openable, openSlot, sealSlot, type SessionSlot, slotRow } from '../keys/slots.js';

interface OfSession extends SessionSlot {
  readonly userId: UserId;
  readonly now: Date;
}

/** Whose session: its tier is in the envelope of a grace slot. */
interface Owner {
  readonly userId: UserId;
  readonly tier: TierName;
  /** Names the key in the envelope; sixteen zeros for an account that has none. */
  readonly masterKeyId: Uint8Array;
}

type Label = typeof labels.refresh | typeof labels.access | typeof labels.grace;

/** The slots that a session secret opens, each under its own derivation and the session pepper (docs/crypto.md, Sessions). */
@Injectable()
export class SessionSlots {
  constructor(private readonly secrets: Secrets) {}

  seal(
    kind: 'refresh' | 'access',
    secret: Uint8Array,
    master: MasterKey,
    { userId, now, ...session }: OfSession,
  ): SlotEntity {
    const { id: pepperId } = this.secrets.sessionPeppers.current;
    return sealSlot({
      kind,
      userId,
      master,
      now,
      session,
      slotKey: { key: this.key(secret, labels[kind], pepperId), pepperId },
    });
  }

  /** Whether the pepper of a slot is still there: without it nothing opens the slot, and its session has ended. */
  canOpen(pepperId: string | null): boolean {
    return pepperId !== null && this.secrets.sessionPeppers.has(pepperId);
  }

  /** @throws EnvelopeRefused when `secret` is not the slot's */
  open(
    kind: 'refresh' | 'access',
    slot: Openable & { readonly pepperId: string | null },
    secret: Uint8Array,
  ): MasterKey {
    return openSlot(kind, slot, this.key(secret, labels[kind], slot.pepperId));
  }

  /** Keeps the next refresh secret under the one that was just used, in either tier. */
  sealSuccessor(
    used: Uint8Array,
    successor: Uint8Array,
    owner: Owner,
    { now, ...session }: Omit<OfSession, 'userId'>,
  ): SlotEntity {
    const { userId, tier, masterKeyId } = owner;
    const { id: pepperId } = this.secrets.sessionPeppers.current;
    const id = newId<SlotId>();
    const place = { tier, userId, field: slotField.grace, slotId: id, key: this.key(used, labels.grace, pepperId) };
    const wrapped = sealSecret({ ...place, secretKeyId: masterKeyId, secret: successor });
    return slotRow({ id, kind: 'grace', userId, wrapped, masterKeyId, now, session, pepperId });
  }

  /** @throws EnvelopeRefused when `used` is not the secret before this one */
  openSuccessor({ id: slotId, wrapped, pepperId }: SlotEntity, used: Uint8Array, { userId, tier }: Owner): Uint8Array {
    const key = this.key(used, labels.grace, pepperId);
    return openSecret({ tier, userId, field: slotField.grace, slotId, key, wrapped }).key;
  }

  private key(secret: Uint8Array, label: Label, pepperId: string | null): Uint8Array {
    if (pepperId === null) throw new Error('a session slot without a pepper');
    return hkdf(secret, label, this.secrets.sessionPeppers.get(pepperId).key);
  }
}
