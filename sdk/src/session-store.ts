import type { Schemas } from './api.js';
import { fromBase64url, toBase64url } from './crypto/bytes.js';
import type { KeyLogHead } from './crypto/key-log.js';

/** Who can open content: only the client (`e2e`), or the server too while the user is signed in (`uce`). */
export type Tier = Schemas['User']['tier'];

/** The last statement of the key log that this client has verified; give it to the next sign-in as `pinned`. */
export interface PinnedKeyLog {
  readonly n: number;
  /** SHA-256 of the statement, base64url. */
  readonly hash: string;
}

export const toPinned = ({ n, hash }: KeyLogHead): PinnedKeyLog => ({ n, hash: toBase64url(hash) });
export const fromPinned = ({ n, hash }: PinnedKeyLog): KeyLogHead => ({ n, hash: fromBase64url(hash) });

/** What a session consists of: plain JSON. The tokens open the diary of a `uce` account: keep them as you would a password. */
export interface SessionRecord {
  /** The server's origin: tokens are never sent to another. */
  readonly url: string;
  readonly tier: Tier;
  readonly user: Schemas['User'];
  readonly tokens: Schemas['Tokens'];
  /** When the access token ends, by this client's clock: milliseconds since 1970. */
  readonly expires_at: number;
  /** The device that this client said it is; `public_key` as it gave it, not as a server tells it. */
  readonly device?: { readonly id: string; readonly public_key?: string };
  /** e2e; uce once the key log was read. */
  readonly key_log_head?: PinnedKeyLog;
  /** The head of the history that `verifyHistory` saw last. */
  readonly history_head?: Schemas['HistoryHead'];
  /** e2e: the account's key for receiving, wrapped under the master key, base64url. */
  readonly receiving_key?: string;
  /** e2e: the account's key for signing, wrapped under the master key, base64url. */
  readonly signing_key?: string;
  /** e2e, and only after `daybook.keepMasterKey()`: the key that opens everything, base64url. */
  readonly master_key?: { readonly id: string; readonly key: string };
}

/** Where a session is kept between two runs of an app. A store holds one session. */
export interface SessionStore {
  load(): Promise<SessionRecord | undefined>;
  /** Called after sign-in, after every refresh, and by what keeps something: `keepMasterKey`, `verifyHistory`, … */
  save(record: SessionRecord): Promise<void>;
  clear(): Promise<void>;
}

/** Keeps a session as long as it is itself kept: the default, which forgets everything at the end. */
export class MemorySessionStore implements SessionStore {
  #record: SessionRecord | undefined;

  async load(): Promise<SessionRecord | undefined> {
    return this.#record;
  }

  async save(record: SessionRecord): Promise<void> {
    this.#record = record;
  }

  async clear(): Promise<void> {
    this.#record = undefined;
  }
}
