import { type KdfParameters, type MasterKey, slotField, unwrapMasterKey, wrapMasterKey } from '@daybook/sdk/crypto';
import { newId } from '../../../platform/ids.js';
import type { UserId } from '../../../platform/ids.js';
import type { SessionId, SlotId } from '../auth.schema.js';
import type { TierName } from '../../tiers/tiers.schema.js';
import type { SlotEntity, SlotKind } from './slot.entity.js';

/** A key derived from the secret that opens a slot, and the pepper that went into it. */
export interface SlotKey {
  readonly key: Uint8Array;
  readonly pepperId?: string;
}

export interface SessionSlot {
  readonly sessionId: SessionId;
  readonly expiresAt: Date;
}

interface NewSlot {
  readonly id?: SlotId;
  readonly kind: Exclude<SlotKind, 'grace'>;
  readonly userId: UserId;
  readonly master: MasterKey;
  readonly slotKey: SlotKey;
  readonly now: Date;
  readonly session?: SessionSlot;
  readonly expiresAt?: Date;
  readonly password?: { readonly kdf: KdfParameters; readonly salt: Uint8Array };
}

const fieldOf = (kind: Exclude<SlotKind, 'grace'>) => slotField[kind === 'api_key' ? 'apiKey' : kind];

const uce: TierName = 'uce';

/** Wraps the master key of a uce account in a new slot. */
export function sealSlot({ id = newId(), kind, userId, master, slotKey, ...rest }: NewSlot): SlotEntity {
  const { password } = rest;
  const place = { tier: uce, userId, field: fieldOf(kind), slotId: id, key: slotKey.key };
  const wrapped = wrapMasterKey({ ...place, master, ...(password && { kdf: password.kdf }) });
  return slotRow({ id, kind, userId, wrapped, masterKeyId: master.id, pepperId: slotKey.pepperId, ...rest });
}

/** What is needed of a slot to open it. */
export type Openable = Pick<SlotEntity, 'id' | 'userId' | 'masterKeyId' | 'wrapped'> & {
  readonly kdf?: KdfParameters;
};

/** @throws EnvelopeRefused when `key` is not the slot's */
export function openSlot(kind: Exclude<SlotKind, 'grace'>, slot: Openable, key: Uint8Array): MasterKey {
  const { id: slotId, userId, masterKeyId, wrapped, kdf } = slot;
  const place = { tier: uce, userId, field: fieldOf(kind), slotId, key };
  return unwrapMasterKey({ ...place, wrapped, masterKeyId, ...(kdf && { kdf }) });
}

interface SlotParts {
  readonly id: SlotId;
  readonly kind: SlotKind;
  readonly userId: UserId;
  readonly wrapped: Uint8Array;
  readonly masterKeyId: Uint8Array;
  readonly now: Date;
  readonly session?: SessionSlot | undefined;
  readonly expiresAt?: Date | undefined;
  readonly password?: { readonly kdf: KdfParameters; readonly salt: Uint8Array } | undefined;
  readonly pepperId?: string | undefined;
}

/** The row of a slot, whoever sealed it. */
export const slotRow = ({
  id,
  kind,
  userId,
  wrapped,
  masterKeyId,
  now,
  session,
  password,
  pepperId,
  expiresAt,
}: SlotParts): SlotEntity => ({
  userId,
  id,
  kind,
  sessionId: session?.sessionId ?? null,
  pepperId: pepperId ?? null,
  kdfMKib: password?.kdf.mKib ?? null,
  kdfT: password?.kdf.t ?? null,
  salt: password?.salt ?? null,
  masterKeyId,
  wrapped,
  createdAt: now,
  lastUsedAt: now,
  expiresAt: session?.expiresAt ?? expiresAt ?? null,
});
