import type { IncomingMessage } from 'node:http';
import type { MultipartUploads } from './multipart-uploads.js';
import type { OpenObject } from './object-file.js';
import type { ObjectFiles } from './object-files.js';
import type { SignedRequest } from './signed-request.js';
import type { Authorization } from './signature-v4.js';
import { StoreError } from './store-errors.js';
import { xmlDocument } from './xml.js';

/** A stretch of an object that was opened for this answer; whoever sends it closes it. */
export interface ObjectBytes {
  readonly object: OpenObject;
  readonly start: number;
  readonly length: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ObjectBytes;
}

/** A request whose signature holds, and what it is about. */
export interface Call {
  readonly request: SignedRequest;
  readonly authorization: Authorization;
  readonly body: IncomingMessage;
  readonly bucket: string;
  /** Empty where the request is about the bucket. */
  readonly key: string;
  readonly objects: ObjectFiles;
  readonly uploads: MultipartUploads;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type Operation = (call: Call) => Promise<Answer>;

const XML = { 'content-type': 'application/xml' };

export const nothing = (status: number, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: '',
});

export const xmlAnswer = (root: string, status = 200, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { ...XML, ...headers },
  body: xmlDocument(root),
});

/** How many of something a page may have: what was asked for, at most `most`. */
export function readLimit(text: string | undefined, most: number): number {
  if (text === undefined) return most;
  if (!/^\d{1,9}$/.test(text)) throw new StoreError('InvalidArgument', 'The number of results is not a number.');
  return Math.min(Number(text), most);
}

export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** How a name stands in a list: as it is, or percent-encoded where the client asks for it, since XML cannot hold every name. */
export function nameWriter(request: SignedRequest): (name: string) => string {
  const encoding = request.query.get('encoding-type');
  if (encoding === undefined) return (name) => name;
  if (encoding !== 'url') throw new StoreError('InvalidArgument', 'The only encoding of names is url.');
  return encodeURIComponent;
}
