import { type Api, createApi, type Schemas, unwrap } from './api.js';
import { connect, type ConnectionOptions } from './connection.js';
import { boxEntry } from './crypto/boxed-entries.js';
import { fromBase64url, toBase64url } from './crypto/bytes.js';
import { createId } from './crypto/ids.js';
import { verifyKeyLog } from './crypto/key-log.js';
import { ready } from './crypto/primitives.js';
import type { Tier } from './crypto/registry.js';
import type { EntryDraft } from './entry.js';
import { type CallOptions, withSignal } from './entry-calls.js';
import { contentOf } from './sealed-content.js';
import { fromPinned, type PinnedKeyLog, toPinned } from './session-store.js';

/** Whose inbox is filled, and by which key. */
export interface InboxScriptOptions extends Pick<ConnectionOptions, 'url' | 'fetch' | 'retry'> {
  /** An API key with the scope `inbox:write`. It opens nothing. */
  readonly apiKey: string;
  /** The head of the owner's key log, as kept from the run before: a server that shows another past is refused. */
  readonly pinned?: PinnedKeyLog;
}

/** To whom it is sealed, verified. */
interface Recipient {
  readonly userId: string;
  readonly tier: Tier;
  readonly publicKey: Uint8Array;
}

/** A script that brings entries into somebody's inbox, sealed here: neither it nor the server can read them again. */
export class InboxScript {
  readonly #api: Api;
  readonly #pinned: PinnedKeyLog | undefined;
  #recipient: Promise<Recipient> | undefined;
  /** Keep it, and give it as `pinned` to the next run; undefined before anything was brought. */
  keyLogHead: PinnedKeyLog | undefined;

  constructor({ apiKey, pinned, ...options }: InboxScriptOptions) {
    const { url, transport } = connect(options);
    this.#pinned = pinned;
    this.#api = createApi(url, (call) => {
      const headers = new Headers(call.headers);
      headers.set('authorization', `Bearer ${apiKey}`);
      // Whatever is sent here has its effect once: it has an id of its own.
      return transport.send({ ...call, headers }, { isRepeatable: true });
    });
  }

  /**
   * Brings something, once: by its id, or by what its source calls it (`source` and `external_id`).
   * @throws DaybookProblem, e.g. `tiers/out-of-storage`, `inbox/full`; EnvelopeRefused for a key log that is not the owner's
   */
  async bring(draft: EntryDraft, { signal }: CallOptions = {}): Promise<Schemas['Arrived']> {
    this.#recipient ??= this.#verifiedRecipient().catch((error: unknown) => {
      this.#recipient = undefined;
      throw error;
    });
    const { id = createId(), kind = 'diary', entry_date, source, external_id } = draft;
    const body = {
      id,
      kind,
      ...(entry_date !== undefined && { entry_date }),
      ...(source !== undefined && { source }),
      ...(external_id !== undefined && { external_id }),
      ...boxed(await this.#recipient, id, draft),
    };
    return unwrap(await this.#api.POST('/api/v1/inbox', { body, ...withSignal(signal) }));
  }

  async #verifiedRecipient(): Promise<Recipient> {
    await ready();
    const { user_id: userId, key_log } = unwrap(await this.#api.GET('/api/v1/inbox/recipient'));
    const pinned = this.#pinned && fromPinned(this.#pinned);
    const { identity, head } = verifyKeyLog(key_log.map(fromBase64url), userId, pinned);
    this.keyLogHead = toPinned(head);
    return { userId, tier: identity.tier, publicKey: identity.x25519 };
  }
}

function boxed({ publicKey, ...of }: Recipient, entryId: string, draft: EntryDraft) {
  const entry = boxEntry({ ...of, entryId, recipientPublicKey: publicKey, content: contentOf(draft) });
  return { sealed: toBase64url(entry.sealed), boxed_key: toBase64url(entry.boxedKey) };
}
