import { isoTime, nothing, type Operation, readLimit, xmlAnswer } from './answer.js';
import { amzValue, receive, receiveText } from './incoming-body.js';
import { type NamedPart, type Part, readPartNumber } from './multipart-uploads.js';
import { conditionsOf, describedBy } from './object-operations.js';
import { pathOfKey } from './object-key.js';
import type { SignedRequest } from './signed-request.js';
import { StoreError } from './store-errors.js';
import { element, leaf, readRecords, type XmlRecord } from './xml.js';

const PAGE_MAX = 1000;
const PARTS_BYTES_MAX = 4 * 1024 * 1024;

const idOf = ({ query }: SignedRequest): string => query.get('uploadId') ?? '';

export const createUpload: Operation = async ({ request, bucket, key, uploads, now }) => {
  pathOfKey(key);
  const algorithm = amzValue(request, 'x-amz-checksum-algorithm');
  if (algorithm !== undefined && algorithm !== 'SHA256')
    throw new StoreError('NotImplemented', 'SHA256 is the only checksum here.');
  const facts = { key, ...describedBy(request), hasSha256: algorithm !== undefined, startedAt: now };
  const id = await uploads.begin(facts);
  return xmlAnswer(
    element('InitiateMultipartUploadResult', leaf('Bucket', bucket), leaf('Key', key), leaf('UploadId', id)),
    200,
    algorithm === undefined ? {} : { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': 'COMPOSITE' },
  );
};

export const putPart: Operation = async ({ request, authorization, body, key, objects, uploads, now }) => {
  const number = readPartNumber(request.query.get('partNumber'));
  const { id, hasSha256 } = await uploads.find(idOf(request), key);
  if (hasSha256 && amzValue(request, 'x-amz-checksum-sha256') === undefined)
    throw new StoreError('InvalidRequest', 'The upload was begun with SHA-256: every part needs its own.');
  const draft = await objects.begin();
  try {
    const { byteSize, md5, sha256 } = await receive(body, request, authorization, draft);
    const [etag, checksum] = [md5.toString('hex'), sha256.toString('base64')];
    const facts = { key, byteSize, etag, sha256: checksum, contentType: '', metadata: {}, savedAt: now };
    await draft.finish(facts);
    await uploads.publish(id, number, draft);
    return nothing(200, { etag: `"${etag}"`, 'x-amz-checksum-sha256': checksum });
  } finally {
    await draft.discard();
  }
};

export const listParts: Operation = async ({ request, bucket, key, uploads }) => {
  const { query } = request;
  const { id, hasSha256 } = await uploads.find(idOf(request), key);
  const limit = readLimit(query.get('max-parts'), PAGE_MAX);
  const after = readLimit(query.get('part-number-marker') ?? '0', Number.MAX_SAFE_INTEGER);
  const all = (await uploads.parts(id)).filter(({ number }) => number > after);
  const page = all.slice(0, limit);
  const last = all.length > limit ? page.at(-1) : undefined;
  const part = ({ number, etag, byteSize, sha256, savedAt }: Part) =>
    element(
      'Part',
      leaf('PartNumber', number),
      leaf('LastModified', isoTime(savedAt)),
      leaf('ETag', `"${etag}"`),
      leaf('Size', byteSize),
      leaf('ChecksumSHA256', hasSha256 ? sha256 : undefined),
    );
  const root = element(
    'ListPartsResult',
    leaf('Bucket', bucket),
    leaf('Key', key),
    leaf('UploadId', id),
    leaf('MaxParts', limit),
    leaf('IsTruncated', last !== undefined),
    leaf('NextPartNumberMarker', last?.number),
    ...page.map(part),
  );
  return xmlAnswer(root);
};

export const completeUpload: Operation = async ({ request, authorization, body, bucket, key, uploads, now }) => {
  const upload = await uploads.find(idOf(request), key);
  const text = await receiveText(body, request, authorization, PARTS_BYTES_MAX);
  const named = readRecords(text, 'CompleteMultipartUpload', 'Part');
  if (!named || named.length === 0) throw new StoreError('MalformedXML', 'Expected a list of parts.');
  const facts = await uploads.complete(upload, named.map(toNamedPart), conditionsOf(request), now);
  return xmlAnswer(
    element(
      'CompleteMultipartUploadResult',
      leaf('Bucket', bucket),
      leaf('Key', key),
      leaf('ETag', `"${facts.etag}"`),
      leaf('ChecksumSHA256', facts.sha256),
      leaf('ChecksumType', 'COMPOSITE'),
    ),
  );
};

const toNamedPart = (record: XmlRecord): NamedPart => ({
  number: readPartNumber(record['PartNumber']),
  etag: (record['ETag'] ?? '').replaceAll('"', ''),
  sha256: record['ChecksumSHA256'],
});

export const abortUpload: Operation = async ({ request, key, uploads }) => {
  const { id } = await uploads.find(idOf(request), key);
  await uploads.abort(id);
  return nothing(204);
};
