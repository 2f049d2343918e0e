import type { PasswordFault } from './passwords/index.js';
/** One thing that is wrong with what was sent: where it is (JSON Pointer), and a sentence. */
export interface ProblemPlace {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * The server refused a call, and said why (RFC 9457). `type` is what a program reads, `detail` what a person reads. It
 * holds nothing of what was sent.
 */
export class DaybookProblem extends Error {
  override readonly name = 'DaybookProblem';
  /** `<module>/<what>`, as listed in docs/problems.md; `about:blank` when something between answered instead. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** For bad input. */
  readonly errors: readonly ProblemPlace[];
  /** The id of the request, to quote when asking for help. */
  readonly instance: string | undefined;
  /** Further members, such as `current_version`. */
  readonly extensions: Readonly<Record<string, unknown>>;

  private constructor(status: number, members: Record<string, unknown>) {
    const { type, title, detail, errors, instance, status: _, ...extensions } = members;
    const fallback = `The server answered ${String(status)}`;
    super(`${textOr(type, 'about:blank')}: ${textOr(detail, textOr(title, fallback))}`);
    this.type = textOr(type, 'about:blank');
    this.title = textOr(title, fallback);
    this.status = status;
    this.detail = textOr(detail, this.title);
    this.errors = Array.isArray(errors) ? errors.filter(isPlace) : [];
    this.instance = typeof instance === 'string' ? instance : undefined;
    this.extensions = extensions;
  }

  /** The problem in an answer. @param body its JSON; anything else than a problem gives one of type `about:blank` */
  static of(status: number, body: unknown): DaybookProblem {
    return new DaybookProblem(status, isRecord(body) ? body : {});
  }
}

/** Why a client is signed out: there is no session, the server ended it, or the keys of an e2e account were not kept. */
export type SignedOutReason = 'no-session' | 'ended' | 'keys-not-kept';

const signedOutSentences: Record<SignedOutReason, string> = {
  'no-session': 'Nobody is signed in',
  ended: 'The session has ended: sign in again',
  'keys-not-kept': 'The session goes on, but its master key was not kept: sign in with the password',
};

/** The user has to sign in. What was stored of the session is gone, unless only the keys are missing. */
export class SignedOut extends Error {
  override readonly name = 'SignedOut';
  readonly reason: SignedOutReason;

  constructor(reason: SignedOutReason, options?: ErrorOptions) {
    super(signedOutSentences[reason], options);
    this.reason = reason;
  }
}

/** No answer came: no connection, or none in time. `cause` has what the platform said. */
export class ConnectionFailed extends Error {
  override readonly name = 'ConnectionFailed';
}

/** Why an answer of the server was refused. */
export type RefusedAnswer =
  'tier' | 'user' | 'keys' | 'tokens' | 'id' | 'other-content' | 'rolled-back' | 'does-not-open' | 'upload';

const refusedSentences: Record<RefusedAnswer, string> = {
  tier: 'The answer is for an account of another tier',
  user: 'The answer is for another account',
  keys: 'The answer does not have the keys of the account',
  tokens: 'The answer does not have the tokens of the session',
  id: 'The answer has another entry or file than the one that was asked for',
  'other-content': 'The answer has other bytes for this version of the entry than were seen before',
  'rolled-back': 'The answer has an older version of the entry than one that was seen before',
  'does-not-open': 'What is in the answer was not sealed by this account for this place, or was changed',
  upload: 'The answer does not say how to upload in a way that can be right',
};

/** The server answered what this client must not accept: a fault, or tampering. `cause` has the rule of the format. */
export class AnswerRefused extends Error {
  override readonly name = 'AnswerRefused';
  readonly reason: RefusedAnswer;
  /** Which entry it was, where it was one. */
  readonly entryId: string | undefined;
  /** Which file it was, where it was one. */
  readonly mediaId: string | undefined;

  constructor(
    reason: RefusedAnswer,
    options: ErrorOptions & { readonly entryId?: string; readonly mediaId?: string } = {},
  ) {
    super(refusedSentences[reason], options);
    this.reason = reason;
    this.entryId = options.entryId;
    this.mediaId = options.mediaId;
  }
}

/** The object store refused bytes, or did not give them. It says no more than a status, for it knows of no problems. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
  readonly status: number;

  constructor(status: number) {
    super(`The object store answered ${String(status)}`);
    this.status = status;
  }
}

/** Why this client does not go on with an upload: the file, or the record that was kept, is not the one it was. */
export type RefusedUpload = 'source-changed' | 'record-outdated';

const uploadSentences: Record<RefusedUpload, string> = {
  'source-changed': 'The file has other bytes, or another size, than it had: upload it anew',
  'record-outdated': 'More of the file was sent than the record knows of: upload it anew',
};

/** Going on would seal other bytes under a key stream that was used. Nothing was sent of them. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused';
  readonly reason: RefusedUpload;

  constructor(reason: RefusedUpload) {
    super(uploadSentences[reason]);
    this.reason = reason;
  }
}

/** What is wrong with a history: see the sentences. */
export type HistoryFault = 'unreadable' | 'gap' | 'order' | 'unchained' | 'altered' | 'other-past' | 'rolled-back';

const historySentences: Record<HistoryFault, string> = {
  unreadable: 'This event of the history cannot be read',
  gap: 'This event is missing in the history',
  order: 'This event stands where a later one belongs',
  unchained: 'This event does not follow the one before it',
  altered: 'This event is not what its hash says',
  'other-past': 'This event is another than the one that was seen in its place before',
  'rolled-back': 'The history ends before this event, which was seen before',
};

/** The history that the server shows is not the one that happened: somebody removed, moved or altered an event. */
export class HistoryRefused extends Error {
  override readonly name = 'HistoryRefused';
  readonly fault: HistoryFault;
  /** Which event: its place in the history, from 1 on. */
  readonly seq: number;

  constructor(fault: HistoryFault, seq: number, options?: ErrorOptions) {
    super(`${historySentences[fault]}: ${String(seq)}`, options);
    this.fault = fault;
    this.seq = seq;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlace(value: unknown): value is ProblemPlace {
  return isRecord(value) && typeof value['pointer'] === 'string' && typeof value['detail'] === 'string';
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}

/** A password may not be chosen: `fault` says why, and `passwordFaultDetails` of `@daybook/sdk/passwords` says it to people. */
export class PasswordRefused extends Error {
  override readonly name = 'PasswordRefused';
  readonly fault: PasswordFault;

  constructor(fault: PasswordFault) {
    super(`The password may not be chosen: ${fault}`);
    this.fault = fault;
  }
}
