import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { createId, wipe } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { Config } from '../../platform/config/config.js';
import { Due } from '../../platform/database/due.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import type { Caller, OpenCaller } from '../auth/caller.js';
import { Ledger } from '../ledger/ledger.js';
import { Storage } from '../tiers/storage.js';
import { Vault } from '../vault/vault.js';
import { EXPIRE_UPLOAD } from './media-erasing.js';
import { bytesOf, type MediaEntity } from './media.entity.js';
import { MediaErased, MediaIdTaken, MediaTooLarge, MediaTypeNotAllowed } from './media.problems.js';
import { MediaRepository } from './media.repository.js';
import { contentTypes, type MediaUpload, SINGLE_BYTES_MAX } from './media.schema.js';

/** How long an upload may take from its reservation on. */
const RESERVATION_MS = 24 * 60 * 60 * 1000;

/** What was reserved, and whether it is new. */
export interface Reserved {
  readonly media: MediaEntity;
  readonly isNew: boolean;
}

/** Reserving uploads: what is announced is looked at, and room is taken. */
@Injectable()
export class Reservations {
  constructor(
    private readonly db: Database,
    private readonly media: MediaRepository,
    private readonly storage: Storage,
    private readonly ledger: Ledger,
    private readonly due: Due,
    private readonly vault: Vault,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes room for an upload; the same once more finds it there, and has its whole time again.
   * @throws MediaTooLarge, MediaTypeNotAllowed, OutOfStorage, MediaIdTaken, MediaErased: then nothing is reserved
   */
  reserve(caller: Caller, upload: MediaUpload): Promise<Reserved> {
    this.vault.assertUnlocked(caller);
    this.assertTaken(upload);
    const drafted = this.drafted(caller, upload);
    return this.db.asUser(caller, (tx) => this.insert(tx, caller, drafted));
  }

  private assertTaken({ content_type: contentType, byte_size: byteSize, sha256 }: MediaUpload): void {
    const { UPLOAD_BYTES_MAX: most } = this.config.values;
    if (byteSize > most) throw new MediaTooLarge({ upload_bytes_max: most });
    if (!contentTypes.some((type) => type === contentType))
      throw new MediaTypeNotAllowed({
        content_types: contentTypes,
        errors: [{ pointer: '#/content_type', detail: 'is not one of content_types' }],
      });
    if (byteSize > SINGLE_BYTES_MAX === (sha256 === undefined)) return;
    const detail = sha256
      ? 'is for up to 16 MiB: above, each part has one'
      : 'is missing: up to 16 MiB there is one of the whole';
    throw invalidRequest([{ pointer: '#/sha256', detail }]);
  }

  private drafted(caller: Caller, upload: MediaUpload): MediaEntity {
    const now = this.clock.now();
    return {
      userId: caller.userId,
      id: upload.id,
      state: 'reserved',
      contentType: upload.content_type,
      byteSize: upload.byte_size,
      sha256: upload.sha256 ?? null,
      objectName: createId(),
      uploadId: null,
      wrappedKey: this.wrappedKey(caller, upload),
      sealedMetadata: upload.sealed_metadata ?? null,
      thumbnailOf: upload.thumbnail_of ?? null,
      createdAt: now,
      reservedUntil: new Date(now.getTime() + RESERVATION_MS),
      readyAt: null,
      deletedAt: null,
      erasingAt: null,
    };
  }

  private wrappedKey(caller: Caller, upload: MediaUpload): Uint8Array {
    if (upload.sealed_metadata) this.vault.acceptMetadata(caller, upload.sealed_metadata);
    if (caller.tier === 'uce') {
      if ('wrapped_key' in upload)
        throw invalidRequest([
          { pointer: '#/wrapped_key', detail: 'is for e2e accounts; yours is uce: send key_id and key' },
        ]);
      return this.vault.wrapMediaKey(this.vault.opened(caller), upload.id, { id: upload.key_id, key: upload.key });
    }
    if (!('wrapped_key' in upload))
      throw invalidRequest([{ pointer: '#/key', detail: 'is for uce accounts; yours is e2e: send wrapped_key' }]);
    this.vault.acceptMediaKey(caller, upload.wrapped_key);
    return upload.wrapped_key;
  }

  private async insert(tx: Tx, caller: Caller, drafted: MediaEntity): Promise<Reserved> {
    const { userId, id, reservedUntil } = drafted;
    await this.ledger.lock(tx, userId);
    if (await this.media.isErased(tx, userId, id)) throw new MediaErased();
    await this.assertThumbnail(tx, drafted);
    if (!(await this.media.insert(tx, drafted))) {
      const stored = await this.sameOne(tx, caller, drafted);
      caller.keyed?.made(200, { id });
      if (stored.state !== 'reserved') return { media: stored, isNew: false };
      await this.media.update(tx, stored, { reservedUntil });
      await this.due.set(tx, userId, EXPIRE_UPLOAD, id, reservedUntil);
      return { media: { ...stored, reservedUntil }, isNew: false };
    }
    await this.storage.assertRoom(tx, userId, { bytes: bytesOf(drafted) });
    await this.due.set(tx, userId, EXPIRE_UPLOAD, id, reservedUntil);
    caller.keyed?.made(201, { id });
    return { media: drafted, isNew: true };
  }

  /** What is there under the id of `drafted`, when it is the same. @throws MediaIdTaken, MediaErased */
  private async sameOne(tx: Tx, caller: Caller, drafted: MediaEntity): Promise<MediaEntity> {
    const stored = await this.media.find(tx, drafted.userId, drafted.id);
    if (stored?.erasingAt && stored.readyAt) throw new MediaErased();
    if (!stored || stored.erasingAt || !this.isSame(caller, stored, drafted)) throw new MediaIdTaken();
    return stored;
  }

  /** A thumbnail is of something that is there, and is no thumbnail itself; there is one of each. */
  private async assertThumbnail(tx: Tx, { userId, id, thumbnailOf }: MediaEntity): Promise<void> {
    if (thumbnailOf === null) return;
    const of = await this.media.find(tx, userId, thumbnailOf);
    const [other] = await this.media.listThumbnails(tx, userId, [thumbnailOf]);
    if (of && !of.deletedAt && of.thumbnailOf === null && (!other || other.id === id)) return;
    throw invalidRequest([{ pointer: '#/thumbnail_of', detail: 'is not media of yours that may get a thumbnail' }]);
  }

  private isSame(caller: Caller, stored: MediaEntity, sent: MediaEntity): boolean {
    const outside = ({ contentType, byteSize, sha256, sealedMetadata, thumbnailOf }: MediaEntity) => [
      contentType,
      byteSize,
      hex(sha256),
      hex(sealedMetadata),
      thumbnailOf,
    ];
    if (!isDeepStrictEqual(outside(stored), outside(sent))) return false;
    if (caller.tier === 'e2e') return hex(stored.wrappedKey) === hex(sent.wrappedKey);
    const open = this.vault.opened(caller);
    return this.keyOf(open, stored).equals(this.keyOf(open, sent));
  }

  /** Id and key, hashed: so that two can be compared and neither stays. */
  private keyOf(open: OpenCaller, media: MediaEntity): Buffer {
    const { id, key } = this.vault.openMediaKey(open, media);
    try {
      return createHash('sha256').update(id).update(key).digest();
    } finally {
      wipe(key);
    }
  }
}

const hex = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString('hex');
