import { equalBytes, uuidToBytes, wipe } from './bytes.js';
import { openIdAndKey, sealIdAndKey, type Expected } from './envelope.js';
import { refuseUnless } from './errors.js';
import type { KdfParameters } from './kdf.js';
import { MasterKey } from './master-key.js';
import { Kind, ObjectType, slotField, type SlotField, type Tier } from './registry.js';

/** Which slot it is and the key that opens it. */
export interface SlotPlace {
  readonly tier: Tier;
  readonly userId: string;
  /** One of `slotField`: `password` makes a slot of kind 5, every other one of kind 6. */
  readonly field: SlotField;
  /** A UUID: object id and key id at once. */
  readonly slotId: string;
  /** 32 bytes, derived from the slot's secret under the label of its field. */
  readonly key: Uint8Array;
  /** Of a password slot, and only there: what the password root was made with. */
  readonly kdf?: KdfParameters;
}

/**
 * Seals one 32-byte secret in a slot (kinds 5 and 6); 144 bytes. The secret is the master key, in a grace slot the next
 * refresh secret R′.
 * @param input `secretKeyId`: the master key's id, 16 bytes, in grace slots too
 * @throws EnvelopeRefused `uuid`, `kdf`; RangeError for a password slot without kdf, another slot with one
 */
export function sealSlot(
  input: SlotPlace & { readonly secretKeyId: Uint8Array; readonly secret: Uint8Array },
): Uint8Array {
  return sealIdAndKey(expectedSlot(input), input.secretKeyId, input.secret);
}

/**
 * What `sealSlot` sealed: `id` the master key's, `key` the secret.
 * @throws EnvelopeRefused as `openEnvelope`, and `length`; a wrong key (password, code, token) is `commitment`
 */
export function openSlot(input: SlotPlace & { readonly wrapped: Uint8Array }): { id: Uint8Array; key: Uint8Array } {
  return openIdAndKey(expectedSlot(input), input.wrapped);
}

/** `sealSlot` of a master key. @throws as `sealSlot` */
export function wrapMasterKey({ master, ...place }: SlotPlace & { readonly master: MasterKey }): Uint8Array {
  const secret = master.exportKey();
  const wrapped = sealSlot({ ...place, secretKeyId: master.id, secret });
  wipe(secret);
  return wrapped;
}

/**
 * `openSlot` of a master key.
 * @param input `masterKeyId`, when given, is the id that the opened key must have
 * @throws EnvelopeRefused as `openSlot`, and `key-id`; RangeError for a grace slot, which holds none
 */
export function unwrapMasterKey(
  input: SlotPlace & { readonly wrapped: Uint8Array; readonly masterKeyId?: Uint8Array },
): MasterKey {
  if (input.field === slotField.grace) throw new RangeError('a grace slot holds no master key');
  const { id, key } = openSlot(input);
  const master = MasterKey.from(id, key);
  wipe(key);
  const isExpected = input.masterKeyId === undefined || equalBytes(id, input.masterKeyId);
  if (!isExpected) master.wipe();
  refuseUnless(isExpected, 'key-id');
  return master;
}

function expectedSlot({ tier, userId, field, slotId, key, kdf }: SlotPlace): Expected {
  return {
    kind: field === slotField.password ? Kind.passwordSlot : Kind.otherSlot,
    tier,
    keyId: uuidToBytes(slotId),
    key,
    context: { userId, objectType: ObjectType.slot, objectId: slotId, field, ...(kdf && { kdf }) },
  };
}
