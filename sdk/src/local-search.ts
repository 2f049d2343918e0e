import { type Api, createApi, unwrap } from './api.js';
import { fromBase64url, toBase64url, utf8 } from './crypto/bytes.js';
import type { MasterKey } from './crypto/master-key.js';
import { searchFingerprint } from './crypto/search-keys.js';
import type { CallOptions } from './entry-calls.js';
import type { Entry } from './entry.js';
import { LocalIndex } from './local-index.js';
import { DaybookProblem } from './problems.js';
import {
  type FoundEntry,
  highlightsOf,
  languageOfTag,
  match,
  narrowed,
  type PageTurn,
  PreparedQuery,
  readQuery,
  searchCards,
  stopWordNotes,
  WordMemory,
} from './search/index.js';
import type { Search, SearchHit, SearchPage, SearchRequest } from './search-form.js';
import type { SearchStore } from './search-store.js';
import type { SealedEntryForm } from './sealed-entry-form.js';
import type { Session } from './session.js';
import type { Surroundings } from './surroundings.js';

const limitDefault = 20;
const limitMax = 200;
/** Entries in one call. */
const pageSize = 100;
const batchMax = 300;
/** So many cards are looked at before others go on: a few milliseconds. */
const cardsAtOnce = 500;

/** What a local search is made of. */
export interface LocalSearchParts {
  readonly session: Session;
  readonly form: SealedEntryForm;
  readonly master: MasterKey;
  readonly store: SearchStore;
  readonly around: Surroundings;
}

/** e2e: this client searches index cards of its own, since nobody else can read the diary. */
export class LocalSearch implements Search {
  readonly #index: LocalIndex;
  readonly #form: SealedEntryForm;
  readonly #master: MasterKey;
  readonly #api: Api;
  readonly #around: Surroundings;
  #ready: Promise<void> | undefined;

  constructor({ session, form, master, store, around }: LocalSearchParts) {
    const { user, url } = session.record;
    const language = user.locale === null ? 'und' : languageOfTag(user.locale);
    this.#index = new LocalIndex({ userId: user.id, master, store, language });
    this.#form = form;
    this.#master = master;
    this.#around = around;
    this.#api = createApi(url, (call) => session.send(call, { isRepeatable: true }));
    form.onOpened = (entry) => this.#index.take(entry);
  }

