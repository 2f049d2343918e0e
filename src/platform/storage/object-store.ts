import { createHash, type Hash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.js';
import { type Announced, presignGet, presignPart, type PresignedRequest, presignPut } from './presigned.js';
import { newS3Clients, type S3Clients, STORE_TIMEOUT_MS } from './s3-clients.js';
import { answered, orIfAbsent, orIfRefused, withStatus } from './store-failures.js';
import { readChecksum, type StoredObject } from './stored-object.js';

/** A store joins the parts in this call; the time is below what a request of ours may take. */
const COMPLETE_TIMEOUT_MS = 9_000;
/** Only a job has the time to read a whole object. */
const MEASURE_TIMEOUT_MS = 300_000;
const PAGE_MAX = 1000;
const REFUSED_PARTS = ['EntityTooSmall', 'InvalidPart', 'InvalidPartOrder', 'NoSuchUpload'];

export interface UploadedPart {
  readonly number: number;
  readonly byteSize: number;
  /** As the store gave it, with its quotes. */
  readonly etag: string;
  /** undefined where the store keeps none. */
  readonly sha256: Uint8Array | undefined;
}

/** What was read of an object. */
export interface Measured {
  readonly byteSize: number;
  readonly sha256: Uint8Array;
  /** The SHA-256 of each part. */
  readonly parts: readonly Uint8Array[];
}

export interface ListedObject {
  readonly key: string;
  readonly byteSize: number;
  readonly savedAt: Date;
}

export interface UnfinishedUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly startedAt: Date;
}

export interface StorePage<T> {
  readonly items: readonly T[];
  /** For the next page; undefined on the last one. */
  readonly cursor: string | undefined;
}

const limited = (milliseconds = STORE_TIMEOUT_MS) => ({ abortSignal: AbortSignal.timeout(milliseconds) });

/**
 * Objects in the bucket that the configuration names, in any S3. Clients send and fetch the bytes themselves, with presigned
 * requests. Every call throws the problem `Unavailable` where the store does not answer in time.
 */
@Injectable()
export class ObjectStore implements OnApplicationShutdown {
  private readonly clients: S3Clients;
  private readonly bucket: string;

  constructor(config: Config) {
    this.clients = newS3Clients(config);
    this.bucket = config.values.S3_BUCKET;
  }

  onApplicationShutdown(): void {
    this.clients.own.destroy();
    this.clients.handedOut.destroy();
  }

  /** For one upload of exactly what is announced, within five minutes. */
  presignPut(key: string, announced: Announced & { readonly contentType: string }): Promise<PresignedRequest> {
    return answered(presignPut(this.clients.handedOut, this.at(key), announced));
  }

  /** For a download within a minute, as an attachment. */
  presignGet(key: string): Promise<PresignedRequest> {
    return answered(presignGet(this.clients.handedOut, this.at(key)));
  }

  /** Begins an upload in parts, each with a SHA-256 of its own; parts have at least 5 MiB, except the last. @returns its id */
  async beginUpload(key: string, contentType: string): Promise<string> {
    const input = { ...this.at(key), ContentType: contentType, ChecksumAlgorithm: 'SHA256' } as const;
    const { UploadId: id } = await answered(this.own.send(new CreateMultipartUploadCommand(input), limited()));
    if (id === undefined) throw new Error('the store began an upload without an id');
    return id;
  }

  /** For one part, within five minutes. @param number from 1 to 10,000 */
  presignPart(key: string, uploadId: string, number: number, announced: Announced): Promise<PresignedRequest> {
    const place = { ...this.at(key), UploadId: uploadId, PartNumber: number };
    return answered(presignPart(this.clients.handedOut, place, announced));
  }

  /** The parts that are there, by number; null where there is no such upload (any more). */
  async listParts(key: string, uploadId: string): Promise<UploadedPart[] | null> {
    const parts: UploadedPart[] = [];
    for (let after: string | undefined; ;) {
      const input = { ...this.at(key), UploadId: uploadId, ...(after !== undefined && { PartNumberMarker: after }) };
      const page = await orIfAbsent(this.own.send(new ListPartsCommand(input), limited()));
      if (page === null) return null;
      for (const { PartNumber: number, Size: byteSize, ETag: etag, ChecksumSHA256: sha256 } of page.Parts ?? [])
        if (number !== undefined && byteSize !== undefined && etag !== undefined)
          parts.push({
            number,
            byteSize,
            etag,
            sha256: sha256 === undefined ? undefined : Buffer.from(sha256, 'base64'),
          });
      if (!page.IsTruncated) return parts;
      after = page.NextPartNumberMarker;
    }
  }

