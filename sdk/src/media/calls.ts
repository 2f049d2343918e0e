import { type Api, createApi, type Schemas, unwrap } from '../api.js';
import type { paths } from '../generated/api.js';
import type { Session } from '../session.js';
import type { WireMedia, WirePart, WireParts, WireReserved, WireUpload } from './wire.js';

type Listing = NonNullable<paths['/api/v1/media']['get']['parameters']['query']>;

/** The calls of the API that are about media. All of them throw DaybookProblem, ConnectionFailed and SignedOut. */
export class MediaCalls {
  readonly #api: Api;

  /** @param isRepeatable whether they are sent again on failures; each may be, since ids are chosen before */
  constructor(session: Session, { isRepeatable }: { readonly isRepeatable: boolean }) {
    this.#api = createApi(session.record.url, (call) => session.send(call, { isRepeatable }));
  }

  async reserve(body: WireUpload, signal?: AbortSignal): Promise<WireReserved> {
    return unwrap(await this.#api.POST('/api/v1/media/upload', { body, ...withSignal(signal) }));
  }

  /** Where these parts go, and which are there; with none, only that. */
  async parts(id: string, parts: readonly WirePart[], signal?: AbortSignal): Promise<WireParts> {
    const body = { parts: [...parts] };
    return unwrap(await this.#api.POST('/api/v1/media/{id}/parts', { ...at(id, signal), body }));
  }

  async complete(id: string, signal?: AbortSignal): Promise<Schemas['WrittenMedia']> {
    return unwrap(await this.#api.POST('/api/v1/media/{id}/complete', { ...at(id, signal), body: {} }));
  }

  async get(id: string, signal?: AbortSignal): Promise<WireMedia> {
    return unwrap(await this.#api.GET('/api/v1/media/{id}', at(id, signal)));
  }

  async list(query: Listing, signal?: AbortSignal): Promise<Schemas['MediaPage']> {
    return unwrap(await this.#api.GET('/api/v1/media', { params: { query }, ...withSignal(signal) }));
  }

  /** Where the sealed bytes are, for a minute. */
  async whereabouts(id: string, signal?: AbortSignal): Promise<string> {
    return unwrap(await this.#api.GET('/api/v1/media/{id}/download', at(id, signal))).url;
  }

  async remove(
    id: string,
    { isPermanent }: { readonly isPermanent: boolean },
    signal?: AbortSignal,
  ): Promise<Schemas['RemovedMedia']> {
    const params = { path: { id }, query: isPermanent ? { permanent: true } : {} };
    return unwrap(await this.#api.DELETE('/api/v1/media/{id}', { params, ...withSignal(signal) }));
  }

  async restore(id: string, signal?: AbortSignal): Promise<Schemas['WrittenMedia']> {
    return unwrap(await this.#api.POST('/api/v1/media/{id}/restore', at(id, signal)));
  }
}

function at(id: string, signal: AbortSignal | undefined) {
  return { params: { path: { id } }, ...withSignal(signal) };
}

function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {};
}
