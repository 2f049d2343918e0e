import { z } from 'zod';
import { UserId } from '../../platform/ids.js';
import { event } from '../../platform/queue/event.js';

export const PasswordChanged = event('auth.password-changed', z.strictObject({ userId: UserId }));
export const RecoveryCodeUsed = event('auth.recovery-code-used', z.strictObject({ userId: UserId }));
export const EmailCodeAsked = event('auth.email-code-asked', z.strictObject({ userId: UserId }));
export const ErasureAsked = event('auth.erasure-asked', z.strictObject({ userId: UserId }));
export const AccountErased = event('auth.account-erased', z.strictObject({ userId: UserId }));
export const SignedInElsewhere = event('auth.signed-in-elsewhere', z.strictObject({ userId: UserId }));
export const SignedUp = event('auth.signed-up', z.strictObject({ userId: UserId }));
