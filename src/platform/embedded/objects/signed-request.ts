import type { IncomingMessage } from 'node:http';
import { StoreError } from './store-errors.js';

/** A request as it came, with its target taken apart and nothing in it normalised: `..` is a name like any other. */
export interface SignedRequest {
  readonly method: string;
  /** Decoded, beginning with a slash. */
  readonly path: string;
  /** Decoded. A name that comes twice is refused. */
  readonly query: ReadonlyMap<string, string>;
  /** All values of a header, joined as they are signed; undefined where it was not sent. */
  header(name: string): string | undefined;
  /** The `x-amz-…` headers that were sent, in lower case. */
  readonly amzHeaders: readonly string[];
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new StoreError('InvalidURI', 'The address is not percent-encoded UTF-8.');
  }
};

function readQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split('&').filter(Boolean)) {
    const [name = '', ...value] = pair.split('=');
    const known = decode(name);
    if (query.has(known)) throw new StoreError('InvalidArgument', 'A query parameter was given twice.');
    query.set(known, decode(value.join('=')));
  }
  return query;
}

/** @throws StoreError where the target of the request cannot be read */
export function readRequest({ method = '', url = '', headersDistinct }: IncomingMessage): SignedRequest {
  const [path = '', ...query] = url.split('?');
  if (!path.startsWith('/')) throw new StoreError('InvalidURI', 'The address has to begin with a slash.');
  return {
    method,
    path: decode(path),
    query: readQuery(query.join('?')),
    header: (name) => headersDistinct[name]?.map((value) => value.trim().replace(/ +/g, ' ')).join(','),
    amzHeaders: Object.keys(headersDistinct).filter((name) => name.startsWith('x-amz-')),
  };
}
