import { utf8, wipe } from './bytes.js';
import { openContent, sealContent } from './content.js';
import { type ContentKey, unwrapContentKey, wrapContentKey } from './content-keys.js';
import { EnvelopeRefused } from './errors.js';
import type { MasterKey } from './master-key.js';
import type { MediaPlace } from './media-stream.js';
import { ObjectType, type Tier } from './registry.js';

/** What is known of a file besides its bytes (docs/crypto.md, Media). Fields that a client does not know it keeps. */
export interface MediaMetadata {
  readonly v: 1;
  readonly file_name?: string;
  /** What it really is, where the type that the server sees is `application/octet-stream`. */
  readonly content_type?: string;
  /** In pixels, as it is shown. */
  readonly width?: number;
  readonly height?: number;
  readonly duration_ms?: number;
  /** A picture of a few hundred bytes, to be shown until the file is there. */
  readonly preview?: MediaPreview;
  /** Of a thumbnail: whose it is, so that nobody can put it to another file. */
  readonly thumbnail_of?: string;
  readonly [unknownField: string]: unknown;
}

/** `data` is base64url without padding. */
export interface MediaPreview {
  readonly content_type: string;
  readonly data: string;
}

/** Which file a content key is of, and the master key that wraps it. */
export interface MediaKeyPlace {
  readonly tier: Tier;
  readonly master: MasterKey;
  readonly userId: string;
  readonly mediaId: string;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const texts = ['file_name', 'content_type', 'thumbnail_of'] as const;
const amounts = ['width', 'height', 'duration_ms'] as const;

/** Wraps the content key of a file (kind 2, object type 2). @throws EnvelopeRefused `uuid` */
export function wrapMediaKey(place: MediaKeyPlace, contentKey: ContentKey): Uint8Array {
  const { tier, master } = place;
  return wrapContentKey({ tier, master, context: keyContextOf(place), contentKey });
}

/** The content key of `wrapMediaKey`; the caller wipes it. @throws EnvelopeRefused as `unwrapContentKey` */
export function unwrapMediaKey(place: MediaKeyPlace, wrapped: Uint8Array): ContentKey {
  const { tier, master } = place;
  return unwrapContentKey({ tier, master, context: keyContextOf(place), wrapped });
}

/** Seals metadata (kind 1, object type 4) under the content key of its file. @throws EnvelopeRefused `uuid` */
export function sealMediaMetadata(place: MediaPlace, metadata: MediaMetadata): Uint8Array {
  const { tier, contentKey } = place;
  const plaintext = utf8(JSON.stringify(metadata));
  const sealed = sealContent({ tier, contentKey, context: metadataContextOf(place), plaintext });
  wipe(plaintext);
  return sealed;
}

/** The metadata of `sealMediaMetadata`. @throws EnvelopeRefused as `openContent`, and `entry-content` as for an entry */
export function openMediaMetadata(place: MediaPlace, sealed: Uint8Array): MediaMetadata {
  const { tier, contentKey } = place;
  const plaintext = openContent({ tier, contentKey, context: metadataContextOf(place), sealed });
  const metadata = parsed(plaintext);
  wipe(plaintext);
  if (!isMetadata(metadata)) throw new EnvelopeRefused('entry-content');
  return metadata;
}

function parsed(plaintext: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(plaintext));
  } catch {
    // The parser's own message quotes what it could not read.
    throw new EnvelopeRefused('entry-content');
  }
}

function isMetadata(value: unknown): value is MediaMetadata {
  if (!isRecord(value) || value['v'] !== 1) return false;
  const { preview } = value;
  return (
    texts.every((name) => isAbsentOr('string', value[name])) &&
    amounts.every((name) => isAbsentOr('number', value[name])) &&
    (preview === undefined || isPreview(preview))
  );
}

function isPreview(value: unknown): value is MediaPreview {
  return isRecord(value) && typeof value['content_type'] === 'string' && typeof value['data'] === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAbsentOr(type: 'string' | 'number', value: unknown): boolean {
  return value === undefined || typeof value === type;
}

function keyContextOf({ userId, mediaId }: MediaKeyPlace) {
  return { userId, objectType: ObjectType.media, objectId: mediaId };
}

function metadataContextOf({ userId, mediaId }: MediaPlace) {
  return { userId, objectType: ObjectType.mediaMetadata, objectId: mediaId, version: 1 };
}
