import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './generated/api.js';
import { DaybookProblem } from './problems.js';
import type { Call } from './transport.js';

/** Every call of the API, typed from its OpenAPI document: `api.GET('/api/v1/entries/{id}', { params: … })`. */
export type Api = Client<paths>;

/** All shapes of the API by name, e.g. `Schemas['Tokens']`. */
export type Schemas = components['schemas'];

/** Sends a call; `isRepeatable` is false for methods that may not be repeated as such. */
export type Send = (call: Call, isRepeatable: boolean) => Promise<Response>;

const isSafe = (method: string) => method === 'GET' || method === 'HEAD';

/** A typed client for the server at `url` (its origin, without `/api/v1`). */
export function createApi(url: string, send: Send): Api {
  const fetch = async (request: Request) => send(await callOf(request), isSafe(request.method));
  return createClient<paths>({ baseUrl: url, fetch });
}

/**
 * The data of an answer of `Api`; undefined for a 204.
 * @throws DaybookProblem when the server refused, or said nothing where something was due
 */
export function unwrap<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  const { data, error, response } = answer;
  const isEmptyOnPurpose = response.status === 204;
  if (!response.ok || (data === undefined && !isEmptyOnPurpose)) throw DaybookProblem.of(response.status, error);
  return data as T;
}

async function callOf(request: Request): Promise<Call> {
  const { url, method, signal } = request;
  const body = isSafe(method) ? undefined : await request.arrayBuffer();
  return { url, method, headers: new Headers(request.headers), signal, ...(body?.byteLength && { body }) };
}
