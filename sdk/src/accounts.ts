import { type Schemas, unwrap } from './api.js';
import type { Connection } from './connection.js';
import { createE2eAccount } from './crypto/accounts.js';
import { fromBase64url, toBase64url, wipe } from './crypto/bytes.js';
import type { Identity } from './crypto/identity.js';
import { createId } from './crypto/ids.js';
import type { KdfParameters } from './crypto/kdf.js';
import type { MasterKey } from './crypto/master-key.js';
import type { Argon2id } from './crypto/passwords.js';
import { sha256 } from './crypto/primitives.js';
import { e2eAuthKey, unlockE2eAccount } from './crypto/unlocking.js';
import type { E2eSignUp, WireKeys } from './crypto/wire.js';
import { AnswerRefused, PasswordRefused } from './problems.js';
import { expiryOf, tokensOf } from './session.js';
import { fromPinned, type PinnedKeyLog, type SessionRecord, type Tier, toPinned } from './session-store.js';

/**
 * Where a sign-in happens; shown to the user in the list of sessions. With a `public_key` (`newDeviceKeys`) the key comes into
 * the signed key log.
 */
export type Device = NonNullable<Schemas['Login']['device']>;

/** What both sign-up and sign-in are told. */
export interface Credentials {
  readonly email: string;
  /** The password as the user typed it. For e2e it never leaves this client. */
  readonly password: string;
  /** Chosen by the user or kept by the app: a server is never asked for it. */
  readonly tier: Tier;
  readonly device?: Device;
  /** e2e: Argon2id; libsodium's unless given, which blocks its thread for about a second. */
  readonly argon2?: Argon2id;
}

/** What a new account is made of. */
export interface NewAccount extends Credentials {
  /** e2e: how hard the password is to guess; 256 MiB and 3 passes unless given. */
  readonly kdf?: KdfParameters;
}

/** A password that is to take the place of another. */
export type NewPassword = Pick<NewAccount, 'password' | 'kdf' | 'argon2'>;

/** What an account is opened with. */
export interface ExistingAccount extends Credentials {
  /** e2e: `keyLogHead` of an earlier client. The sign-in is refused when the server shows another past. */
  readonly pinned?: PinnedKeyLog;
}

/** A user who is signed in now. */
export interface SignedIn {
  readonly record: SessionRecord;
  /** e2e. */
  readonly master?: MasterKey;
}

/**
 * Makes an account. For e2e, all keys are made here and sent wrapped.
 * @returns also ten recovery codes, to be shown once
 * @throws PasswordRefused for a password that may not be chosen; DaybookProblem, e.g. `auth/email-taken`; EnvelopeRefused `kdf`
 */
export async function signUp(
  connection: Connection,
  account: NewAccount,
): Promise<SignedIn & { readonly recoveryCodes: readonly string[] }> {
  assertTier(account.tier);
  await assertPassword(account);
  return account.tier === 'e2e' ? signUpE2e(connection, account) : signUpUce(connection, account);
}

/**
 * Opens an account. For e2e the password stays here, the wrapped keys of the answer are opened, and the signed identity
 * among them verified.
 * @throws DaybookProblem `auth/invalid-credentials` for a wrong address, password or tier alike; EnvelopeRefused `kdf` when
 *   the server asks for less than the floor, before anything is sent; AnswerRefused
 */
export async function signIn(connection: Connection, account: ExistingAccount): Promise<SignedIn> {
  assertTier(account.tier);
  return account.tier === 'e2e' ? signInE2e(connection, account) : signInUce(connection, account);
}

/** The list of common passwords is large, so it is loaded where a password is chosen, and nowhere else. */
export async function assertPassword({ password, email }: Pick<NewAccount, 'password' | 'email'>): Promise<void> {
  const { passwordFault } = await import('./passwords/index.js');
  const fault = passwordFault(password, email);
  if (fault) throw new PasswordRefused(fault);
}

/** Without types, a tier that is forgotten must not become the one in which the password is sent. */
export function assertTier(tier: unknown): void {
  if (tier !== 'uce' && tier !== 'e2e') throw new RangeError('say the tier: "uce" or "e2e"');
}

async function signUpUce(connection: Connection, { email, password, device }: NewAccount) {
  const askedAt = connection.around.now();
  const body = { tier: 'uce' as const, email, password, ...(device && { device }) };
  const answer = unwrap(await connection.once.POST('/api/v1/auth/signup', { body }));
  return {
    record: recordOf(connection, 'uce', answer, { askedAt, device }),
    recoveryCodes: answer.recovery_codes ?? [],
  };
}

