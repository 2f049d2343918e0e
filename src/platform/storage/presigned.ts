import {
  GetObjectCommand,
  type GetObjectCommandInput,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

const UPLOAD_SECONDS_MAX = 300;
const DOWNLOAD_SECONDS_MAX = 60;

/** What a client sends to the store, as it is: another length, type or checksum is refused there. */
export interface PresignedRequest {
  readonly method: 'PUT' | 'GET';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

/** What is to be uploaded. */
export interface Announced {
  readonly byteSize: number;
  /** Of exactly these bytes, 32 bytes long. */
  readonly sha256: Uint8Array;
}

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const expiryOf = (url: string): Date => {
  const { searchParams } = new URL(url);
  const signedAt = (searchParams.get('X-Amz-Date') ?? '').replace(/^(....)(..)(..T..)(..)(..)/, '$1-$2-$3:$4:$5');
  return new Date(Date.parse(signedAt) + Number(searchParams.get('X-Amz-Expires')) * 1000);
};

async function presign(
  client: S3Client,
  command: PutObjectCommand | UploadPartCommand,
  headers: Readonly<Record<string, string>>,
): Promise<PresignedRequest> {
  // Only the host is signed unless more is asked for, and what moves into the query is no header that a client must send.
  const url = await getSignedUrl(client, command as PutObjectCommand, {
    expiresIn: UPLOAD_SECONDS_MAX,
    signableHeaders: new Set(['host', 'content-length', ...Object.keys(headers)]),
    unhoistableHeaders: new Set(['x-amz-checksum-sha256']),
  });
  return { method: 'PUT', url, headers, expiresAt: expiryOf(url) };
}

/** For one upload in one piece, of five minutes. The length is signed too; clients send it by themselves. */
export function presignPut(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
  { byteSize, sha256, contentType }: Announced & { readonly contentType: string },
): Promise<PresignedRequest> {
  const checksum = toBase64(sha256);
  const input = { ...place, ContentLength: byteSize, ContentType: contentType, ChecksumSHA256: checksum };
  const headers = { 'content-type': contentType, 'x-amz-checksum-sha256': checksum };
  return presign(client, new PutObjectCommand(input), headers);
}

/** For one part of an upload, of five minutes. */
export function presignPart(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string; readonly UploadId: string; readonly PartNumber: number },
  { byteSize, sha256 }: Announced,
): Promise<PresignedRequest> {
  const checksum = toBase64(sha256);
  const input = { ...place, ContentLength: byteSize, ChecksumSHA256: checksum };
  return presign(client, new UploadPartCommand(input), { 'x-amz-checksum-sha256': checksum });
}

/** For one download, of a minute. A browser keeps it as a file and shows nothing of it. */
export async function presignGet(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
): Promise<PresignedRequest> {
  const input: GetObjectCommandInput = {
    ...place,
    ResponseContentDisposition: 'attachment',
    ResponseContentType: 'application/octet-stream',
  };
  const url = await getSignedUrl(client, new GetObjectCommand(input), { expiresIn: DOWNLOAD_SECONDS_MAX });
  return { method: 'GET', url, headers: {}, expiresAt: expiryOf(url) };
}
