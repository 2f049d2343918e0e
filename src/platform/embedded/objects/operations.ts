import type { Operation } from './answer.js';
import { deleteObjects, headBucket, listObjects, listUploads } from './bucket-operations.js';
import { deleteObject, getObject, putObject } from './object-operations.js';
import type { SignedRequest } from './signed-request.js';
import { StoreError } from './store-errors.js';
import { abortUpload, completeUpload, createUpload, listParts, putPart } from './upload-operations.js';

interface Route {
  readonly method: string;
  readonly isOfKey: boolean;
  /** The query parameters that make it this operation. */
  readonly by: readonly string[];
  /** Those that it understands besides. */
  readonly with: readonly string[];
  readonly operation: Operation;
}

const ANSWER_HEADERS = ['type', 'disposition', 'language', 'encoding'].map((name) => `response-content-${name}`);
const OVERRIDES = [...ANSWER_HEADERS, 'response-cache-control', 'response-expires'];
const UPLOAD_PAGE = ['prefix', 'key-marker', 'upload-id-marker', 'max-uploads', 'encoding-type'];
const OBJECT_PAGE = ['prefix', 'continuation-token', 'start-after', 'max-keys', 'encoding-type'];

const route = (
  method: string,
  subject: 'bucket' | 'key',
  by: readonly string[],
  operation: Operation,
  besides: readonly string[] = [],
): Route => ({ method, isOfKey: subject === 'key', by, with: besides, operation });

/** Those that need more come first. */
const routes: readonly Route[] = [
  route('HEAD', 'bucket', [], headBucket),
  route('GET', 'bucket', ['uploads'], listUploads, UPLOAD_PAGE),
  route('GET', 'bucket', ['list-type'], listObjects, OBJECT_PAGE),
  route('POST', 'bucket', ['delete'], deleteObjects),
  route('PUT', 'key', ['uploadId', 'partNumber'], putPart),
  route('PUT', 'key', [], putObject),
  route('POST', 'key', ['uploads'], createUpload),
  route('POST', 'key', ['uploadId'], completeUpload),
  route('GET', 'key', ['uploadId'], listParts, ['max-parts', 'part-number-marker']),
  route('GET', 'key', [], getObject, OVERRIDES),
  route('HEAD', 'key', [], getObject, OVERRIDES),
  route('DELETE', 'key', ['uploadId'], abortUpload),
  route('DELETE', 'key', [], deleteObject),
];

/** Headers and parameters of AWS that are read here, or that change nothing. */
const AMZ = new Set(
  ['algorithm', 'credential', 'date', 'expires', 'signedheaders', 'signature', 'content-sha256', 'user-agent']
    .concat(['checksum-sha256', 'checksum-algorithm', 'checksum-type', 'checksum-mode', 'sdk-checksum-algorithm'])
    .map((name) => `x-amz-${name}`),
);

const isKnownToAll = (name: string): boolean => AMZ.has(name.toLowerCase()) || name === 'x-id';

/**
 * The operation that a request asks for.
 * @throws StoreError where a part of the request asks for something that is not there: nothing is silently left out
 */
export function operationFor({ method, query, amzHeaders }: SignedRequest, key: string): Operation {
  const found = routes.find(
    ({ method: other, isOfKey, by }) =>
      method === other && isOfKey === (key !== '') && by.every((name) => query.has(name)),
  );
  if (!found) throw new StoreError('NotImplemented', 'There is no such operation here.');
  const known = new Set([...found.by, ...found.with]);
  if ([...query.keys()].some((name) => !known.has(name) && !isKnownToAll(name)))
    throw new StoreError('NotImplemented', 'A query parameter asks for something that is not there.');
  if (amzHeaders.some((name) => !isKnownToAll(name) && !name.startsWith('x-amz-meta-')))
    throw new StoreError('NotImplemented', 'A header asks for something that is not there.');
  return found.operation;
}
