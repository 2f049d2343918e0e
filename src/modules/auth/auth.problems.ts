import { problem } from '../../platform/http/problem.js';

export const SignedOut = problem(
  'auth/signed-out',
  401,
  'You are not signed in',
  'The request has no access token that is valid now: refresh it, or sign in.',
);
export const InvalidCredentials = problem(
  'auth/invalid-credentials',
  401,
  'Sign-in failed',
  'The address, the password or the tier is not right.',
);
export const InvalidRefreshToken = problem(
  'auth/invalid-refresh-token',
  401,
  'The refresh token is not valid',
  'The refresh token was used before, has expired, or its session has ended: sign in again.',
);
export const EmailTaken = problem(
  'auth/email-taken',
  409,
  'The address is taken',
  'There is an account with this email address: sign in, or recover it.',
);
export const UserIdTaken = problem(
  'auth/user-id-taken',
  409,
  'The user id is taken',
  'There is an account with this id: make a new id, and seal the keys for it.',
);
export const Locked = problem(
  'auth/locked',
  423,
  'The diary is locked',
  'This session was opened without a secret that unlocks the diary: sign in with the password.',
);
