import createClient, { type Client } from 'openapi-fetch';
import { createId } from './crypto/ids.js';
import type { components, paths } from './generated/api.js';
import { DaybookProblem } from './problems.js';
import type { Call } from './transport.js';

/** Every call of the API, typed from its OpenAPI document: `api.GET('/api/v1/entries/{id}', { params: … })`. */
export type Api = Client<paths>;

/** All shapes of the API by name, e.g. `Schemas['Tokens']`. */
export type Schemas = components['schemas'];

/** Sends a call; `isRepeatable` says whether sending it again has no further effect. */
export type Send = (call: Call, isRepeatable: boolean) => Promise<Response>;

const isSafe = (method: string) => method === 'GET' || method === 'HEAD';

const keyHeader = 'idempotency-key';

/** Where the server ignores an Idempotency-Key. */
const withoutKeys = /\/api\/v1\/(auth|search)\b/;

/** A typed client for the server at `url` (its origin, without `/api/v1`). */
export function createApi(url: string, send: Send): Api {
  const fetch = async (request: Request) => {
    const call = await callOf(request);
    return send(call, isSafe(call.method) || call.headers.has(keyHeader));
  };
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
  const headers = new Headers(request.headers);
  // Drawn once for the call, so that all its tries are one request to the server.
  if (method === 'POST' && !withoutKeys.test(new URL(url).pathname) && !headers.has(keyHeader))
    headers.set(keyHeader, createId());
  return { url, method, headers, signal, ...(body?.byteLength && { body }) };
}
