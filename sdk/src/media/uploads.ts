import { fromBase64url, toBase64url, wipe } from '../crypto/bytes.js';
import { type ContentKey, createContentKey } from '../crypto/content-keys.js';
import { createId } from '../crypto/ids.js';
import { createStreamHeader, sealedMediaBytes } from '../crypto/media-stream.js';
import type { MediaMetadata } from '../crypto/media.js';
import { ready, sha256 } from '../crypto/primitives.js';
import {
  AnswerRefused,
  ConnectionFailed,
  DaybookProblem,
  SignedOut,
  StoreRefused,
  UploadRefused,
} from '../problems.js';
import type { MediaCalls } from './calls.js';
import type { MediaForm } from './media-form.js';
import type { MediaItem } from './media-item.js';
import type { ObjectTransfer, Progress } from './object-transfer.js';
import { sealedParts } from './sealed-parts.js';
import { type MediaSource, sized, type SizedSource } from './source.js';
import { type KeepRecord, noted, type UploadRecord } from './upload-record.js';
import type { WireMedia, WirePut, WireUpload } from './wire.js';

/** What is said of a file besides its bytes. */
export type MediaFacts = Omit<MediaMetadata, 'v' | 'thumbnail_of'>;

/** What goes on while bytes are sent. */
export interface SendingOptions {
  /** Called whenever more sealed bytes are at the store. */
  readonly onProgress?: (progress: Progress) => void;
  /** Above 16 MiB: called before each part is sent; `resume` takes what it was given last. */
  readonly onRecord?: KeepRecord;
  /** Gives the upload up: what was sent of it is removed. */
  readonly signal?: AbortSignal;
}

/** A small picture of a file. */
export interface Thumbnail {
  readonly source: MediaSource;
  readonly contentType: string;
  readonly metadata?: MediaFacts;
}

/** How a file is uploaded. */
export interface UploadOptions extends SendingOptions {
  /** What the server is told, e.g. `image/jpeg`; `application/octet-stream` tells it nothing. */
  readonly contentType: string;
  /** Sealed beside the file: its name, dimensions, a tiny preview. */
  readonly metadata?: MediaFacts;
  readonly thumbnail?: Thumbnail;
  /** A UUIDv7 (`createId` of `@daybook/sdk/crypto` makes one). */
  readonly id?: string;
}

/** A file that is about to be sent, and all that it is sealed with. */
interface Draft {
  readonly id: string;
  readonly source: SizedSource;
  readonly contentKey: ContentKey;
  readonly announced: WireUpload;
}

/** Up to this many sealed bytes are sent at once, more in parts (the API's own bound). */
const wholeBytesMax = 16 * 1024 * 1024;
/** No more is sealed at a time, whatever an answer says. */
const partBytesMax = 64 * 1024 * 1024;

/** Sends files: sealed here, to the object store itself. */
export class Uploads {
  readonly #calls: MediaCalls;
  readonly #callsOnce: MediaCalls;
  readonly #transfer: ObjectTransfer;
  readonly #form: MediaForm;

  /** @param callsOnce the same calls, not repeated: for giving an upload up */
  constructor(calls: MediaCalls, callsOnce: MediaCalls, transfer: ObjectTransfer, form: MediaForm) {
    this.#calls = calls;
    this.#callsOnce = callsOnce;
    this.#transfer = transfer;
    this.#form = form;
  }

