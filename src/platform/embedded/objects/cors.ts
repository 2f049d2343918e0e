import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, nothing } from './answer.js';
import { StoreError } from './store-errors.js';

/** Methods that presigned URLs are made for. */
const METHODS = ['GET', 'HEAD', 'PUT'];
const EXPOSED = ['etag', 'content-range', 'x-amz-checksum-sha256', 'x-amz-request-id'];
const PREFLIGHT_SECONDS = 3600;

/** Which web pages may speak to the store: origins, or `*` for all. No cookie is ever read, so it opens nothing by itself. */
export type AllowedOrigins = readonly string[];

/** What every answer tells a browser (Fetch standard, section "CORS protocol"). */
export function corsHeaders({ origin }: IncomingHttpHeaders, allowed: AllowedOrigins): Record<string, string> {
  if (allowed.includes('*'))
    return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED.join(', ') };
  const vary = { vary: 'Origin' };
  if (origin === undefined || !allowed.includes(origin)) return vary;
  return { ...vary, 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED.join(', ') };
}

/** Answers a browser that asks whether it may; this needs no signature. @throws StoreError where it may not */
export function answerPreflight(headers: IncomingHttpHeaders, allowed: AllowedOrigins): Answer {
  const { origin, 'access-control-request-method': method, 'access-control-request-headers': asked } = headers;
  const isAllowed = origin !== undefined && (allowed.includes('*') || allowed.includes(origin));
  if (!isAllowed || !METHODS.includes(method ?? ''))
    throw new StoreError('AccessForbidden', 'CORSResponse: This CORS request is not allowed.');
  return nothing(204, {
    'access-control-allow-methods': METHODS.join(', '),
    ...(asked !== undefined && { 'access-control-allow-headers': asked }),
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  });
}