  async search(request: SearchRequest, options: CallOptions = {}): Promise<SearchPage> {
    const { sort = 'relevance', limit = limitDefault } = request;
    if (!Number.isInteger(limit) || limit < 1 || limit > limitMax)
      throw refused('#/limit', [`must be a whole number from 1 to ${limitMax}`]);
    const { query, refusals, notes } = readQuery(request.query);
    if (refusals.length > 0) throw refused('#/query', refusals);
    const behind = this.#placeOf(request);
    await this.#prepared(options);
    const prepared = new PreparedQuery(narrowed(query, request));
    const order = sort === 'newest' ? 'date' : sort;
    const turn: PageTurn = { order, limit, entries: this.#index.size, behind };
    const { page, next } = await this.#inTurns(searchCards(prepared, this.#index.candidates(), turn));
    return {
      data: await this.#shown(prepared, page, options),
      next_cursor: next && this.#cursorOf(request, next),
      complete: true,
      notes: [...notes, ...stopWordNotes(new PreparedQuery(query), this.#index.languages)],
    };
  }

  /** Brings the index up to what the server has now: what other devices wrote, changed and took away. */
  async refresh({ signal }: CallOptions = {}): Promise<void> {
    const before = new Set(this.#index.ids);
    let cursor: string | null | undefined;
    do {
      const query = { limit: pageSize, ...(cursor && { cursor }) };
      const mark = this.#form.mark();
      const page = unwrap(await this.#api.GET('/api/v1/entries', { params: { query }, ...(signal && { signal }) }));
      for (const wire of page.data) before.delete(this.#form.fromWire(wire, mark).id);
      cursor = page.next_cursor;
    } while (cursor !== null);
    // What was not listed is in the trash or erased, or has moved in the list meanwhile.
    const unlisted = [...before];
    for (let at = 0; at < unlisted.length; at += batchMax)
      await this.#read(unlisted.slice(at, at + batchMax), { signal });
  }

  /** Resolves when the store has all of the index. @throws what the store threw */
  saved(): Promise<void> {
    return this.#index.saved();
  }

  /** Forgets all cards; the store keeps its own, which are sealed. */
  end(): void {
    this.#index.forget();
  }

  /** Loads and refreshes once; a failure is tried again by the next search. */
  #prepared(options: CallOptions): Promise<void> {
    this.#ready ??= this.#index
      .load()
      .then(() => this.refresh(options))
      .catch((error: unknown) => {
        this.#ready = undefined;
        throw error;
      });
    return this.#ready;
  }

  /** Entries as they are now; the index hears of those that are not in the diary any more. */
  async #read(
    ids: readonly string[],
    { signal }: { readonly signal?: AbortSignal | undefined },
  ): Promise<Map<string, Entry>> {
    const mark = this.#form.mark();
    const body = { ids: [...ids] };
    const { data } = unwrap(await this.#api.POST('/api/v1/entries/batch/get', { body, ...(signal && { signal }) }));
    const entries = data.map((wire) => this.#form.fromWire(wire, mark));
    const there = new Set(entries.map(({ id }) => id));
    this.#index.drop(ids.filter((id) => !there.has(id)));
    return new Map(entries.map((entry) => [entry.id, entry]));
  }

  async #shown(query: PreparedQuery, page: readonly FoundEntry[], options: CallOptions): Promise<SearchHit[]> {
    if (page.length === 0) return [];
    const entries = await this.#read(
      page.map(({ id }) => id),
      options,
    );
    const memory = new WordMemory();
    return page.flatMap(({ id, score }) => {
      const [entry, card] = [entries.get(id), this.#index.card(id)];
      // It may have been changed elsewhere: it is shown when it still is what was looked for.
      if (!entry || !card || !match(query, card)) return [];
      return [{ entry, score, highlights: highlightsOf(query, entry, card.language, memory) }];
    });
  }

  async #inTurns<Result>(steps: Generator<undefined, Result>): Promise<Result> {
    for (let n = 1; ; n++) {
      const { done, value } = steps.next();
      if (done === true) return value;
      if (n % cardsAtOnce === 0) await this.#around.sleep(0);
    }
  }

  #cursorOf(request: SearchRequest, behind: NonNullable<PageTurn['behind']>): string {
    return toBase64url(utf8(JSON.stringify([this.#fingerprint(request), behind])));
  }

  #placeOf(request: SearchRequest): PageTurn['behind'] {
    if (request.cursor === undefined) return null;
    try {
      const text = new TextDecoder().decode(fromBase64url(request.cursor));
      const [fingerprint, behind] = JSON.parse(text) as [string, NonNullable<PageTurn['behind']>];
      if (fingerprint === this.#fingerprint(request)) return behind;
    } catch {
      // Neither is a text that no search gave out.
    }
    throw refused('#/cursor', ['belongs to another search']);
  }

  #fingerprint({ query, tags, mood, from, to, sort = 'relevance' }: SearchRequest): string {
    return toBase64url(searchFingerprint(this.#master, JSON.stringify([query, tags, mood, from, to, sort])));
  }
}

/** The same refusal as the server's. */
function refused(pointer: string, details: readonly string[]): DaybookProblem {
  return DaybookProblem.of(422, {
    type: 'request/invalid',
    title: 'The request does not match its schema',
    detail: 'Some fields of the request are not as they should be; each one is listed in errors.',
    errors: details.map((detail) => ({ pointer, detail })),
  });
}
