/* The published entry `@daybook/sdk`: a client of the API that seals and opens what it has to. See README.md. */
export { Daybook, type Recovery, type SignedUp } from './daybook.js';
export type { Credentials, Device, ExistingAccount, NewAccount, NewPassword } from './accounts.js';
export type { Connection, FacebookPost, Integrations, Job } from './integrations.js';
export { newDeviceKeys, type Devices, type NewDeviceKeys } from './devices.js';
export type { Account, GivenPassword, PasswordChange } from './account.js';
export { unwrap, type Api, type Schemas } from './api.js';
export type { ConnectionOptions } from './connection.js';
export type { AllOptions, Entries } from './entries.js';
export type { CallOptions, PageOptions } from './entry-calls.js';
export type { EditOptions } from './entry-edits.js';
export type { EntryQuery } from './entry-lists.js';
export type { Tag } from './entry-tags.js';
export type {
  Entry,
  EntryData,
  EntryDraft,
  EntryKind,
  EntryLocation,
  EntryPage,
  EntryPatch,
  EntryReplacement,
  EntrySet,
  EntryText,
  EntryVersion,
  EntryVersionSummary,
  HistoryHead,
  WriteResult,
  WrittenEntry,
} from './entry.js';
export type { HistoryOptions, VerifyOptions } from './history.js';
export type { HistoryEvent } from './history-chain.js';
export type { Inbox, InboxItem, InboxPage, InboxQuery } from './inbox.js';
export { InboxScript, type InboxScriptOptions } from './inbox-script.js';
export type { Download, DownloadOptions, Media, MediaFilter } from './media.js';
export type { MediaItem, MediaItemPage, WrittenMediaItem } from './media/media-item.js';
export type { Progress } from './media/object-transfer.js';
export type { MediaSource, SizedSource } from './media/source.js';
export type { KeepRecord, UploadRecord } from './media/upload-record.js';
export type { MediaFacts, SendingOptions, Thumbnail, UploadOptions } from './media/uploads.js';
export {
  AnswerRefused,
  ConnectionFailed,
  DaybookProblem,
  HistoryRefused,
  PasswordRefused,
  SignedOut,
  StoreRefused,
  UploadRefused,
  type HistoryFault,
  type ProblemPlace,
  type RefusedAnswer,
  type RefusedUpload,
  type SignedOutReason,
} from './problems.js';
export type { PasswordFault } from './passwords/index.js';
export type { AcceptedCode, GivenCode, RecoveredAccount } from './recovery.js';
export type { RetryPolicy } from './retry.js';
export type { SearchIndex } from './search-index.js';
export type { SearchHit, SearchPage, SearchRequest } from './search-form.js';
export { MemorySearchStore, type SealedCard, type SearchStore } from './search-store.js';
export {
  MemorySessionStore,
  type PinnedKeyLog,
  type SessionRecord,
  type SessionStore,
  type Tier,
} from './session-store.js';
export type { Fetch } from './surroundings.js';
export { EnvelopeRefused, type Rule } from './crypto/errors.js';
