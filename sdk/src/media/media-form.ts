import { fromBase64url, toBase64url, wipe } from '../crypto/bytes.js';
import type { ContentKey } from '../crypto/content-keys.js';
import { EnvelopeRefused } from '../crypto/errors.js';
import type { MasterKey } from '../crypto/master-key.js';
import type { MediaPlace } from '../crypto/media-stream.js';
import {
  type MediaMetadata,
  openMediaMetadata,
  sealMediaMetadata,
  unwrapMediaKey,
  wrapMediaKey,
} from '../crypto/media.js';
import { AnswerRefused } from '../problems.js';
import type { Tier } from '../session-store.js';
import type { MediaItem } from './media-item.js';
import type { WireKey, WireMedia } from './wire.js';

/** How media of a tier go over the wire. The bytes are sealed here in both; in uce the server keeps the keys. */
export class MediaForm {
  readonly #userId: string;
  readonly #master: MasterKey | undefined;
  readonly #tier: Tier;

  /** @param master of an e2e account; without one it is uce */
  constructor(userId: string, master: MasterKey | undefined) {
    this.#userId = userId;
    this.#master = master;
    this.#tier = master ? 'e2e' : 'uce';
  }

  /** Where a file is sealed. */
  placeOf(mediaId: string, contentKey: ContentKey): MediaPlace {
    return { tier: this.#tier, contentKey, userId: this.#userId, mediaId };
  }

  /** The key of a new file, as the server gets it. */
  keyToWire(mediaId: string, contentKey: ContentKey): WireKey {
    if (!this.#master) return { key_id: toBase64url(contentKey.id), key: toBase64url(contentKey.key) };
    const place = { tier: this.#tier, master: this.#master, userId: this.#userId, mediaId };
    return { wrapped_key: toBase64url(wrapMediaKey(place, contentKey)) };
  }

  metadataToWire(place: MediaPlace, metadata: MediaMetadata): string {
    return toBase64url(sealMediaMetadata(place, metadata));
  }

  /** The key of a file in an answer; the caller wipes it. @throws AnswerRefused `tier`, `does-not-open` */
  keyOf(wire: WireMedia): ContentKey {
    const { id: mediaId, tier } = wire;
    if (tier !== this.#tier) throw new AnswerRefused('tier', { mediaId });
    return refusing(mediaId, () => this.#keyOf(wire));
  }

  /**
   * A file in an answer, with its metadata opened.
   * @param askedId the one that was asked for, where it was a certain one
   * @throws AnswerRefused
   */
  fromWire(wire: WireMedia, askedId: string = wire.id): MediaItem {
    const mediaId = askedId;
    if (wire.id !== askedId) throw new AnswerRefused('id', { mediaId });
    const metadata = this.#metadataOf(wire);
    const { id, tier, state, content_type, byte_size, thumbnail_id, thumbnail_of } = wire;
    // Sealed beside it, so that no picture can be put in the place of another.
    if ((metadata?.thumbnail_of ?? null) !== thumbnail_of) throw new AnswerRefused('does-not-open', { mediaId });
    const { created_at, ready_at, deleted_at } = wire;
    const times = { created_at, ready_at, deleted_at };
    return { id, tier, state, content_type, byte_size, metadata, thumbnail_id, thumbnail_of, ...times };
  }

  #keyOf(wire: WireMedia): ContentKey {
    if (wire.tier === 'uce') return { id: fromBase64url(wire.key_id), key: fromBase64url(wire.key) };
    if (!this.#master) throw new AnswerRefused('tier', { mediaId: wire.id });
    const place = { tier: this.#tier, master: this.#master, userId: this.#userId, mediaId: wire.id };
    return unwrapMediaKey(place, fromBase64url(wire.wrapped_key));
  }

  #metadataOf(wire: WireMedia): MediaMetadata | null {
    const contentKey = this.keyOf(wire);
    const { id, sealed_metadata: sealed } = wire;
    try {
      if (sealed === null) return null;
      return refusing(id, () => openMediaMetadata(this.placeOf(id, contentKey), fromBase64url(sealed)));
    } finally {
      wipe(contentKey.key);
    }
  }
}

/** What `open` answers; its refusals become one of the answer. */
export function refusing<T>(mediaId: string, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    throw refusalOf(mediaId, cause);
  }
}

/** An error of opening, as one of the answer that had it. */
export function refusalOf(mediaId: string, cause: unknown): unknown {
  const isRefused = cause instanceof EnvelopeRefused || cause instanceof RangeError;
  return isRefused ? new AnswerRefused('does-not-open', { mediaId, cause }) : cause;
}
