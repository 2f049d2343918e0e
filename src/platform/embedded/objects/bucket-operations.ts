import { isoTime, nameWriter, nothing, type Operation, readLimit, xmlAnswer } from './answer.js';
import { receiveText } from './incoming-body.js';
import type { ObjectFacts } from './object-file.js';
import { StoreError } from './store-errors.js';
import { element, leaf, readRecords } from './xml.js';

const PAGE_MAX = 1000;
const LIST_BYTES_MAX = 2 * 1024 * 1024;

export const headBucket: Operation = () => Promise.resolve(nothing(200));

/** A page's place is the last key before it; base64url, so that it is opaque and any key fits. */
const tokenOf = (key: string): string => Buffer.from(key).toString('base64url');

export const listObjects: Operation = async ({ request, bucket, objects }) => {
  const { query } = request;
  if (query.get('list-type') !== '2') throw new StoreError('NotImplemented', 'Only list-type=2 is there.');
  const written = nameWriter(request);
  const [token, prefix] = [query.get('continuation-token'), query.get('prefix') ?? ''];
  const after = token === undefined ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const limit = readLimit(query.get('max-keys'), PAGE_MAX);
  const page = await objects.list(prefix, after, limit);
  const contents = ({ key, savedAt, etag, byteSize }: ObjectFacts) =>
    element(
      'Contents',
      leaf('Key', written(key)),
      leaf('LastModified', isoTime(savedAt)),
      leaf('ETag', `"${etag}"`),
      leaf('Size', byteSize),
      leaf('StorageClass', 'STANDARD'),
    );
  const root = element(
    'ListBucketResult',
    leaf('Name', bucket),
    leaf('Prefix', written(prefix)),
    leaf('KeyCount', page.objects.length),
    leaf('MaxKeys', limit),
    leaf('EncodingType', query.get('encoding-type')),
    leaf('IsTruncated', page.next !== undefined),
    leaf('NextContinuationToken', page.next && tokenOf(page.next)),
    ...page.objects.map(contents),
  );
  return xmlAnswer(root);
};

export const deleteObjects: Operation = async ({ request, body, authorization, objects }) => {
  const text = await receiveText(body, request, authorization, LIST_BYTES_MAX);
  const named = readRecords(text, 'Delete', 'Object', ['Quiet']);
  const keys = named?.map(({ Key: key }) => key);
  if (!keys || keys.length === 0 || keys.length > PAGE_MAX || !keys.every((key) => key !== undefined))
    throw new StoreError('MalformedXML', `Expected one to ${PAGE_MAX} keys.`);
  const results: string[] = [];
  for (const key of keys) {
    try {
      await objects.remove(key);
      results.push(element('Deleted', leaf('Key', key)));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      results.push(element('Error', leaf('Key', key), leaf('Code', error.code), leaf('Message', error.message)));
    }
  }
  return xmlAnswer(element('DeleteResult', ...results));
};

export const listUploads: Operation = async ({ request, bucket, uploads }) => {
  const { query } = request;
  const written = nameWriter(request);
  const [keyMarker, idMarker] = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? ''];
  const isAfter = (key: string, id: string) => {
    const order = Buffer.compare(Buffer.from(key), Buffer.from(keyMarker));
    return order > 0 || (order === 0 && idMarker !== '' && id > idMarker);
  };
  const prefix = query.get('prefix') ?? '';
  const limit = readLimit(query.get('max-uploads'), PAGE_MAX);
  const all = (await uploads.list()).filter(({ key, id }) => key.startsWith(prefix) && isAfter(key, id));
  const page = all.slice(0, limit);
  const last = all.length > limit ? page.at(-1) : undefined;
  const root = element(
    'ListMultipartUploadsResult',
    leaf('Bucket', bucket),
    leaf('Prefix', written(prefix)),
    leaf('MaxUploads', limit),
    leaf('EncodingType', query.get('encoding-type')),
    leaf('IsTruncated', last !== undefined),
    leaf('NextKeyMarker', last && written(last.key)),
    leaf('NextUploadIdMarker', last?.id),
    ...page.map(({ key, id, startedAt }) =>
      element('Upload', leaf('Key', written(key)), leaf('UploadId', id), leaf('Initiated', isoTime(startedAt))),
    ),
  );
  return xmlAnswer(root);
};
