import { toBase64url, wipe } from './bytes.js';
import { createId } from './ids.js';
import { createIdentity, wrapIdentityKey, type Identity } from './identity.js';
import { kdfDefaults, kdfSaltBytes, type KdfParameters } from './kdf.js';
import { signIdentityStatement } from './key-log.js';
import { MasterKey } from './master-key.js';
import { passwordAuthKey, passwordKek, passwordRoot, sodiumArgon2id, type Argon2id } from './passwords.js';
import { randomBytes, ready } from './primitives.js';
import { createRecoveryCode, parseRecoveryCode, recoveryKek, recoveryVerifier } from './recovery.js';
import { Field, slotField, Suite } from './registry.js';
import { wrapMasterKey } from './slots.js';
import { toWireKdf, type E2eSignUp, type WireKdf, type WireKeys, type WireRecovery } from './wire.js';

const tier = 'e2e';
const recoveryCodeCount = 10;

/** A password as a client puts it to use: what it signs in with, and the slot that the password opens. */
export interface E2ePassword {
  /** The auth key, base64url: goes into the `password` (or `new_password`) field. */
  readonly password: string;
  readonly kdf: WireKdf;
  readonly slot: WireKeys['slot'];
}

/** Ten recovery codes: what to send, and what to show once. */
export interface E2eRecovery {
  readonly recovery: readonly WireRecovery[];
  readonly recoveryCodes: readonly string[];
}

/** A new e2e account: what to send, what to show once, and the keys to go on with. */
export interface NewE2eAccount {
  readonly signUp: E2eSignUp;
  readonly recoveryCodes: readonly string[];
  readonly master: MasterKey;
  readonly identity: Identity;
}

/**
 * Makes everything that an e2e account begins with (docs/crypto.md, e2e sign-up). The password and the codes stay here.
 * @param input `kdf`: 256 MiB and 3 passes unless given; `now`: milliseconds since 1970, in the ids and the key log
 * @throws EnvelopeRefused `kdf`, `password`, `uuid`
 */
export async function createE2eAccount(input: {
  readonly userId: string;
  readonly email?: string;
  readonly password: string;
  readonly kdf?: KdfParameters;
  readonly argon2?: Argon2id;
  readonly now?: number;
}): Promise<NewE2eAccount> {
  await ready();
  const { userId, email, now = Date.now() } = input;
  const master = MasterKey.create();
  const identity = createIdentity();
  const { password, kdf, slot } = await createE2ePassword({ ...input, master });
  const { recovery, recoveryCodes } = createE2eRecovery({ userId, master, now });
  const keys = { master_key_id: toBase64url(master.id), slot, ...publishIdentity(userId, master, identity, now) };
  const address = email === undefined ? {} : { email };
  const signUp: E2eSignUp = { user_id: userId, ...address, tier, auth: 1, password, kdf, keys, recovery };
  return { signUp, recoveryCodes, master, identity };
}

/**
 * A new password for an e2e account's master key, with a fresh salt and slot: at sign-up, when it is changed, and after
 * a recovery.
 * @throws EnvelopeRefused `kdf`, `password`, `uuid`
 */
export async function createE2ePassword(input: {
  readonly userId: string;
  readonly master: MasterKey;
  readonly password: string;
  readonly kdf?: KdfParameters;
  readonly argon2?: Argon2id;
  readonly now?: number;
}): Promise<E2ePassword> {
  const { userId, master, kdf = kdfDefaults.client, argon2 = sodiumArgon2id, now = Date.now() } = input;
  await ready();
  const salt = randomBytes(kdfSaltBytes);
  const root = await passwordRoot(input.password, salt, kdf, argon2);
  const authKey = passwordAuthKey(root);
  const key = passwordKek(root);
  const slotId = createId(now);
  const wrapped = wrapMasterKey({ tier, userId, field: slotField.password, slotId, key, kdf, master });
  const password = toBase64url(authKey);
  wipe(root, authKey, key);
  return { password, kdf: toWireKdf(kdf, salt), slot: { id: slotId, wrapped_master_key: toBase64url(wrapped) } };
}

/**
 * Ten new recovery codes for an e2e account's master key, at sign-up and when a fresh set is asked for.
 * @throws EnvelopeRefused `uuid`
 */
export function createE2eRecovery(input: {
  readonly userId: string;
  readonly master: MasterKey;
  readonly now?: number;
}): E2eRecovery {
  const recoveryCodes = Array.from({ length: recoveryCodeCount }, () => createRecoveryCode());
  return { recovery: recoveryCodes.map((code) => recoveryOf(code, input)), recoveryCodes };
}

function recoveryOf(
  shown: string,
  { userId, master, now = Date.now() }: Parameters<typeof createE2eRecovery>[0],
): WireRecovery {
  const code = parseRecoveryCode(shown);
  const key = recoveryKek(code);
  const slotId = createId(now);
  const wrapped = wrapMasterKey({ tier, userId, field: slotField.recovery, slotId, key, master });
  wipe(key);
  return { id: slotId, verifier: toBase64url(recoveryVerifier(code)), wrapped_master_key: toBase64url(wrapped) };
}

function publishIdentity(
  userId: string,
  master: MasterKey,
  { x25519, ed25519 }: Identity,
  atMs: number,
): Pick<WireKeys, 'identity' | 'private_keys'> {
  const statement = signIdentityStatement({
    signer: ed25519,
    userId,
    n: 1,
    atMs,
    prev: new Uint8Array(32),
    body: { ed25519: ed25519.publicKey, x25519: x25519.publicKey, tier, minSuite: Suite.sealedBox },
  });
  const place = { tier, master, userId } as const;
  const receiving = wrapIdentityKey({ ...place, field: Field.x25519, privateKey: x25519.privateKey });
  const signing = wrapIdentityKey({ ...place, field: Field.ed25519, privateKey: ed25519.seed });
  return { identity: toBase64url(statement), private_keys: [toBase64url(receiving), toBase64url(signing)] };
}
