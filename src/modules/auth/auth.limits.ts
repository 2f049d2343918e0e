import type { FastifyRequest } from 'fastify';
import { networkOf } from '../../platform/limits/network.js';
import { policy, type Subject } from '../../platform/limits/policy.js';
import { byAddress, byUser } from '../../platform/limits/subjects.js';
import { emailName } from './accounts/account.views.js';
import {
  InvalidCredentials,
  InvalidEmailCode,
  InvalidRecoveryToken,
  InvalidRefreshToken,
  WrongPassword,
} from './auth.problems.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The address that a body names, whether or not there is an account: nothing here looks. */
function emailOf({ body }: FastifyRequest): string | undefined {
  const named = typeof body === 'object' && body !== null && 'email' in body ? body.email : undefined;
  return typeof named === 'string' ? emailName(named) : undefined;
}

const byEmail: Subject = { name: 'email address', of: emailOf };

/** So that somebody elsewhere cannot use up the tries of the owner. */
const byEmailHere: Subject = {
  name: 'email address from one client address',
  of: (request) => {
    const email = emailOf(request);
    return email === undefined ? undefined : `${networkOf(request.ip)} ${email}`;
  },
};

const waits = { secondsMin: MINUTE, secondsMax: HOUR };

/** A success forgets only what came from the same client address: the other counts must not show that there was one. */
export const signInLimits = [
  policy({ name: 'login-address', points: 50, seconds: 15 * MINUTE, by: byAddress, counts: [InvalidCredentials] }),
  policy({
    name: 'login-pair',
    points: 5,
    seconds: DAY,
    by: byEmailHere,
    counts: [InvalidCredentials],
    waits,
    isForgottenBySuccess: true,
  }),
  policy({
    name: 'login-account',
    points: 50,
    seconds: DAY,
    by: byEmail,
    counts: [InvalidCredentials],
    waits,
    isShared: true,
  }),
];

/** A taken address is said, so this is also how many addresses somebody can ask about. */
export const signUpLimit = policy({ name: 'signup', points: 5, seconds: HOUR, by: byAddress, counts: 'tries' });

export const recoveryLimits = [
  policy({ name: 'recovery-address', points: 20, seconds: HOUR, by: byAddress, counts: 'tries' }),
  policy({ name: 'recovery-pair', points: 5, seconds: HOUR, by: byEmailHere, counts: 'tries' }),
  policy({ name: 'recovery-account', points: 20, seconds: HOUR, by: byEmail, counts: 'tries', isShared: true }),
];

export const resetLimit = policy({
  name: 'reset-address',
  points: 20,
  seconds: HOUR,
  by: byAddress,
  counts: [InvalidRecoveryToken],
});

export const refreshLimit = policy({
  name: 'refresh-address',
  points: 60,
  seconds: MINUTE,
  by: byAddress,
  counts: [InvalidRefreshToken],
});

/** Wherever the password is asked for again: a stolen access token must not become a way to guess it. */
export const passwordLimit = policy({
  name: 'password',
  points: 10,
  seconds: HOUR,
  by: byUser,
  counts: [WrongPassword],
});

export const exportLimit = policy({ name: 'export', points: 10, seconds: HOUR, by: byUser, counts: 'tries' });

/** Each try mails a code to an address of the caller's choice, and says whether it is taken. */
export const changeEmailLimit = policy({ name: 'change-email', points: 5, seconds: HOUR, by: byUser, counts: 'tries' });

export const emailCodeLimit = policy({
  name: 'email-code',
  points: 10,
  seconds: HOUR,
  by: byUser,
  counts: [InvalidEmailCode],
});
