import { type Schemas, unwrap } from './api.js';
import { openBoxedEntry } from './crypto/boxed-entries.js';
import { fromBase64url, wipe } from './crypto/bytes.js';
import type { EntryContent } from './crypto/entries.js';
import { EnvelopeRefused } from './crypto/errors.js';
import { unwrapIdentityKey } from './crypto/identity.js';
import type { MasterKey } from './crypto/master-key.js';
import { ready, x25519PublicKey } from './crypto/primitives.js';
import { Field } from './crypto/registry.js';
import type { EntryText, WrittenEntry } from './entry.js';
import { type CallOptions, type EntryCalls, pageQuery, type PageOptions, withSignal } from './entry-calls.js';
import { AnswerRefused, SignedOut } from './problems.js';
import { textOf } from './sealed-content.js';

type WireItem = Schemas['InboxItem'];
type SealedWireItem = Extract<WireItem, { tier: 'e2e' }>;

/** Something that was brought while the user was away. */
export interface InboxItem extends Omit<WireItem, 'tier' | 'sealed' | 'boxed_key' | 'title' | 'content'> {
  readonly title: string | null;
  /** null where it does not open with the user's key: it can only be discarded. */
  readonly content: string | null;
}

/** One page, in the order in which items came. */
export interface InboxPage {
  readonly data: readonly InboxItem[];
  readonly next_cursor: string | null;
}

/** Which items are listed. */
export interface InboxQuery extends PageOptions {
  /** Those that were discarded, instead of those that wait. */
  readonly deleted?: boolean;
}

/** What waits for the user. In the uce tier the server makes entries of it by itself; in the e2e tier `accept` does. */
export class Inbox {
  readonly #calls: EntryCalls;
  readonly #master: MasterKey | undefined;
  /** What items say in full, to be sealed anew. */
  readonly #said = new WeakMap<InboxItem, EntryText>();

  /** @param master of an e2e account */
  constructor(calls: EntryCalls, master: MasterKey | undefined) {
    this.#calls = calls;
    this.#master = master;
  }

  /** One page, opened. What it tells of has 14 days from then on. @throws SignedOut `keys-not-kept` */
  async list({ deleted = false, signal, ...page }: InboxQuery = {}): Promise<InboxPage> {
    await ready();
    const query = { ...pageQuery(page), ...(deleted && { deleted }) };
    const asked = { params: { query }, ...withSignal(signal) };
    const { data, next_cursor } = unwrap(await this.#calls.repeating.GET('/api/v1/inbox', asked));
    return { data: this.#withKey((key) => data.map((wire) => this.#opened(wire, key))), next_cursor };
  }

  /**
   * Makes an entry of an item of `list`: sealed anew, under a key that nobody else ever had.
   * @throws DaybookProblem `inbox/not-found`, `inbox/unreadable`
   */
  async accept(item: InboxItem, { signal }: CallOptions = {}): Promise<WrittenEntry> {
    const { form, heads, repeating } = this.#calls;
    const mark = form.mark();
    const asked = { params: { path: { id: item.id } }, body: this.#acceptance(item), ...withSignal(signal) };
    const { history_head, ...wire } = unwrap(await repeating.POST('/api/v1/inbox/{id}/accept', asked));
    heads.note(history_head);
    return { ...form.fromWire(wire, mark, item.id), history_head };
  }

  /** Accepts all that waits and opens, in its order; yields each entry. What does not open stays. */
  async *acceptAll({ signal }: CallOptions = {}): AsyncGenerator<WrittenEntry, void, undefined> {
    let cursor: string | null = null;
    do {
      const page: InboxPage = await this.list({ ...(cursor !== null && { cursor }), ...withSignal(signal) });
      for (const item of page.data) {
        if (item.content === null || item.state === 'unreadable') continue;
        yield await this.accept(item, withSignal(signal));
      }
      cursor = page.next_cursor;
    } while (cursor !== null);
  }

  /** Puts an item away for 14 days; then it is erased. */
  async discard(id: string, { signal }: CallOptions = {}): Promise<Schemas['MovedInboxItem']> {
    const asked = { params: { path: { id } }, ...withSignal(signal) };
    return this.#noted(unwrap(await this.#calls.repeating.DELETE('/api/v1/inbox/{id}', asked)));
  }

  /** Takes back what was discarded. */
  async restore(id: string, { signal }: CallOptions = {}): Promise<Schemas['MovedInboxItem']> {
    const asked = { params: { path: { id } }, ...withSignal(signal) };
    return this.#noted(unwrap(await this.#calls.repeating.POST('/api/v1/inbox/{id}/restore', asked)));
  }

  #noted(moved: Schemas['MovedInboxItem']): Schemas['MovedInboxItem'] {
    this.#calls.heads.note(moved.history_head);
    return moved;
  }

  #opened(wire: WireItem, privateKey: Uint8Array | undefined): InboxItem {
    if (wire.tier === 'uce') {
      const { tier: _, ...item } = wire;
      return item;
    }
    if (!privateKey) throw new AnswerRefused('tier', { entryId: wire.id });
    const { tier: _tier, sealed: _sealed, boxed_key: _boxed, ...outside } = wire;
    const said = contentOf(this.#calls.session.record.user.id, wire, privateKey);
    const text = said && textOf(said);
    const item = { ...outside, title: text?.title ?? null, content: text?.content ?? null };
    if (text) this.#said.set(item, text);
    return item;
  }

  #acceptance(item: InboxItem): Schemas['Acceptance'] {
    if (!this.#calls.form.sealsHere) return {};
    const text = this.#said.get(item);
    if (!text) throw new AnswerRefused('does-not-open', { entryId: item.id });
    const { title, mood, location, data, language, content, tags } = text;
    const wire = this.#calls.form.toWire({
      id: item.id,
      kind: item.kind,
      content,
      tags,
      ...(title !== null && { title }),
      ...(mood !== null && { mood }),
      ...(location !== null && { location }),
      ...(data !== null && { data }),
      ...(language !== null && { language }),
    });
    if (!('sealed' in wire)) throw new AnswerRefused('tier', { entryId: item.id });
    const { sealed, wrapped_key, tag_tokens } = wire;
    return { sealed, wrapped_key, ...(tag_tokens && { tag_tokens }) };
  }

  /** e2e: the account's key for receiving is unwrapped for one page, and wiped. */
  #withKey<T>(work: (key: Uint8Array | undefined) => T): T {
    const { tier, user, receiving_key: wrapped } = this.#calls.session.record;
    if (tier === 'uce') return work(undefined);
    if (!this.#master || wrapped === undefined) throw new SignedOut('keys-not-kept');
    const of = { tier, master: this.#master, userId: user.id, field: Field.x25519 } as const;
    const key = unwrapIdentityKey({ ...of, wrapped: fromBase64url(wrapped) });
    try {
      return work(key);
    } finally {
      wipe(key);
    }
  }
}

/** Null where it does not open: anybody who knows the public key may have made it. */
function contentOf(userId: string, wire: SealedWireItem, privateKey: Uint8Array): EntryContent | null {
  try {
    return openBoxedEntry({
      tier: 'e2e',
      userId,
      entryId: wire.id,
      recipient: { publicKey: x25519PublicKey(privateKey), privateKey },
      sealed: fromBase64url(wire.sealed),
      boxedKey: fromBase64url(wire.boxed_key),
    });
  } catch (error) {
    if (error instanceof EnvelopeRefused) return null;
    throw error;
  }
}
