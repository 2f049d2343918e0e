/* The published entry `@daybook/sdk`: a client of the API that seals and opens what it has to. See README.md. */
export { Daybook, type SignedUp } from './daybook.js';
export type { Credentials, Device, ExistingAccount, NewAccount } from './accounts.js';
export { newDeviceKeys, type Devices, type NewDeviceKeys } from './devices.js';
export { unwrap, type Api, type Schemas } from './api.js';
export type { ConnectionOptions } from './connection.js';
export type { AllOptions, CallOptions, Entries, PageOptions } from './entries.js';
export type { Entry, EntryDraft, EntryKind, EntryLocation, EntryPage, HistoryHead, WrittenEntry } from './entry.js';
export {
  AnswerRefused,
  ConnectionFailed,
  DaybookProblem,
  PasswordRefused,
  SignedOut,
  type ProblemPlace,
  type RefusedAnswer,
  type SignedOutReason,
} from './problems.js';
export type { PasswordFault } from './passwords/index.js';
export type { RetryPolicy } from './retry.js';
export {
  MemorySessionStore,
  type PinnedKeyLog,
  type SessionRecord,
  type SessionStore,
  type Tier,
} from './session-store.js';
export type { Fetch } from './surroundings.js';
export { EnvelopeRefused, type Rule } from './crypto/errors.js';
