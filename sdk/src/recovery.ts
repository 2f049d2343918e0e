import { assertPassword, assertTier, type ExistingAccount, type NewPassword } from './accounts.js';
import { type Schemas, unwrap } from './api.js';
import type { Connection } from './connection.js';
import { createE2ePassword } from './crypto/accounts.js';
import { toBase64url } from './crypto/bytes.js';
import type { MasterKey } from './crypto/master-key.js';
import { ready } from './crypto/primitives.js';
import { parseRecoveryCode, recoveryVerifier } from './crypto/recovery.js';
import { openE2eRecoverySlot } from './crypto/unlocking.js';
import { AnswerRefused } from './problems.js';
import { tokensOf } from './session.js';
import type { Tier } from './session-store.js';

/** A recovery code, as it was shown and in whatever case and spacing it was typed. */
export interface GivenCode {
  readonly tier: Tier;
  readonly email: string;
  readonly code: string;
}

/** How an account that was recovered goes on. */
export type RecoveredAccount = NewPassword & Pick<ExistingAccount, 'device' | 'pinned'>;

/** A code that was accepted: it is spent, and resets the password once within 15 minutes. */
export interface AcceptedCode {
  readonly token: string;
  /** e2e: the master key, opened with the code. */
  readonly keys?: { readonly userId: string; readonly master: MasterKey };
}

/**
 * Uses a recovery code. For e2e the code stays here: what is sent proves it, and it opens the master key of the answer.
 * @throws EnvelopeRefused `recovery-code` for what cannot be a code (e2e; nothing is sent then);
 *   DaybookProblem `auth/invalid-recovery-code`; AnswerRefused
 */
export async function useRecoveryCode({ once }: Connection, { tier, email, code }: GivenCode): Promise<AcceptedCode> {
  assertTier(tier);
  if (tier === 'uce') {
    const answer = unwrap(await once.POST('/api/v1/auth/verify-recovery-code', { body: { email, code } }));
    return { token: answer.recovery_token };
  }
  await ready();
  const verifier = toBase64url(recoveryVerifier(parseRecoveryCode(code)));
  const answer = unwrap(await once.POST('/api/v1/auth/verify-recovery-code', { body: { email, code: verifier } }));
  return { token: answer.recovery_token, keys: openedKeys(answer, code) };
}

/**
 * Sets a new password; the diary stays readable. Every session ends, and every API key is deleted.
 * @throws PasswordRefused; DaybookProblem `auth/invalid-recovery-token`
 */
export async function resetPassword(
  { once }: Connection,
  email: string,
  { token, keys }: AcceptedCode,
  next: NewPassword,
): Promise<void> {
  await assertPassword({ password: next.password, email });
  const made = keys ? await sealedAnew(keys, next) : { new_password: next.password };
  const body = { recovery_token: token, ...made };
  const tokens = tokensOf(unwrap(await once.POST('/api/v1/auth/reset-password', { body })));
  // The caller signs in, to get its keys and be known by its device: the session that came with the reset is not used.
  await once.POST('/api/v1/auth/logout', { headers: { authorization: `Bearer ${tokens.access_token}` } });
}

function openedKeys(answer: Schemas['RecoveryCodeAccepted'], code: string): NonNullable<AcceptedCode['keys']> {
  const { user_id: userId, slot_id: slotId, wrapped_master_key: wrapped } = answer;
  if (userId === undefined || slotId === undefined || wrapped === undefined) throw new AnswerRefused('keys');
  return { userId, master: openE2eRecoverySlot({ userId, slotId, code, wrapped }) };
}

async function sealedAnew({ userId, master }: NonNullable<AcceptedCode['keys']>, next: NewPassword) {
  const { password, kdf, slot } = await createE2ePassword({ ...next, userId, master });
  return { new_password: password, keys: { kdf, slot } };
}
