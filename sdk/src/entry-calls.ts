import { type Api, createApi } from './api.js';
import type { EntryForm } from './entry-forms.js';
import type { HistoryKeeper } from './history-keeper.js';
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

/** What all calls about entries share. */
export interface EntryCalls {
  readonly session: Session;
  readonly form: EntryForm;
  readonly heads: HistoryKeeper;
  /** For calls that may be sent again. */
  readonly repeating: Api;
  /** For calls that may not, as long as they have no idempotency key. */
  readonly once: Api;
}

export function entryCalls(session: Session, form: EntryForm, heads: HistoryKeeper): EntryCalls {
  const { url } = session.record;
  const repeating = createApi(url, (call) => session.send(call, { isRepeatable: true }));
  const once = createApi(url, (call, isRepeatable) => session.send(call, { isRepeatable }));
  return { session, form, heads, repeating, once };
}

export function withSignal(signal: AbortSignal | undefined): CallOptions {
  return signal ? { signal } : {};
}

/** The parameters of a list, those that are said. */
export function pageQuery({ limit, cursor }: PageOptions) {
  return { ...(limit !== undefined && { limit }), ...(cursor !== undefined && { cursor }) };
}