  /** Uploads a file, and its thumbnail before it is complete: either both are there, or nothing is. */
  async upload(source: MediaSource, options: UploadOptions, thumbnailOf?: string) {
    await ready();
    options.signal?.throwIfAborted();
    const draft = this.#draft(sized(source), options, thumbnailOf);
    const { id, contentKey } = draft;
    const kept = { hasRecord: false };
    const onRecord = async (record: UploadRecord) => {
      await options.onRecord?.(record);
      kept.hasRecord = options.onRecord !== undefined;
    };
    try {
      return await (draft.announced.byte_size > wholeBytesMax
        ? this.#sendInParts(draft, { ...options, onRecord })
        : this.#sendWhole(draft, options));
    } catch (error) {
      const canResume = kept.hasRecord && isPassing(error) && !options.signal?.aborted;
      if (!canResume) await this.#giveUp(id, draft.announced);
      throw error;
    } finally {
      wipe(contentKey.key);
    }
  }

  /** Goes on with an upload in parts; what is there already when it is complete. */
  async resume(record: UploadRecord, source: MediaSource, options: SendingOptions): Promise<MediaItem> {
    await ready();
    const { id, plain_bytes: plainBytes } = record;
    const { signal } = options;
    const wire = await this.#calls.get(id, signal);
    const item = this.#form.fromWire(wire, id);
    if (item.state !== 'reserved') return item;
    const contentKey = this.#form.keyOf(wire);
    try {
      if (toBase64url(contentKey.id) !== record.key_id) throw new AnswerRefused('does-not-open', { mediaId: id });
      if (source instanceof Uint8Array ? source.length !== plainBytes : source.size !== plainBytes) {
        throw new UploadRefused('source-changed');
      }
      const { uploaded } = await this.#calls.parts(id, [], signal);
      if (uploaded.some((number) => number > record.parts.length)) throw new UploadRefused('record-outdated');
      await this.#sendParts({ record, contentKey, source: sized(source), uploaded }, options);
      return this.#form.fromWire(await this.#calls.complete(id, signal), id);
    } catch (error) {
      if (signal?.aborted) await this.#giveUp(id, wire);
      throw error;
    } finally {
      wipe(contentKey.key);
    }
  }

  #draft(source: SizedSource, options: UploadOptions, thumbnailOf?: string): Draft {
    const { id = createId(), contentType, metadata } = options;
    const contentKey = createContentKey();
    const facts = { v: 1, ...metadata, ...(thumbnailOf !== undefined && { thumbnail_of: thumbnailOf }) } as const;
    const hasFacts = metadata !== undefined || thumbnailOf !== undefined;
    const announced = {
      id,
      content_type: contentType,
      byte_size: sealedMediaBytes(source.size),
      ...this.#form.keyToWire(id, contentKey),
      ...(hasFacts && { sealed_metadata: this.#form.metadataToWire(this.#form.placeOf(id, contentKey), facts) }),
      ...(thumbnailOf !== undefined && { thumbnail_of: thumbnailOf }),
    };
    return { id, source, contentKey, announced };
  }

  async #sendWhole({ id, source, contentKey, announced }: Draft, options: UploadOptions) {
    const { signal, onProgress } = options;
    const totalBytes = announced.byte_size;
    const sealing = { streamHeader: createStreamHeader(), partBytes: totalBytes };
    for await (const sealed of sealedParts(this.#form.placeOf(id, contentKey), source, sealing)) {
      const body = { ...announced, sha256: toBase64url(sha256(sealed)) };
      let address: WirePut | undefined = putOf(await this.#calls.reserve(body, signal), id);
      await this.#sendThumbnail(id, options);
      const addressOf = async () => {
        const fresh = address ?? putOf(await this.#calls.reserve(body, signal), id);
        address = undefined;
        return fresh;
      };
      await this.#transfer.put(addressOf, sealed, signal);
      onProgress?.({ doneBytes: totalBytes, totalBytes });
    }
    return this.#complete(id, signal);
  }

  async #sendInParts({ id, source, contentKey, announced }: Draft, options: UploadOptions) {
    const { signal } = options;
    const { upload } = await this.#calls.reserve(announced, signal);
    const partBytes = 'part_bytes' in upload ? upload.part_bytes : 0;
    if (!Number.isSafeInteger(partBytes) || partBytes < 1 || partBytes > partBytesMax) {
      throw new AnswerRefused('upload', { mediaId: id });
    }
    await this.#sendThumbnail(id, options);
    const record: UploadRecord = {
      v: 1,
      id,
      key_id: toBase64url(contentKey.id),
      stream_header: toBase64url(createStreamHeader()),
      plain_bytes: source.size,
      part_bytes: partBytes,
      parts: [],
    };
    await this.#sendParts({ record, contentKey, source, uploaded: [] }, options);
    return this.#complete(id, signal);
  }

  async #sendThumbnail(id: string, { thumbnail, signal }: UploadOptions): Promise<void> {
    if (!thumbnail) return;
    const { source, ...options } = thumbnail;
    await this.upload(source, { ...options, ...(signal && { signal }) }, id);
  }

  /** One part is on its way while the next is sealed: never more than two are in memory. */
  async #sendParts(
    sealing: { record: UploadRecord; contentKey: ContentKey; source: SizedSource; uploaded: readonly number[] },
    { signal, onProgress, onRecord }: SendingOptions,
  ): Promise<void> {
    const { contentKey, source, uploaded } = sealing;
    const { id, part_bytes: partBytes, stream_header: header, plain_bytes: plainBytes } = sealing.record;
    const totalBytes = sealedMediaBytes(plainBytes);
    const stopping = new AbortController();
    const stop = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal;
    let { record } = sealing;
    let number = 0;
    let doneBytes = 0;
    const count = (part: Uint8Array) => onProgress?.({ doneBytes: (doneBytes += part.length), totalBytes });
    let sending = Promise.resolve();
    const parts = { streamHeader: fromBase64url(header), partBytes };
    try {
      for await (const part of sealedParts(this.#form.placeOf(id, contentKey), source, parts)) {
        signal?.throwIfAborted();
        record = await noted(record, ++number, part, onRecord);
        await sending;
        if (uploaded.includes(number)) count(part);
        else sending = this.#sendPart(record, number, part, stop).then(() => count(part));
        sending.catch(() => undefined);
      }
      await sending;
    } finally {
      stopping.abort();
      await sending.catch(() => undefined);
    }
  }

  async #sendPart(
    { id, parts }: UploadRecord,
    number: number,
    part: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<void> {
    const asked = { number, sha256: parts[number - 1] ?? '' };
    const addressOf = async () => {
      const { parts: addresses } = await this.#calls.parts(id, [asked], signal);
      const address = addresses.find((one) => one.number === number);
      if (!address) throw new AnswerRefused('upload', { mediaId: id });
      return address;
    };
    await this.#transfer.put(addressOf, part, signal);
  }

  async #complete(id: string, signal?: AbortSignal) {
    const { history_head, ...wire } = await this.#calls.complete(id, signal);
    return { ...this.#form.fromWire(wire, id), history_head };
  }

  /** Removes this upload, also when it had just become complete; a server out of reach forgets it after a day. */
  async #giveUp(id: string, announced: WireUpload | WireMedia): Promise<void> {
    try {
      // Under the same id something else may be: what has another key stays.
      if (keyTextOf(await this.#callsOnce.get(id)) !== keyTextOf(announced)) return;
      await this.#callsOnce.remove(id, { isPermanent: true });
    } catch {
      // The reason to give up is what counts.
    }
  }
}

/** What tells an upload from any other under the same id. */
function keyTextOf(has: WireUpload | WireMedia): string {
  return 'wrapped_key' in has ? has.wrapped_key : has.key_id;
}

function putOf({ upload }: { readonly upload: WirePut | object }, mediaId: string): WirePut {
  if (!('url' in upload)) throw new AnswerRefused('upload', { mediaId });
  return upload;
}

/** Whether it may go better another time, with what was sent so far. */
function isPassing(error: unknown): boolean {
  if (error instanceof DaybookProblem) return error.status >= 500 || error.status === 429;
  return error instanceof ConnectionFailed || error instanceof SignedOut || error instanceof StoreRefused;
}
