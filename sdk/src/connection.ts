import { type Api, createApi } from './api.js';
import type { RetryPolicy } from './retry.js';
import { MemorySearchStore, type SearchStore } from './search-store.js';
import { MemorySessionStore, type SessionStore } from './session-store.js';
import { type Fetch, realSurroundings, type Surroundings } from './surroundings.js';
import { Transport } from './transport.js';

/** Where the server is, and how it is spoken to. */
export interface ConnectionOptions {
  /** The server's origin, e.g. `https://diary.example.org`, without `/api/v1`. */
  readonly url: string;
  /** Where the session is kept; in memory unless given. */
  readonly store?: SessionStore;
  /** e2e: where the search index is kept, sealed; in memory unless given, and then made anew each time. */
  readonly searchStore?: SearchStore;
  /** The platform's, unless given. */
  readonly fetch?: Fetch;
  readonly retry?: Partial<RetryPolicy>;
}

/** A server before anyone has signed in. */
export interface Connection {
  readonly url: string;
  readonly store: SessionStore;
  readonly searchStore: SearchStore;
  readonly around: Surroundings;
  readonly transport: Transport;
  /** For calls without a token; only reading ones are repeated. */
  readonly once: Api;
  /** For calls without a token that may all be repeated. */
  readonly repeating: Api;
}

/** Prepares to speak to a server; nothing is sent yet. */
export function connect(options: ConnectionOptions): Connection {
  const { url, store = new MemorySessionStore(), searchStore = new MemorySearchStore(), fetch, retry } = options;
  const around = realSurroundings(fetch);
  const transport = new Transport(around, retry);
  const origin = url.replace(/\/+$/, '');
  const once = createApi(origin, (call, isRepeatable) => transport.send(call, { isRepeatable }));
  const repeating = createApi(origin, (call) => transport.send(call, { isRepeatable: true }));
  return { url: origin, store, searchStore, around, transport, once, repeating };
}
