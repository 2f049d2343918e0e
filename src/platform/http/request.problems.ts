import { problem, type ProblemClass } from './problem.js';

export const InvalidRequest = problem(
  'request/invalid',
  422,
  'The request does not match its schema',
  'Some fields of the request are not as they should be; each one is listed in errors.',
);
export const MalformedRequest = problem(
  'request/malformed',
  400,
  'The request cannot be read',
  'The address, the headers or the body of the request cannot be read: check syntax, encoding and nesting.',
);
export const NoSuchRoute = problem(
  'request/no-such-route',
  404,
  'No such route',
  'There is nothing at this address for this method; the API is described at /api/v1/docs.',
);
const RequestTimeout = problem(
  'request/timeout',
  408,
  'The request took too long to arrive',
  'The request was not complete in time; send it again.',
);
export const BodyTooLarge = problem(
  'request/too-large',
  413,
  'The body is too large',
  'A body may have 1 MiB on this route.',
);
const UriTooLong = problem('request/uri-too-long', 414, 'The address is too long', 'A part of the path is too long.');
export const UnsupportedMediaType = problem(
  'request/unsupported-media-type',
  415,
  'The body is of a type that is not read here',
  'Send JSON, with Content-Type: application/json.',
);
export const TooManyRequests = problem(
  'request/too-many',
  429,
  'Too many requests',
  'There were too many tries. Send the request again after the time in Retry-After.',
);
export const IdempotencyKeyReused = problem(
  'request/idempotency-key-reused',
  422,
  'The idempotency key was used for another request',
  'Another request was sent with this Idempotency-Key within the last 24 hours. Take a new key.',
);
export const InProgress = problem(
  'request/in-progress',
  409,
  'The same request is still being worked on',
  'A request with this Idempotency-Key has not ended yet. Send it again after the time in Retry-After.',
);
const HeadersTooLarge = problem(
  'request/headers-too-large',
  431,
  'The headers are too large',
  'The headers of the request are larger than this server reads.',
);
export const Unexpected = problem(
  'server/unexpected',
  500,
  'Something went wrong on our side',
  'The request failed through no fault of yours. Quote instance when you ask for help.',
);
export const Unavailable = problem(
  'server/unavailable',
  503,
  'The server is busy or restarting',
  'The request could not be served now. Send it again after the time in Retry-After.',
);

const byStatus = new Map<number, ProblemClass>(
  [
    MalformedRequest,
    NoSuchRoute,
    RequestTimeout,
    BodyTooLarge,
    UriTooLong,
    UnsupportedMediaType,
    TooManyRequests,
    HeadersTooLarge,
    Unavailable,
  ].map((kind) => [kind.kind.status, kind]),
);

/** The problem for a refusal by the HTTP server itself, which knows only a status. */
export const problemOfStatus = (status: number): ProblemClass =>
  byStatus.get(status) ?? (status >= 400 && status < 500 ? MalformedRequest : Unexpected);
