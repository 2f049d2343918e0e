import { Injectable } from '@nestjs/common';
import { equalBytes } from '@daybook/sdk/crypto';
import { ObjectStore, type UploadedPart } from '../../platform/storage/object-store.js';
import type { PresignedRequest } from '../../platform/storage/presigned.js';
import { checksumOfParts } from '../../platform/storage/stored-object.js';
import type { MediaEntity } from './media.entity.js';
import { PART_BYTES } from './media.schema.js';

/** Where all media is in the bucket. */
export const MEDIA_PREFIX = 'media/';

/**
 * Where an object is. No key is ever used twice: once no row has it, whatever is there can be taken away, and an address
 * that was given for it changes nothing else.
 */
export const objectKey = ({ userId, id, objectName }: Pick<MediaEntity, 'userId' | 'id' | 'objectName'>): string =>
  `${MEDIA_PREFIX}${userId}/${id}/${objectName}`;

/** With which SHA-256 each part was announced, by number. */
export type Announced = ReadonlyMap<number, Uint8Array>;

/** What became of an upload. */
export type Verified = 'ready' | 'incomplete' | 'mismatch';

export const isInParts = ({ sha256 }: Pick<MediaEntity, 'sha256'>): boolean => sha256 === null;
export const partCount = ({ byteSize }: Pick<MediaEntity, 'byteSize'>): number => Math.ceil(byteSize / PART_BYTES);

/** How many bytes a part has: all the same, but the last. */
const partBytes = ({ byteSize }: MediaEntity, number: number): number =>
  Math.min(PART_BYTES, byteSize - (number - 1) * PART_BYTES);

/** The objects behind media: presigned, verified and taken away. No byte of them passes through here. */
@Injectable()
export class Objects {
  constructor(private readonly store: ObjectStore) {}

  presignPut(media: MediaEntity): Promise<PresignedRequest> {
    const { contentType, byteSize, sha256 } = media;
    if (!sha256) throw new Error('an upload in parts has no request of its own');
    return this.store.presignPut(objectKey(media), { contentType, byteSize, sha256 });
  }

  begin(media: MediaEntity): Promise<string> {
    return this.store.beginUpload(objectKey(media), media.contentType);
  }

  presignPart(media: MediaEntity, uploadId: string, number: number, sha256: Uint8Array): Promise<PresignedRequest> {
    return this.store.presignPart(objectKey(media), uploadId, number, { byteSize: partBytes(media, number), sha256 });
  }

  presignGet(media: MediaEntity): Promise<PresignedRequest> {
    return this.store.presignGet(objectKey(media));
  }

  /** Ends an upload in parts; where it has ended, nothing happens. */
  abort(media: MediaEntity, uploadId: string): Promise<void> {
    return this.store.abortUpload(objectKey(media), uploadId);
  }

  /** The parts that the store has; null where it knows of no such upload (any more). */
  parts(media: MediaEntity, uploadId: string): Promise<UploadedPart[] | null> {
    return this.store.listParts(objectKey(media), uploadId);
  }

  /** Joins the parts of an upload, where all are there as they were announced; true also when that was done before. */
  async join(media: MediaEntity, uploadId: string, announced: Announced): Promise<boolean> {
    const key = objectKey(media);
    const parts = (await this.parts(media, uploadId)) ?? [];
    const sound = asAnnounced(media, parts, announced);
    if (sound.length === partCount(media)) {
      const joined = sound.map(({ number, etag }) => ({ number, etag, sha256: announced.get(number) }));
      if (await this.store.completeUpload(key, uploadId, joined)) return true;
    }
    return (await this.store.find(key)) !== null;
  }

  /** Compares the object with what was announced. What a store that keeps no checksums has is read once, from end to end. */
  async verify(media: MediaEntity, announced: Announced): Promise<Verified> {
    const key = objectKey(media);
    const found = await this.store.find(key);
    if (!found) return 'incomplete';
    if (found.byteSize !== media.byteSize) return 'mismatch';
    const expected = media.sha256 ? { sha256: media.sha256, parts: 0 } : checksumOfParts(inOrder(media, announced));
    const { checksum } = found;
    if (checksum?.parts === expected.parts) return equalBytes(checksum.sha256, expected.sha256) ? 'ready' : 'mismatch';
    const read = await this.store.measure(key, media.sha256 ? undefined : PART_BYTES);
    if (!read) return 'incomplete';
    const measured = media.sha256 ? read.sha256 : checksumOfParts(read.parts).sha256;
    return equalBytes(measured, expected.sha256) ? 'ready' : 'mismatch';
  }

  /** Whether the store has the object; it has lost one of another size. */
  async has(media: MediaEntity): Promise<boolean> {
    return (await this.store.find(objectKey(media)))?.byteSize === media.byteSize;
  }

  /** Takes away whatever the store has of it: object, and parts of an upload. */
  async erase(media: MediaEntity): Promise<void> {
    if (media.uploadId !== null) await this.store.abortUpload(objectKey(media), media.uploadId);
    await this.store.erase(objectKey(media));
  }
}

/** Those of the parts that are as they were announced. */
export const asAnnounced = (media: MediaEntity, parts: readonly UploadedPart[], announced: Announced): UploadedPart[] =>
  parts.filter(({ number, byteSize, sha256 }) => {
    const expected = announced.get(number);
    if (!expected || byteSize !== partBytes(media, number)) return false;
    return sha256 === undefined || equalBytes(sha256, expected);
  });

const inOrder = (media: MediaEntity, announced: Announced): Uint8Array[] =>
  Array.from({ length: partCount(media) }, (_, index) => announced.get(index + 1) ?? new Uint8Array());
