import { type Answer, type Call, nothing, type Operation } from './answer.js';
import { amzValue, receive } from './incoming-body.js';
import type { ObjectFacts } from './object-file.js';
import { namesTag, type Preconditions } from './object-files.js';
import { pathOfKey } from './object-key.js';
import type { SignedRequest } from './signed-request.js';
import { StoreError } from './store-errors.js';

const METADATA_BYTES_MAX = 2048;
const OVERRIDES = [
  'content-type',
  'content-disposition',
  'content-language',
  'content-encoding',
  'cache-control',
  'expires',
];
/** What Node lets into a header: neither a line's end nor anything beyond Latin-1 (RFC 9110, section 5.5). */
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

export const conditionsOf = ({ header }: SignedRequest): Preconditions => ({
  ifMatch: header('if-match'),
  ifNoneMatch: header('if-none-match'),
});

/** What an object or an upload is to be called and how it is to be served, as far as the request says. */
export function describedBy({ header, amzHeaders }: SignedRequest): Pick<ObjectFacts, 'contentType' | 'metadata'> {
  const names = amzHeaders.filter((name) => name.startsWith('x-amz-meta-'));
  const metadata = Object.fromEntries(names.map((name) => [name, header(name) ?? '']));
  if (JSON.stringify(metadata).length > METADATA_BYTES_MAX)
    throw new StoreError('MetadataTooLarge', `Metadata has at most ${METADATA_BYTES_MAX} bytes.`);
  return { contentType: header('content-type') ?? 'application/octet-stream', metadata };
}

export const putObject: Operation = async ({ request, authorization, body, key, objects, now }) => {
  pathOfKey(key); // a key that cannot be is refused before anything is written
  const described = describedBy(request);
  const draft = await objects.begin();
  try {
    const { byteSize, md5, sha256 } = await receive(body, request, authorization, draft);
    const facts = {
      key,
      ...described,
      byteSize,
      etag: md5.toString('hex'),
      sha256: sha256.toString('base64'),
      savedAt: now,
    };
    await draft.finish(facts);
    await objects.publish(draft, key, conditionsOf(request));
    return nothing(200, { etag: `"${facts.etag}"`, 'x-amz-checksum-sha256': facts.sha256 });
  } finally {
    await draft.discard();
  }
};

export const deleteObject: Operation = async ({ key, objects }) => {
  await objects.remove(key);
  return nothing(204);
};

export const getObject: Operation = async ({ request, key, objects }) => {
  const object = await objects.open(key);
  if (object === null) throw new StoreError('NoSuchKey', 'There is no such object.');
  try {
    const headers = { ...headersOf(object.facts, request), ...overridesOf(request) };
    const refusal = refusedBy(conditionsOf(request), object.facts, headers);
    if (refusal !== undefined) {
      await object.handle.close();
      return refusal;
    }
    const { byteSize } = object.facts;
    const range = rangeOf(request, object.facts);
    const { start, length } = range ?? { start: 0, length: byteSize };
    const contentRange = range && { 'content-range': `bytes ${start}-${start + length - 1}/${byteSize}` };
    return {
      status: range ? 206 : 200,
      headers: { ...headers, ...contentRange, 'content-length': String(length) },
      body: { object, start, length },
    };
  } catch (error) {
    await object.handle.close();
    throw error;
  }
};

function headersOf(facts: ObjectFacts, request: SignedRequest): Record<string, string> {
  const isOfParts = facts.sha256.includes('-');
  return {
    'content-type': facts.contentType,
    etag: `"${facts.etag}"`,
    'last-modified': new Date(facts.savedAt).toUTCString(),
    'accept-ranges': 'bytes',
    ...facts.metadata,
    ...(amzValue(request, 'x-amz-checksum-mode') === 'ENABLED' && {
      'x-amz-checksum-sha256': facts.sha256,
      'x-amz-checksum-type': isOfParts ? 'COMPOSITE' : 'FULL_OBJECT',
    }),
  };
}

/** What a presigned URL wants the answer to be called; the signature covers it. */
function overridesOf({ query }: SignedRequest): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const name of OVERRIDES) {
    const value = query.get(`response-${name}`);
    if (value === undefined) continue;
    if (!HEADER_VALUE.test(value))
      throw new StoreError('InvalidArgument', 'A header of the answer cannot have that value.');
    overrides[name] = value;
  }
  return overrides;
}

/** RFC 9110, section 13.2.2 */
function refusedBy(
  { ifMatch, ifNoneMatch }: Preconditions,
  { etag }: ObjectFacts,
  headers: Record<string, string>,
): Answer | undefined {
  if (ifMatch !== undefined && !namesTag(ifMatch, etag))
    throw new StoreError('PreconditionFailed', 'The object is not as the request supposes.');
  if (ifNoneMatch === undefined || !namesTag(ifNoneMatch, etag)) return undefined;
  const { 'content-type': _type, ...rest } = headers;
  return nothing(304, rest);
}

/**
 * The one stretch that a request asks for; undefined for all of it, also where the header is not understood, as HTTP wants it
 * (RFC 9110, section 14.2).
 */
function rangeOf(
  { header }: Call['request'],
  { byteSize, etag }: ObjectFacts,
): { start: number; length: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header('range') ?? '') ?? [];
  const ifRange = header('if-range');
  if ((first === '' && last === '') || (ifRange !== undefined && ifRange !== `"${etag}"`)) return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, byteSize - Number(last)) : Number(first);
  const end = first === '' || last === '' ? byteSize - 1 : Math.min(Number(last), byteSize - 1);
  if (start > end)
    throw new StoreError('InvalidRange', 'The object ends before that.', { 'content-range': `bytes */${byteSize}` });
  return { start, length: end - start + 1 };
}
