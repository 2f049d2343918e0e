import { equalBytes, fromBase64url, wipe } from './bytes.js';
import { refuseUnless } from './errors.js';
import { identityFrom, unwrapIdentityKey, type Identity } from './identity.js';
import type { KdfParameters } from './kdf.js';
import { verifyKeyLog, type KeyLogHead, type VerifiedKeyLog } from './key-log.js';
import type { MasterKey } from './master-key.js';
import { passwordAuthKey, passwordKek, passwordRoot, sodiumArgon2id, type Argon2id } from './passwords.js';
import { ready } from './primitives.js';
import { parseRecoveryCode, recoveryKek } from './recovery.js';
import { Field, slotField, StatementType } from './registry.js';
import { unwrapMasterKey } from './slots.js';
import { readStatement } from './statements.js';
import { fromWireKdf, type WireKdf, type WireKeys } from './wire.js';

const tier = 'e2e';

/** Both halves that one Argon2id run gives; wipe both when done. */
export interface E2eSignIn {
  /** 32 bytes; sent as base64url in the `password` field. */
  readonly authKey: Uint8Array;
  /** 32 bytes; `unlockE2eAccount` takes it once the server has sent the keys. */
  readonly root: Uint8Array;
}

/** What an e2e account is opened with; `kdf`, `keys` and `keyLog` as the server sent them. */
export type E2eUnlock = {
  readonly userId: string;
  readonly kdf: WireKdf;
  readonly keys: WireKeys;
  /** All statements, oldest first; needed once there is more in it than the first identity. */
  readonly keyLog?: readonly string[];
  /** The head that was kept from an earlier unlocking. */
  readonly pinned?: KeyLogHead;
  readonly argon2?: Argon2id;
} & ({ readonly password: string } | { readonly root: Uint8Array });

/** An e2e account that was opened. */
export interface UnlockedE2eAccount {
  readonly authKey: Uint8Array;
  readonly master: MasterKey;
  readonly identity: Identity;
  /** The head of the key log: keep it, and give it as `pinned` the next time. */
  readonly head: KeyLogHead;
}

/**
 * The first half of a sign-in, before the server has sent any key.
 * @param kdf as `/prelogin` answers it
 * @throws EnvelopeRefused `kdf`, `password`, `base64url`, before any work
 */
export async function e2eAuthKey(
  password: string,
  kdf: WireKdf,
  argon2: Argon2id = sodiumArgon2id,
): Promise<E2eSignIn> {
  const read = fromWireKdf(kdf);
  const root = await passwordRoot(password, read.salt, read.kdf, argon2);
  return { authKey: passwordAuthKey(root), root };
}

/**
 * Opens an e2e account with its password, or with the root that `e2eAuthKey` made of it (which stays the caller's).
 * @throws EnvelopeRefused `commitment` for a wrong password; `public-key` when the private keys are not those of the
 *   signed identity; as `unwrapMasterKey`, `unwrapIdentityKey` and `verifyKeyLog`
 */
export async function unlockE2eAccount(input: E2eUnlock): Promise<UnlockedE2eAccount> {
  await ready();
  const { userId, keys } = input;
  const { kdf, salt } = fromWireKdf(input.kdf);
  const published = verifyPublished(input);
  const root = 'root' in input ? input.root.slice() : await passwordRoot(input.password, salt, kdf, input.argon2);
  try {
    const master = openPasswordSlot(userId, keys, kdf, root);
    const identity = openIdentity(userId, keys, master, published);
    return { authKey: passwordAuthKey(root), master, identity, head: published.head };
  } finally {
    wipe(root);
  }
}

/**
 * The master key from a recovery code, as the user typed it, and the slot that the server answered.
 * @throws EnvelopeRefused `recovery-code`; as `unwrapMasterKey`
 */
export function openE2eRecoverySlot(input: {
  readonly userId: string;
  readonly slotId: string;
  readonly code: string;
  /** The slot's `wrapped_master_key`, base64url. */
  readonly wrapped: string;
}): MasterKey {
  const { userId, slotId, code, wrapped } = input;
  const key = recoveryKek(parseRecoveryCode(code));
  try {
    return unwrapMasterKey({
      tier,
      userId,
      field: slotField.recovery,
      slotId,
      key,
      wrapped: fromBase64url(wrapped),
    });
  } finally {
    wipe(key);
  }
}

function verifyPublished({ userId, keys, keyLog = [keys.identity], pinned }: E2eUnlock): VerifiedKeyLog {
  const statements = keyLog.map(fromBase64url);
  const published = verifyKeyLog(statements, userId, pinned);
  const identity = statements.findLast((statement) => readStatement(statement).type === StatementType.identity);
  refuseUnless(equalBytes(identity ?? new Uint8Array(), fromBase64url(keys.identity)), 'statement-order');
  refuseUnless(published.identity.tier === tier, 'tier');
  return published;
}

function openPasswordSlot(userId: string, keys: WireKeys, kdf: KdfParameters, root: Uint8Array): MasterKey {
  const key = passwordKek(root);
  try {
    return unwrapMasterKey({
      tier,
      userId,
      field: slotField.password,
      slotId: keys.slot.id,
      key,
      kdf,
      wrapped: fromBase64url(keys.slot.wrapped_master_key),
      masterKeyId: fromBase64url(keys.master_key_id),
    });
  } finally {
    wipe(key);
  }
}

function openIdentity(userId: string, keys: WireKeys, master: MasterKey, published: VerifiedKeyLog): Identity {
  const [receiving, signing] = keys.private_keys;
  const place = { tier, master, userId } as const;
  const identity = identityFrom(
    unwrapIdentityKey({ ...place, field: Field.x25519, wrapped: fromBase64url(receiving) }),
    unwrapIdentityKey({ ...place, field: Field.ed25519, wrapped: fromBase64url(signing) }),
  );
  const isPublished =
    equalBytes(identity.x25519.publicKey, published.identity.x25519) &&
    equalBytes(identity.ed25519.publicKey, published.identity.ed25519);
  refuseUnless(isPublished, 'public-key');
  return identity;
}
