import { Account } from './account.js';
import { type ExistingAccount, type NewAccount, signIn, signUp, type SignedIn } from './accounts.js';
import { type Api, createApi, type Schemas, unwrap } from './api.js';
import { connect, type Connection, type ConnectionOptions } from './connection.js';
import { fromBase64url, toBase64url, wipe } from './crypto/bytes.js';
import { MasterKey } from './crypto/master-key.js';
import { importedId } from './crypto/imported-ids.js';
import { ready } from './crypto/primitives.js';
import { Devices } from './devices.js';
import { Entries } from './entries.js';
import { type CallOptions, entryCalls } from './entry-calls.js';
import type { HistoryHead } from './entry.js';
import { type EntryForm, OpenEntryForm } from './entry-forms.js';
import { History, type HistoryOptions, type VerifyOptions } from './history.js';
import type { HistoryEvent } from './history-chain.js';
import { HistoryKeeper } from './history-keeper.js';
import { Inbox } from './inbox.js';
import { Integrations } from './integrations.js';
import { ObjectTransfer } from './media/object-transfer.js';
import { Media } from './media.js';
import { ConnectionFailed, DaybookProblem, SignedOut } from './problems.js';
import { type GivenCode, type RecoveredAccount, resetPassword, useRecoveryCode } from './recovery.js';
import { SealedEntryForm } from './sealed-entry-form.js';
import type { SearchPage, SearchRequest } from './search-form.js';
import { SearchIndex } from './search-index.js';
import { Session } from './session.js';
import type { PinnedKeyLog, SessionRecord, Tier } from './session-store.js';

/** A new account, and the ten codes that open it when the password is lost: show them once, and keep no copy. */
export interface SignedUp {
  readonly daybook: Daybook;
  readonly recoveryCodes: readonly string[];
}

/** A recovery code that was accepted, and is spent: it resets the password once, within 15 minutes. */
export interface Recovery {
  /**
   * Sets a new password and signs in with it. The diary stays readable; every session ended, and every API key is deleted.
   * @throws PasswordRefused, with which it may be tried again; DaybookProblem `auth/invalid-recovery-token`
   */
  resetPassword(account: RecoveredAccount): Promise<Daybook>;
}

/**
 * A signed-in client. All calls may throw DaybookProblem (the server refused), ConnectionFailed (no answer), SignedOut (the
 * user has to sign in) and AnswerRefused (the answer cannot be right).
 */
export class Daybook {
  /** The diary. */
  readonly entries: Entries;
  /** What was brought while the user was away. */
  readonly inbox: Inbox;
  /** Where the user is signed in, and the signed log of the account's keys. */
  readonly devices: Devices;
  /** Photos, sound and video. */
  readonly media: Media;
  /** Accounts at other services: Facebook. */
  readonly integrations: Integrations;
  /** The account: password, address, recovery codes, sessions, API keys. */
  readonly account: Account;
  /**
   * Every other call, typed; signed and refreshed as all others, repeated on failures where it reads or has an
   * Idempotency-Key, as every POST outside of `/auth` has. It answers `{ data, error, response }` and does not throw on
   * refusals: `unwrap` does.
   */
  readonly api: Api;
  /** What `search` looks into. */
  readonly searchIndex: SearchIndex;
  readonly #session: Session;
  readonly #master: MasterKey | undefined;
  readonly #history: History;

  private constructor({ store, searchStore, transport, around }: Connection, signedIn: SignedIn) {
    const { record, master } = signedIn;
    const onEnd = () => {
      this.searchIndex.end();
      master?.wipe();
    };
    const session = new Session({ record, store, transport, around, onEnd });
    const form = formOf(signedIn);
    this.#session = session;
    this.#master = master;
    this.api = createApi(record.url, (call, isRepeatable) => session.send(call, { isRepeatable }));
    const heads = new HistoryKeeper(session);
    const calls = entryCalls(session, form, heads);
    this.entries = new Entries(calls);
    this.inbox = new Inbox(calls, master);
    this.searchIndex = new SearchIndex({ session, form, master, store: searchStore, around });
    this.devices = new Devices(session, master);
    this.media = new Media(session, new ObjectTransfer(transport, around), master);
    this.integrations = new Integrations(session);
    this.account = new Account(session, master, around);
    this.#history = new History(session, heads);
  }

