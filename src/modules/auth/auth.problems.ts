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
export const CrossSite = problem(
  'auth/cross-site',
  403,
  'Cookies are for pages of this server alone',
  'The request uses a session cookie, or asks for one, and did not come from a page of the server’s own origin.',
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
  'There is an account with this id, or there was one: make a new id, and seal the keys for it.',
);
export const InvalidRecoveryCode = problem(
  'auth/invalid-recovery-code',
  401,
  'The recovery code is not valid',
  'The address or the code is not right, or the code was used before.',
);
export const InvalidRecoveryToken = problem(
  'auth/invalid-recovery-token',
  401,
  'The recovery token is not valid',
  'The recovery token was used, or is older than 15 minutes: use another recovery code.',
);
export const WrongPassword = problem(
  'auth/wrong-password',
  403,
  'The password is not right',
  'The current password is not right. Nothing was changed.',
);
export const Reauthenticate = problem(
  'auth/reauthenticate',
  403,
  'Give the password again',
  'This needs the password to have been given in this session at most 15 minutes ago: sign in again.',
);
export const InvalidEmailCode = problem(
  'auth/invalid-email-code',
  422,
  'The code is not right',
  'The code is not the one that was mailed, or it has expired: ask for another.',
);
export const InsufficientScope = problem(
  'auth/insufficient-scope',
  403,
  'The API key may not do this',
  'The route needs a scope that this key does not have, or is not open to API keys at all.',
);
export const TooManyApiKeys = problem(
  'auth/too-many-api-keys',
  409,
  'There are as many API keys as there may be',
  'Revoke a key that is no longer used, then make the new one.',
);
export const ApiKeyNotFound = problem(
  'auth/api-key-not-found',
  404,
  'No such API key',
  'You have no API key with this id.',
);
export const SessionNotFound = problem(
  'auth/session-not-found',
  404,
  'No such session',
  'You have no session with this id.',
);
export const DeviceNotFound = problem(
  'auth/device-not-found',
  404,
  'No such device',
  'You have no device with this id.',
);
export const ErasureNotFound = problem(
  'auth/erasure-not-found',
  404,
  'No such receipt',
  'No account was erased with this receipt.',
);
export const KeyLogConflict = problem(
  'auth/key-log-conflict',
  409,
  'The key log has gone on',
  'Another statement has this number: read the log, check it, and sign for the number after its last.',
);
export const KeyLogFull = problem(
  'auth/key-log-full',
  409,
  'The key log is full',
  'So many devices were added that the rest of the log is kept for revoking them.',
);
export const Locked = problem(
  'auth/locked',
  423,
  'The diary is locked',
  'This session was opened without a secret that unlocks the diary: sign in with the password.',
);
