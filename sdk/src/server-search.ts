import { type Api, createApi, type Schemas, unwrap } from './api.js';
import type { CallOptions } from './entry-calls.js';
import type { EntryForm } from './entry-forms.js';
import type { Search, SearchPage, SearchRequest } from './search-form.js';
import type { Session } from './session.js';

/** So many pages in which nothing was found yet are followed by the next one without being asked for. */
const emptyPagesMax = 10;

/** uce: the server searches, in the request that brings the key. */
export class ServerSearch implements Search {
  readonly #form: EntryForm;
  readonly #api: Api;

  constructor(session: Session, form: EntryForm) {
    this.#form = form;
    // Searching changes nothing, though it is a POST: the query must not be in a URL.
    this.#api = createApi(session.record.url, (call) => session.send(call, { isRepeatable: true }));
  }

  async search({ tags, ...request }: SearchRequest, { signal }: CallOptions = {}): Promise<SearchPage> {
    const body = wireOf({ ...request, ...(tags && { tags: [...tags] }) });
    const mark = this.#form.mark();
    const ask = async (cursor?: string) => {
      const whole = cursor === undefined ? body : { ...body, cursor };
      return unwrap(await this.#api.POST('/api/v1/search', { body: whole, ...(signal && { signal }) }));
    };
    let page = await ask();
    for (let n = 0; n < emptyPagesMax && page.data.length === 0 && page.next_cursor !== null; n++)
      page = await ask(page.next_cursor);
    const data = page.data.map((hit) => ({ ...hit, entry: this.#form.fromWire(hit.entry, mark) }));
    return { ...page, data };
  }
}

type WireSearch = Schemas['SearchQuery'];

/** Without the fields that were given as undefined. */
function wireOf({ query, ...rest }: SearchRequest & { readonly tags?: string[] }): WireSearch {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { query, ...(Object.fromEntries(given) as Omit<Partial<WireSearch>, 'query'>) } as WireSearch;
}
