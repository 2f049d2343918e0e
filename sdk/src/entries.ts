import { type Api, createApi, type Schemas, unwrap } from './api.js';
import { createId } from './crypto/ids.js';
import { isSameEntry, type Entry, type EntryDraft, type EntryPage, type WrittenEntry } from './entry.js';
import type { CompleteDraft, EntryForm } from './entry-forms.js';
import { AnswerRefused, DaybookProblem } from './problems.js';
import type { Session } from './session.js';

/** How one call is made. */
export interface CallOptions {
  /** Ends the call, its retries included. */
  readonly signal?: AbortSignal;
}

/** Which page of a list. */
export interface PageOptions extends CallOptions {
  /** 1 to 200; 50 unless given. */
  readonly limit?: number;
  /** `next_cursor` of the page before. */
  readonly cursor?: string;
}

/** How a whole list is gone through. */
export interface AllOptions extends CallOptions {
  /** Entries per call, 1 to 200. */
  readonly pageSize?: number;
}

const pageSizeDefault = 100;

/** The diary: the same calls in both tiers. They throw DaybookProblem, ConnectionFailed, SignedOut, AnswerRefused. */
export class Entries {
  readonly #session: Session;
  readonly #form: EntryForm;
  readonly #api: Api;

  /** Made by `Daybook`. */
  constructor(session: Session, form: EntryForm) {
    this.#session = session;
    this.#form = form;
    // Writing may be repeated like reading: the entry's id is chosen before the first try.
    this.#api = createApi(session.record.url, (call) => session.send(call, { isRepeatable: true }));
  }

  /**
   * Adds an entry, once: whoever writes the same entry under the same id again gets the one that is there.
   * @throws DaybookProblem `entries/id-taken` when another entry has the id
   */
  async write(draft: EntryDraft, { signal }: CallOptions = {}): Promise<WrittenEntry> {
    this.#session.assertOpen();
    const { id = createId(), kind = 'diary' } = draft;
    const complete = { ...draft, id, kind };
    try {
      return await this.#send(complete, signal);
    } catch (error) {
      const there = isIdTaken(error) ? await this.#sameEntry(complete, signal) : undefined;
      if (!there) throw error;
      return { ...there, history_head: null };
    }
  }

  /** The entry as it is now. @throws DaybookProblem `entries/not-found` */
  async read(id: string, { signal }: CallOptions = {}): Promise<Entry> {
    const mark = this.#form.mark();
    const options = { params: { path: { id } }, ...withSignal(signal) };
    return this.#form.fromWire(unwrap(await this.#api.GET('/api/v1/entries/{id}', options)), mark, id);
  }

  /** One page, newest day first; stable while entries are written. */
  async list({ limit, cursor, signal }: PageOptions = {}): Promise<EntryPage> {
    const mark = this.#form.mark();
    const query = { ...(limit !== undefined && { limit }), ...(cursor !== undefined && { cursor }) };
    const page = unwrap(await this.#api.GET('/api/v1/entries', { params: { query }, ...withSignal(signal) }));
    return { data: page.data.map((wire) => this.#form.fromWire(wire, mark)), next_cursor: page.next_cursor };
  }

  /** Every entry, newest day first, fetched page by page as they are taken. */
  async *all({ pageSize = pageSizeDefault, signal }: AllOptions = {}): AsyncGenerator<Entry, void, undefined> {
    let cursor: string | null | undefined;
    do {
      const page: EntryPage = await this.list({ limit: pageSize, ...(cursor && { cursor }), ...withSignal(signal) });
      yield* page.data;
      cursor = page.next_cursor;
    } while (cursor !== null);
  }

  async #send(draft: CompleteDraft, signal?: AbortSignal): Promise<WrittenEntry> {
    const mark = this.#form.mark();
    const body = this.#form.toWire(draft);
    const answer = await this.#api.POST('/api/v1/entries', { body, ...withSignal(signal) });
    const { history_head, ...wire }: Schemas['WrittenEntry'] = unwrap(answer);
    const entry = this.#form.fromWire(wire, mark, draft.id);
    if (!isSameEntry(entry, draft)) throw new AnswerRefused('other-content', { entryId: draft.id });
    return { ...entry, history_head };
  }

  /** e2e: sealing again gives other bytes, so only who can open the entry that is there can tell that it is the same. */
  async #sameEntry(draft: CompleteDraft, signal?: AbortSignal): Promise<Entry | undefined> {
    if (this.#session.record.tier !== 'e2e') return undefined;
    try {
      const there = await this.read(draft.id, withSignal(signal));
      return isSameEntry(there, draft) ? there : undefined;
    } catch (error) {
      if (error instanceof DaybookProblem) return undefined;
      throw error;
    }
  }
}

function isIdTaken(error: unknown): boolean {
  return error instanceof DaybookProblem && error.type === 'entries/id-taken';
}

function withSignal(signal: AbortSignal | undefined): CallOptions {
  return signal ? { signal } : {};
}
