import type { MasterKey } from './crypto/master-key.js';
import type { CallOptions } from './entry-calls.js';
import type { EntryForm } from './entry-forms.js';
import type { LocalSearch } from './local-search.js';
import { SealedEntryForm } from './sealed-entry-form.js';
import type { SearchPage, SearchRequest } from './search-form.js';
import type { SearchStore } from './search-store.js';
import { ServerSearch } from './server-search.js';
import type { Session } from './session.js';
import type { Surroundings } from './surroundings.js';

/** What searching a diary takes. */
export interface SearchParts {
  readonly session: Session;
  readonly form: EntryForm;
  /** e2e. */
  readonly master: MasterKey | undefined;
  readonly store: SearchStore;
  readonly around: Surroundings;
}

/**
 * What a search looks into: the server's index in the uce tier; in the e2e tier one of this client's own, which is made with
 * the first search and kept current by all that is written and read here.
 */
export class SearchIndex {
  readonly #parts: SearchParts;
  #local: Promise<LocalSearch> | undefined;

  /** Made by `Daybook`. */
  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  /** Called by `Daybook.search`. */
  async search(request: SearchRequest, options?: CallOptions): Promise<SearchPage> {
    const { session, form } = this.#parts;
    session.assertOpen();
    const local = this.#localSearch();
    return local ? (await local).search(request, options) : new ServerSearch(session, form).search(request, options);
  }

  /** e2e: takes in what other devices have written, changed and deleted since; the first search does it by itself. */
  async refresh(options?: CallOptions): Promise<void> {
    this.#parts.session.assertOpen();
    await (await this.#localSearch())?.refresh(options);
  }

  /** e2e: resolves when the store has all of the index. @throws what the store threw */
  async saved(): Promise<void> {
    await (await this.#local)?.saved();
  }

  /** Forgets what is open in memory. */
  end(): void {
    void this.#local?.then((local) => local.end());
  }

  /** Loaded when it is needed: stemmers and dictionaries are for those who search here. */
  #localSearch(): Promise<LocalSearch> | undefined {
    const { form, master, session, store, around } = this.#parts;
    if (!(form instanceof SealedEntryForm) || !master) return undefined;
    this.#local ??= import('./local-search.js').then(
      ({ LocalSearch }) => new LocalSearch({ session, form, master, store, around }),
    );
    return this.#local;
  }
}
