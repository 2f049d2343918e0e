import { createId } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { Due } from '../../platform/database/due.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import type { Caller } from '../auth/caller.js';
import { Ledger, toHistoryHead } from '../ledger/ledger.js';
import { Vault } from '../vault/vault.js';
import { EXPIRE_UPLOAD } from './media-erasing.js';
import type { MediaEntity } from './media.entity.js';
import { ChecksumMismatch, MediaIncomplete, MediaMissing } from './media.problems.js';
import { MediaRepository } from './media.repository.js';
import type { MediaId, MediaUploadView, PartsAsked, PartsView, WrittenMediaView } from './media.schema.js';
import { MediaService } from './media.service.js';
import { toPartView, toPartsUploadView, toUploadView } from './media.views.js';
import { type Announced, asAnnounced, isInParts, Objects, partCount } from './objects.js';

/** Uploading: the client sends the bytes to the store itself, and what is there then is verified. */
@Injectable()
export class UploadsService {
  constructor(
    private readonly db: Database,
    private readonly media: MediaRepository,
    private readonly service: MediaService,
    private readonly objects: Objects,
    private readonly ledger: Ledger,
    private readonly due: Due,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /** How an upload that was reserved goes on. Of what is complete, the same bytes alone could be sent again. */
  async address(media: MediaEntity): Promise<MediaUploadView> {
    return isInParts(media) ? toPartsUploadView(media) : toUploadView(media, await this.objects.presignPut(media));
  }

  /** What reserving has answered, for what was reserved before: with fresh addresses. @throws MediaNotFound, MediaErased */
  async readdress(caller: Caller, id: MediaId): Promise<MediaUploadView> {
    return this.address(await this.db.asUser(caller, (tx) => this.service.find(tx, caller, id)));
  }

  /**
   * Addresses for parts of an upload, and which are there already; of what is complete none, and all.
   * @throws MediaNotFound, MediaErased, MediaMissing, InvalidRequest
   */
  async parts(caller: Caller, id: MediaId, asked: PartsAsked): Promise<PartsView> {
    this.vault.assertUnlocked(caller);
    const media = await this.db.asUser(caller, (tx) => this.service.find(tx, caller, id));
    assertPartsOf(media, asked.parts);
    if (media.state === 'missing') throw new MediaMissing();
    if (media.state === 'ready') return { parts: [], uploaded: allOf(media) };
    const { uploadId } = media;
    const there = uploadId === null ? null : await this.objects.parts(media, uploadId);
    if (uploadId !== null && there) {
      const announced = await this.announce(caller, media, asked);
      if (!announced) return this.parts(caller, id, asked);
      const parts = asked.parts.map(async ({ number, sha256 }) =>
        toPartView(number, await this.objects.presignPart(media, uploadId, number, sha256)),
      );
      const uploaded = asAnnounced(media, there, announced).map(({ number }) => number);
      return { parts: await Promise.all(parts), uploaded };
    }
    // Joined already, and not completed here: there is nothing more to send.
    if (uploadId !== null && (await this.objects.has(media))) return { parts: [], uploaded: allOf(media) };
    if (asked.parts.length === 0) return { parts: [], uploaded: [] };
    await this.begin(caller, media);
    return this.parts(caller, id, asked);
  }

  /**
   * Verifies what is in the store: only then it counts as there. Once more is harmless.
   * @throws MediaNotFound, MediaErased, MediaIncomplete, ChecksumMismatch: then the object is gone, and has to be reserved
   * and sent again
   */
  async complete(caller: Caller, id: MediaId): Promise<WrittenMediaView> {
    this.vault.assertUnlocked(caller);
    const { media, announced } = await this.db.asUser(caller, async (tx) => {
      const found = await this.service.find(tx, caller, id);
      return { media: found, announced: await this.media.listParts(tx, found) };
    });
    if (media.state === 'reserved') await this.assertUploaded(media, announced);
    return this.db.asUser(caller, (tx) => this.settle(tx, caller, media));
  }

  /** Begins an upload in parts in the store, in the place of one that the store does not know any more. */
  private async begin({ userId }: Caller, media: MediaEntity): Promise<void> {
    const uploadId = await this.objects.begin(media);
    const isOurs = await this.db.asUser({ userId }, (tx) => this.media.replaceUpload(tx, media, uploadId));
    if (!isOurs) await this.objects.abort(media, uploadId);
  }

  /** All that is announced, with `asked`; null where the upload is another one by now. */
  private announce(caller: Caller, media: MediaEntity, { parts }: PartsAsked): Promise<Announced | null> {
    return this.db.asUser(caller, async (tx) => {
      await this.ledger.lock(tx, caller.userId);
      const { state, uploadId } = await this.service.find(tx, caller, media.id);
      if (state !== media.state || uploadId !== media.uploadId) return null;
      await this.media.announceParts(tx, media, parts);
      return this.media.listParts(tx, media);
    });
  }

  private async assertUploaded(media: MediaEntity, announced: Announced): Promise<void> {
    const { uploadId } = media;
    const isThere = !isInParts(media) || (uploadId !== null && (await this.objects.join(media, uploadId, announced)));
    const verified = isThere ? await this.objects.verify(media, announced) : 'incomplete';
    if (verified === 'incomplete') throw new MediaIncomplete();
    if (verified === 'ready') return;
    if (!(await this.abandon(media))) return;
    await this.objects.erase(media);
    throw new ChecksumMismatch();
  }

  /**
   * Before an object is taken away, no row has its place any more: good bytes may have come there since it was looked at.
   * False when somebody else has settled it in the meantime, as what it is then.
   */
  private abandon(media: MediaEntity): Promise<boolean> {
    const { userId } = media;
    return this.db.asUser({ userId }, async (tx) => {
      await this.ledger.lock(tx, userId);
      return this.media.move(tx, media, createId());
    });
  }

  /** @param verified what was compared with its object: it has to be the same still */
  private async settle(tx: Tx, caller: Caller, verified: MediaEntity): Promise<WrittenMediaView> {
    const { userId, sessionId, deviceId } = caller;
    const { id } = verified;
    const head = await this.ledger.lock(tx, userId);
    const media = await this.service.find(tx, caller, id);
    caller.keyed?.made(200, { id });
    if (media.state !== 'reserved')
      return { ...(await this.service.view(tx, caller, media)), history_head: toHistoryHead(head) };
    // Refused or given up in the meantime, and reserved anew.
    if (media.objectName !== verified.objectName || media.uploadId !== verified.uploadId) throw new MediaIncomplete();
    const change = { state: 'ready', readyAt: this.clock.now(), uploadId: null } as const;
    await this.media.update(tx, media, change);
    await this.media.forgetParts(tx, media);
    await this.due.forget(tx, userId, EXPIRE_UPLOAD, id);
    const envelopeHash = media.sha256 && { envelopeHash: media.sha256 };
    const event = { type: 'media_added', entryId: id, deviceId, sessionId, ...envelopeHash } as const;
    const next = await this.ledger.append(tx, userId, head, event);
    return { ...(await this.service.view(tx, caller, { ...media, ...change })), history_head: toHistoryHead(next) };
  }
}

const allOf = (media: MediaEntity): number[] => Array.from({ length: partCount(media) }, (_, index) => index + 1);

function assertPartsOf(media: MediaEntity, parts: PartsAsked['parts']): void {
  if (!isInParts(media))
    throw invalidRequest([{ pointer: '#/parts', detail: 'are for uploads of more than 16 MiB: send this one whole' }]);
  const count = partCount(media);
  const faults = parts.flatMap(({ number }, index) =>
    number > count
      ? [{ pointer: `#/parts/${index}/number`, detail: `is more than the ${count} parts of this upload` }]
      : [],
  );
  if (faults.length > 0) throw invalidRequest(faults);
}