  /**
   * Makes an account and signs in. It is sent once: after a ConnectionFailed, try to sign in before signing up again.
   * @throws PasswordRefused for a password that may not be chosen; DaybookProblem, e.g. `auth/email-taken`; EnvelopeRefused `kdf`
   */
  static async signUp(options: ConnectionOptions & NewAccount): Promise<SignedUp> {
    const connection = connect(options);
    const { recoveryCodes, ...signedIn } = await signUp(connection, options);
    return { daybook: await Daybook.#begin(connection, signedIn), recoveryCodes };
  }

  /**
   * Signs in. Say the tier that the user chose: with another one the server answers as to a wrong password.
   * @throws DaybookProblem `auth/invalid-credentials`; EnvelopeRefused `kdf` or a rule of the keys; AnswerRefused
   */
  static async signIn(options: ConnectionOptions & ExistingAccount): Promise<Daybook> {
    const connection = connect(options);
    return Daybook.#begin(connection, await signIn(connection, options));
  }

  /**
   * Goes on with the session in `store`; nothing is sent yet. An e2e session also needs its master key, which is in the
   * store only after `keepMasterKey`.
   * @throws SignedOut `no-session`, also when it is a session with another server; `keys-not-kept`
   */
  static async resume(options: ConnectionOptions & Required<Pick<ConnectionOptions, 'store'>>): Promise<Daybook> {
    const connection = connect(options);
    const record = await connection.store.load();
    if (record?.url !== connection.url) throw new SignedOut('no-session');
    return new Daybook(connection, await withMasterKey(record));
  }

  /**
   * Uses a recovery code, for who lost the password. Sent once: after a ConnectionFailed the code may be spent.
   * @throws DaybookProblem `auth/invalid-recovery-code`; EnvelopeRefused `recovery-code`; AnswerRefused
   */
  static async verifyRecoveryCode(options: ConnectionOptions & GivenCode): Promise<Recovery> {
    const connection = connect(options);
    const accepted = await useRecoveryCode(connection, options);
    return {
      resetPassword: async (account) => {
        await resetPassword(connection, options.email, accepted, account);
        accepted.keys?.master.wipe();
        const { tier, email } = options;
        return Daybook.#begin(connection, await signIn(connection, { ...account, tier, email }));
      },
    };
  }

  /** How far the erasing of an account is; open to whoever has the receipt. @throws DaybookProblem `auth/erasure-not-found` */
  static async followErasure(options: ConnectionOptions, receipt: string): Promise<Schemas['Erasure']> {
    const { repeating } = connect(options);
    return unwrap(await repeating.GET('/api/v1/auth/erasures/{receipt}', { params: { path: { receipt } } }));
  }

  /** Whose diary it is, as last told by the server. @throws SignedOut */
  get user(): Schemas['User'] {
    return this.#session.record.user;
  }

  /** @throws SignedOut */
  get tier(): Tier {
    return this.#session.record.tier;
  }

  /** The device that was given at sign-up or sign-in. @throws SignedOut */
  get deviceId(): string | undefined {
    return this.#session.record.device?.id;
  }

  /** e2e: keep it, and give it as `pinned` to the next sign-in. uce: once the key log was read. @throws SignedOut */
  get keyLogHead(): PinnedKeyLog | undefined {
    return this.#session.record.key_log_head;
  }

  /**
   * Finds entries, best first: the same query language and the same answer in both tiers (docs/search.md).
   * @throws DaybookProblem `request/invalid` for a query that cannot be read; `errors` says where
   */
  search(request: SearchRequest, options?: CallOptions): Promise<SearchPage> {
    return this.searchIndex.search(request, options);
  }

  /** Everything that happened in the account, oldest first, as the server tells it: `verifyHistory` finds out whether it is so. */
  history(options: HistoryOptions = {}): AsyncGenerator<HistoryEvent, void, undefined> {
    return this.#history.events(options);
  }

  /**
   * Finds out whether the history is what it was: follows the chain, makes every hash anew, and compares it with the head
   * that was kept the last time and with those that came with this client's writes since. Keeps the new head in the store.
   * @throws HistoryRefused, with the place (`seq`) of the first event that is missing, moved or altered
   */
  verifyHistory(options: VerifyOptions = {}): Promise<HistoryHead> {
    return this.#history.verify(options);
  }

  /**
   * The id of what an import brings: the same each time for the same account, so that it is brought once, and telling
   * nobody what it is of. (In uce, whose client has no key, whoever has the database can try names that are easily guessed.)
   * @param source which import, e.g. `day-one` @param name what the source calls it @param at milliseconds since 1970, told by the id
   */
  async importedId(source: string, name: string, at?: number): Promise<string> {
    await ready();
    return importedId({ userId: this.user.id, master: this.#master }, JSON.stringify([source, name]), at);
  }

  /** Who is signed in, asked anew. */
  async me({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Schemas['User']> {
    return unwrap(await this.api.GET('/api/v1/auth/me', signal ? { signal } : {}));
  }

  /**
   * e2e: puts the master key into the store, so that `resume` works without the password. Only for a store that keeps it
   * as well as the user's device keeps secrets: who has it can read the whole diary. Nothing else ever stores it.
   */
  async keepMasterKey(): Promise<void> {
    if (!this.#master) return;
    const key = this.#master.exportKey();
    await this.#session.keep({ master_key: { id: toBase64url(this.#master.id), key: toBase64url(key) } });
    wipe(key);
  }

  /** Ends the session at the server, and here in any case: tokens are dropped, the master key is wiped. */
  async signOut(): Promise<void> {
    try {
      unwrap(await this.api.POST('/api/v1/auth/logout'));
    } catch (error) {
      const isOver = error instanceof SignedOut || (error instanceof DaybookProblem && error.status === 401);
      if (!isOver) throw error;
    } finally {
      await this.#session.end();
    }
  }

  static async #begin(connection: Connection, signedIn: SignedIn): Promise<Daybook> {
    await connection.store.save(signedIn.record);
    const daybook = new Daybook(connection, signedIn);
    await daybook.devices.signKey().catch((error: unknown) => {
      // The user is signed in all the same, and a new account's recovery codes must not be lost: `signKey` can be called again.
      if (!(error instanceof DaybookProblem || error instanceof ConnectionFailed)) throw error;
    });
    return daybook;
  }
}

function formOf({ record, master }: SignedIn): EntryForm {
  if (record.tier === 'uce') return new OpenEntryForm();
  if (!master) throw new SignedOut('keys-not-kept');
  return new SealedEntryForm(record.user.id, master);
}

async function withMasterKey(record: SessionRecord): Promise<SignedIn> {
  if (record.tier === 'uce') return { record };
  if (!record.master_key) throw new SignedOut('keys-not-kept');
  await ready();
  const key = fromBase64url(record.master_key.key);
  const master = MasterKey.from(fromBase64url(record.master_key.id), key);
  wipe(key);
  return { record, master };
}
