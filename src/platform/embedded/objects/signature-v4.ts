import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { SignedRequest } from './signed-request.js';
import { StoreError } from './store-errors.js';

// "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API reference.
const ALGORITHM = 'AWS4-HMAC-SHA256';
const SKEW_MS_MAX = 15 * 60_000;
const EXPIRES_SECONDS_MAX = 7 * 86_400;
const UNSIGNED = 'UNSIGNED-PAYLOAD';

export interface StoreKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** What a signature that holds says about the request it came with. */
export interface Authorization {
  /** SHA-256 of the body in hex, where the signature names it. */
  readonly payloadSha256: string | undefined;
  /** The headers that the signature covers, in lower case. */
  readonly signedHeaders: ReadonlySet<string>;
}

interface Claim {
  readonly credential: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly date: string;
  /** The last line of the canonical request. */
  readonly payload: string;
}

const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** Percent-encodes all but the unreserved characters of RFC 3986. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** `20261121T101500Z` as milliseconds since 1970. */
function instantOf(date: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)?.slice(1);
  const instant = parts ? Date.parse(`${parts.slice(0, 3).join('-')}T${parts.slice(3).join(':')}Z`) : Number.NaN;
  if (Number.isNaN(instant)) throw new StoreError('AccessDenied', 'The date of the signature cannot be read.');
  return instant;
}

function claimInQuery({ query }: SignedRequest, now: number): Claim {
  const of = (name: string) => query.get(`X-Amz-${name}`) ?? '';
  const refuse = (message: string) => new StoreError('AuthorizationQueryParametersError', message);
  if (of('Algorithm') !== ALGORITHM) throw refuse('Only AWS4-HMAC-SHA256 is understood.');
  const seconds = /^\d{1,7}$/.test(of('Expires')) ? Number(of('Expires')) : 0;
  if (seconds < 1 || seconds > EXPIRES_SECONDS_MAX) throw refuse('X-Amz-Expires has to be 1 to 604800.');
  const signedAt = instantOf(of('Date'));
  if (signedAt > now + SKEW_MS_MAX) throw new StoreError('AccessDenied', 'The request is not valid yet.');
  if (now > signedAt + seconds * 1000) throw new StoreError('AccessDenied', 'Request has expired');
  return {
    credential: of('Credential'),
    signedHeaders: of('SignedHeaders').split(';'),
    signature: of('Signature'),
    date: of('Date'),
    payload: query.get('X-Amz-Content-Sha256') ?? UNSIGNED,
  };
}

function claimInHeader(request: SignedRequest, now: number): Claim {
  const authorization = request.header('authorization') ?? '';
  const found = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([^,]+)$/.exec(authorization);
  if (found === null) throw new StoreError('AuthorizationHeaderMalformed', 'Only AWS4-HMAC-SHA256 is understood.');
  const [, credential = '', signedHeaders = '', signature = ''] = found;
  const date = request.header('x-amz-date') ?? '';
  if (Math.abs(now - instantOf(date)) > SKEW_MS_MAX)
    throw new StoreError('RequestTimeTooSkewed', 'The clocks of client and store differ by more than 15 minutes.');
  const payload = request.header('x-amz-content-sha256');
  if (payload === undefined) throw new StoreError('InvalidRequest', 'The header x-amz-content-sha256 is missing.');
  return { credential, signedHeaders: signedHeaders.split(';'), signature, date, payload };
}

function claimOf(request: SignedRequest, now: number): Claim {
  const [isInQuery, isInHeader] = [request.query.has('X-Amz-Signature'), request.header('authorization') !== undefined];
  if (isInQuery && isInHeader) throw new StoreError('InvalidArgument', 'Only one way to sign is allowed at a time.');
  if (isInQuery) return claimInQuery(request, now);
  if (isInHeader) return claimInHeader(request, now);
  throw new StoreError('AccessDenied', 'The request is not signed.');
}

/** "Task 1: Create a canonical request" */
function canonicalRequest(request: SignedRequest, { signedHeaders, payload }: Claim): string {
  const query = [...request.query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.join('='));
  return [
    request.method,
    request.path.split('/').map(encode).join('/'),
    query.join('&'),
    ...signedHeaders.map((name) => `${name}:${request.header(name) ?? ''}`),
    '',
    signedHeaders.join(';'),
    payload,
  ].join('\n');
}

/** The access key that signed, and what it may be used for: key/day/region/service/aws4_request. */
function refuseOtherScope({ credential, date }: Claim, key: StoreKey): readonly string[] {
  const [accessKeyId, day, region, ...rest] = credential.split('/');
  if (accessKeyId !== key.accessKeyId) throw new StoreError('InvalidAccessKeyId', 'There is no such access key.');
  if (day !== date.slice(0, 8) || region !== key.region || rest.join('/') !== 's3/aws4_request')
    throw new StoreError('AccessDenied', 'The signature is for another day, region or service.');
  return [day, region, ...rest];
}

function refuseUnsignedHeaders({ header, amzHeaders }: SignedRequest, signed: ReadonlySet<string>): void {
  if (!signed.has('host') || header('host') === undefined)
    throw new StoreError('AccessDenied', 'The signature has to cover the host.');
  if (amzHeaders.some((name) => !signed.has(name)))
    throw new StoreError('AccessDenied', 'There were headers present in the request which were not signed');
}

/**
 * Whether `request` was signed with `key`, in its header or in its query.
 * @param now milliseconds since 1970
 * @throws StoreError where it was not, where the signature has expired, and where it leaves an `x-amz-…` header out
 */
export function authorize(request: SignedRequest, key: StoreKey, now: number): Authorization {
  const claim = claimOf(request, now);
  const scope = refuseOtherScope(claim, key);
  const signedHeaders = new Set(claim.signedHeaders);
  refuseUnsignedHeaders(request, signedHeaders);
  const text = [ALGORITHM, claim.date, scope.join('/'), sha256Hex(canonicalRequest(request, claim))].join('\n');
  const expected = hmac(scope.reduce<string | Buffer>(hmac, `AWS4${key.secretAccessKey}`), text).toString('hex');
  if (!isSame(expected, claim.signature))
    throw new StoreError('SignatureDoesNotMatch', 'The signature does not belong to this request.');
  return { payloadSha256: payloadHash(claim.payload), signedHeaders };
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function payloadHash(payload: string): string | undefined {
  if (payload === UNSIGNED) return undefined;
  if (/^[\da-f]{64}$/.test(payload)) return payload;
  if (payload.startsWith('STREAMING-'))
    throw new StoreError(
      'NotImplemented',
      'Bodies in signed chunks (aws-chunked) are not read here: send the body as it is.',
    );
  throw new StoreError('InvalidArgument', 'x-amz-content-sha256 has to be a SHA-256 in hex, or UNSIGNED-PAYLOAD.');
}
