import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Draft } from './drafts.js';
import type { SignedRequest } from './signed-request.js';
import type { Authorization } from './signature-v4.js';
import { StoreError } from './store-errors.js';

/** What a single PUT may bring at most, as in S3. */
const BODY_BYTES_MAX = 5 * 1024 ** 3;

export interface Received {
  readonly byteSize: number;
  readonly md5: Buffer;
  readonly sha256: Buffer;
}

/** What a request says of the bytes it brings. */
interface Expected {
  readonly byteSize: number;
  readonly sha256: Buffer | undefined;
  readonly payloadSha256: Buffer | undefined;
  readonly md5: Buffer | undefined;
}

/** A value that S3 takes as a header or, in a presigned URL, as a parameter. */
export const amzValue = (request: SignedRequest, name: string): string | undefined =>
  request.header(name) ?? request.query.get(name);

function digestOf(text: string | undefined, length: number): Buffer | undefined {
  if (text === undefined) return undefined;
  const digest = Buffer.from(text, 'base64');
  if (digest.length !== length || digest.toString('base64') !== text)
    throw new StoreError('InvalidDigest', 'A checksum of the request is not the base64 of one.');
  return digest;
}

/** @throws StoreError where the request does not say what it brings, or its signature does not cover it */
function expectedOf(request: SignedRequest, { payloadSha256 }: Authorization): Expected {
  const length = request.header('content-length');
  if (length === undefined) throw new StoreError('MissingContentLength', 'The header Content-Length is missing.');
  if (Number(length) > BODY_BYTES_MAX) throw new StoreError('EntityTooLarge', 'One upload has at most 5 GiB.');
  if (request.header('content-encoding')?.includes('aws-chunked'))
    throw new StoreError('NotImplemented', 'Bodies in chunks (aws-chunked) are not read here: send the body as it is.');
  const sha256 = digestOf(amzValue(request, 'x-amz-checksum-sha256'), 32);
  if (sha256 === undefined && payloadSha256 === undefined)
    throw new StoreError('InvalidRequest', 'The signature has to name the bytes: sign x-amz-checksum-sha256.');
  return {
    byteSize: Number(length),
    sha256,
    payloadSha256: payloadSha256 === undefined ? undefined : Buffer.from(payloadSha256, 'hex'),
    md5: digestOf(request.header('content-md5'), 16),
  };
}

/**
 * Passes a request's body on as it comes in, and compares it with what the request said.
 * @throws StoreError where it is not what was said
 */
export async function receive(
  body: IncomingMessage,
  request: SignedRequest,
  authorization: Authorization,
  to: Pick<Draft, 'append'>,
): Promise<Received> {
  const expected = expectedOf(request, authorization);
  const [md5, sha256] = [createHash('md5'), createHash('sha256')];
  let byteSize = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    byteSize += chunk.length;
    md5.update(chunk);
    sha256.update(chunk);
    await to.append(chunk);
  }
  const received = { byteSize, md5: md5.digest(), sha256: sha256.digest() };
  compare(received, expected);
  return received;
}

function compare(received: Received, expected: Expected): void {
  if (received.byteSize !== expected.byteSize)
    throw new StoreError('IncompleteBody', 'The body does not have the length that was announced.');
  const isOther = (digest: Buffer, announced: Buffer | undefined) =>
    announced !== undefined && !digest.equals(announced);
  if (isOther(received.sha256, expected.payloadSha256))
    throw new StoreError('XAmzContentSHA256Mismatch', 'The body is not the one that was signed.');
  if (isOther(received.sha256, expected.sha256) || isOther(received.md5, expected.md5))
    throw new StoreError('BadDigest', 'The body does not have the checksum that was announced.');
}

/** A small body as text, such as a list of parts. @throws StoreError where it is not what the request said */
export async function receiveText(
  body: IncomingMessage,
  request: SignedRequest,
  authorization: Authorization,
  bytesMax: number,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const append = (chunk: Uint8Array) => {
    length += chunk.length;
    if (length > bytesMax) throw new StoreError('MaxMessageLengthExceeded', 'The body is too long.');
    chunks.push(chunk);
  };
  await receive(body, request, authorization, { append: (chunk) => Promise.resolve(append(chunk)) });
  return Buffer.concat(chunks).toString('utf8');
}