async function signUpE2e(connection: Connection, { device, ...account }: NewAccount) {
  const { signUp: sent, recoveryCodes, master, identity } = await createE2eAccount({ ...account, userId: createId() });
  wipeIdentity(identity);
  const askedAt = connection.around.now();
  const body = { ...mutable(sent), email: account.email, ...(device && { device }) };
  const answer = unwrap(await connection.once.POST('/api/v1/auth/signup', { body }));
  if (answer.user.id !== sent.user_id) throw new AnswerRefused('user');
  const key_log_head = { n: 1, hash: toBase64url(sha256(fromBase64url(sent.keys.identity))) };
  const [receiving_key, signing_key] = sent.keys.private_keys;
  const record = {
    ...recordOf(connection, 'e2e', answer, { askedAt, device }),
    key_log_head,
    receiving_key,
    signing_key,
  };
  return { record, master, recoveryCodes };
}

async function signInUce(connection: Connection, { email, password, device }: ExistingAccount): Promise<SignedIn> {
  const askedAt = connection.around.now();
  const body = { tier: 'uce' as const, email, password, ...(device && { device }) };
  const answer = unwrap(await connection.once.POST('/api/v1/auth/login', { body }));
  return { record: recordOf(connection, 'uce', answer, { askedAt, device }) };
}

async function signInE2e(connection: Connection, account: ExistingAccount): Promise<SignedIn> {
  const { email, device, argon2, pinned } = account;
  const { kdf } = unwrap(await connection.repeating.POST('/api/v1/auth/prelogin', { body: { email } }));
  const { authKey, root } = await e2eAuthKey(account.password, kdf, argon2);
  try {
    const askedAt = connection.around.now();
    const body = { tier: 'e2e' as const, email, password: toBase64url(authKey), ...(device && { device }) };
    const answer = unwrap(await connection.once.POST('/api/v1/auth/login', { body }));
    const record = recordOf(connection, 'e2e', answer, { askedAt, device });
    const keys = keysOf(answer);
    const head = pinned && fromPinned(pinned);
    const keyLog = await keyLogOf(connection, record);
    const unlocked = { userId: record.user.id, kdf, keys, root, keyLog, ...(head && { pinned: head }) };
    const opened = await unlockE2eAccount(unlocked);
    wipe(opened.authKey);
    wipeIdentity(opened.identity);
    const [receiving_key, signing_key] = keys.private_keys;
    const kept = { key_log_head: toPinned(opened.head), receiving_key, signing_key };
    return { record: { ...record, ...kept }, master: opened.master };
  } finally {
    wipe(authKey, root);
  }
}

/** @throws AnswerRefused when the account is of another tier than the caller's */
function recordOf(
  { url }: Connection,
  tier: Tier,
  answer: Schemas['SignedUp'],
  sent: { readonly askedAt: number; readonly device: Device | undefined },
): SessionRecord {
  const { user, device } = answer;
  if (user.tier !== tier) throw new AnswerRefused('tier');
  const tokens = tokensOf(answer);
  const publicKey = sent.device?.public_key;
  const at = device && { device: { id: device.id, ...(publicKey !== undefined && { public_key: publicKey }) } };
  return { url, tier, user, tokens, expires_at: expiryOf(tokens, sent.askedAt), ...at };
}

/** All statements of the key log, oldest first: what the keys of the answer have to agree with. */
async function keyLogOf({ repeating }: Connection, { tokens }: SessionRecord): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${tokens.access_token}` };
  const { data } = unwrap(await repeating.GET('/api/v1/auth/keys/log', { headers }));
  return data.map(({ statement }) => statement);
}

function keysOf({ keys }: Schemas['SignedIn']): WireKeys {
  const [receiving, signing] = keys?.private_keys ?? [];
  if (!keys || receiving === undefined || signing === undefined) throw new AnswerRefused('keys');
  return { ...keys, private_keys: [receiving, signing] };
}

/** The record has the key for signing wrapped (devices.ts), and nothing here receives yet: neither is kept open. */
function wipeIdentity({ x25519, ed25519 }: Identity): void {
  wipe(x25519.privateKey, ed25519.seed);
}

/** The generated types know no read-only lists. */
function mutable({ keys, recovery, ...rest }: E2eSignUp) {
  const [receiving, signing] = keys.private_keys;
  const private_keys: [string, string] = [receiving, signing];
  return { ...rest, keys: { ...keys, private_keys }, recovery: [...recovery] };
}
