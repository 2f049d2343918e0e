import { z } from 'zod';
import { bytes } from '../../../platform/http/wire.js';
import { Kdf, Mode, SLOT_BYTES, SlotId, TokensUnlessCookies, UcePassword } from '../auth.schema.js';
import { resetAnswerExamples } from '../recovery/examples.js';
import { passwordChangedExamples } from './answer-examples.js';

/** A new password of an e2e account: the client made keys from it, and put the same master key into a new slot. */
const NewKeys = z
  .strictObject({
    kdf: Kdf,
    slot: z.strictObject({ id: SlotId, wrapped_master_key: bytes(SLOT_BYTES) }),
  })
  .describe('e2e: how the new authentication key was made, and the slot that the new password opens');
export type NewKeys = z.infer<typeof NewKeys>;

const authKey = bytes(32).describe('e2e: the authentication key, never the password');

const uceNew = { new_password: UcePassword };
const e2eNew = { new_password: authKey, keys: NewKeys };

export const PasswordChange = z
  .union([
    z.strictObject({ current_password: z.string().min(1).max(1_024), ...uceNew }),
    z.strictObject({ current_password: authKey, ...e2eNew }),
  ])
  .meta({ id: 'PasswordChange' });
export type PasswordChange = z.infer<typeof PasswordChange>;

const recovered = { recovery_token: z.string().min(1).max(500), mode: Mode.optional() };
export const PasswordReset = z
  .union([z.strictObject({ ...recovered, ...uceNew }), z.strictObject({ ...recovered, ...e2eNew })])
  .meta({ id: 'PasswordReset' });
export type PasswordReset = z.infer<typeof PasswordReset>;

/** What replaces a password, in either tier. */
export type NewPassword = Pick<PasswordChange, 'new_password'> & { readonly keys?: NewKeys };

export const PasswordChangedView = z
  .object({
    tokens: TokensUnlessCookies,
    api_keys_kept: z.int().describe('API keys open the diary without the password, and go on doing so'),
  })
  .meta({ id: 'PasswordChanged', examples: passwordChangedExamples });
export type PasswordChangedView = z.infer<typeof PasswordChangedView>;

export const PasswordResetView = z
  .object({ tokens: TokensUnlessCookies })
  .meta({ id: 'PasswordResetAnswer', examples: resetAnswerExamples });
export type PasswordResetView = z.infer<typeof PasswordResetView>;
