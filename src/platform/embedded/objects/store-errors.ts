import { element, leaf } from './xml.js';

/** What the store refuses, by S3's codes ("Error responses" of the Amazon S3 API reference), with the HTTP status of each. */
const STATUS = {
  AccessDenied: 403,
  AccessForbidden: 403,
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MaxMessageLengthExceeded: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  XAmzContentSHA256Mismatch: 400,
} as const;

export type StoreErrorCode = keyof typeof STATUS;

/** A refusal that its caller can act on. The message is ours and repeats nothing of what was sent. */
export class StoreError extends Error {
  readonly status: number;

  constructor(
    readonly code: StoreErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = STATUS[code];
  }
}

/** The body that S3 clients read an error from. */
export const errorXml = ({ code, message }: StoreError, requestId: string): string =>
  element('Error', leaf('Code', code), leaf('Message', message), leaf('RequestId', requestId));