  /**
   * Joins the parts into the object.
   * @param parts by number, with the checksums that they were announced with
   * @returns false where the store refuses them: one is missing, too small or another, or there is no such upload
   */
  async completeUpload(
    key: string,
    uploadId: string,
    parts: readonly Pick<UploadedPart, 'number' | 'etag' | 'sha256'>[],
  ): Promise<boolean> {
    const Parts = parts.map(({ number, etag, sha256 }) => ({
      PartNumber: number,
      ETag: etag,
      ...(sha256 !== undefined && { ChecksumSHA256: Buffer.from(sha256).toString('base64') }),
    }));
    const command = new CompleteMultipartUploadCommand({
      ...this.at(key),
      UploadId: uploadId,
      MultipartUpload: { Parts },
    });
    return (await orIfRefused(REFUSED_PARTS, this.own.send(command, limited(COMPLETE_TIMEOUT_MS)))) !== null;
  }

  /** Ends an upload and removes its parts; where there is none, nothing happens. */
  async abortUpload(key: string, uploadId: string): Promise<void> {
    await orIfAbsent(
      this.own.send(new AbortMultipartUploadCommand({ ...this.at(key), UploadId: uploadId }), limited()),
    );
  }

  /** What the store knows of an object; null where there is none. */
  async find(key: string): Promise<StoredObject | null> {
    const command = new HeadObjectCommand({ ...this.at(key), ChecksumMode: 'ENABLED' });
    const head = await orIfAbsent(this.own.send(command, limited()));
    if (head === null) return null;
    const { ContentLength: byteSize = 0, ContentType: contentType = '', ChecksumSHA256: checksum } = head;
    return { byteSize, contentType, checksum: readChecksum(checksum) };
  }

  /**
   * Reads an object from end to end, for stores that keep no checksums. Takes as long as that takes, at most five minutes.
   * @param partBytes how long each part of it is but the last; one part unless said
   * @returns null where there is none
   */
  async measure(key: string, partBytes = Number.POSITIVE_INFINITY): Promise<Measured | null> {
    const answer = await orIfAbsent(this.own.send(new GetObjectCommand(this.at(key)), limited(MEASURE_TIMEOUT_MS)));
    if (answer === null) return null;
    const whole = createHash('sha256');
    const parts: Hash[] = [];
    let byteSize = 0;
    for await (const chunk of (answer.Body ?? []) as AsyncIterable<Uint8Array>) {
      whole.update(chunk);
      for (let at = 0; at < chunk.length;) {
        const number = Math.floor(byteSize / partBytes);
        const taken = Math.min(chunk.length - at, (number + 1) * partBytes - byteSize);
        (parts[number] ??= createHash('sha256')).update(chunk.subarray(at, at + taken));
        at += taken;
        byteSize += taken;
      }
    }
    return { byteSize, sha256: whole.digest(), parts: parts.map((part) => part.digest()) };
  }

  /** Removes an object for good; where there is none, nothing happens. */
  async erase(key: string): Promise<void> {
    await orIfAbsent(this.own.send(new DeleteObjectCommand(this.at(key)), limited()));
  }

  /** Objects whose key begins with `prefix`, by key, a thousand at a time unless said. */
  async list(prefix: string, cursor?: string, limit = PAGE_MAX): Promise<StorePage<ListedObject>> {
    const place = { Bucket: this.bucket, Prefix: prefix, MaxKeys: limit, EncodingType: 'url' } as const;
    const command = new ListObjectsV2Command({ ...place, ...(cursor !== undefined && { ContinuationToken: cursor }) });
    const { Contents = [], NextContinuationToken: next } = await answered(this.own.send(command, limited()));
    const items = Contents.map(({ Key = '', Size = 0, LastModified = new Date(0) }) => ({
      key: decodeName(Key),
      byteSize: Size,
      savedAt: LastModified,
    }));
    return { items, cursor: next };
  }

  /** Uploads in parts that were neither completed nor aborted, by key. */
  async listUploads(prefix: string, cursor?: string): Promise<StorePage<UnfinishedUpload>> {
    const [key, id] = cursor === undefined ? [] : (JSON.parse(cursor) as [string, string]);
    const place = { Bucket: this.bucket, Prefix: prefix, EncodingType: 'url' } as const;
    const after = key !== undefined && id !== undefined && { KeyMarker: key, UploadIdMarker: id };
    const command = new ListMultipartUploadsCommand({ ...place, ...after });
    const { Uploads = [], ...page } = await answered(this.own.send(command, limited()));
    const items = Uploads.map(({ Key = '', UploadId = '', Initiated = new Date(0) }) => ({
      key: decodeName(Key),
      uploadId: UploadId,
      startedAt: Initiated,
    }));
    const next = [decodeName(page.NextKeyMarker ?? ''), page.NextUploadIdMarker ?? ''];
    return { items, cursor: page.IsTruncated ? JSON.stringify(next) : undefined };
  }

  /** Whether the bucket is there and open to us. @throws Error that says why not */
  async reach(): Promise<void> {
    try {
      await this.own.send(new HeadBucketCommand({ Bucket: this.bucket }), limited());
    } catch (error) {
      throw withStatus(error);
    }
  }

  private get own() {
    return this.clients.own;
  }

  private at(key: string) {
    return { Bucket: this.bucket, Key: key };
  }
}

/** Names in lists are percent-encoded, since XML cannot hold every one; some stores write a space as a plus. */
const decodeName = (name: string): string => decodeURIComponent(name.replaceAll('+', ' '));
