import { streamOfPortions } from './crypto/byte-source.js';
import { wipe } from './crypto/bytes.js';
import type { MasterKey } from './crypto/master-key.js';
import { openMedia } from './crypto/media-stream.js';
import { ready } from './crypto/primitives.js';
import type { AllOptions } from './entries.js';
import type { CallOptions, PageOptions } from './entry-calls.js';
import { MediaCalls } from './media/calls.js';
import { MediaForm, refusalOf } from './media/media-form.js';
import type { MediaItem, MediaItemPage, WrittenMediaItem } from './media/media-item.js';
import type { ObjectTransfer, Progress } from './media/object-transfer.js';
import type { MediaSource } from './media/source.js';
import type { UploadRecord } from './media/upload-record.js';
import { type SendingOptions, type UploadOptions, Uploads } from './media/uploads.js';
import type { WireMedia } from './media/wire.js';
import { AnswerRefused, DaybookProblem } from './problems.js';
import type { Session } from './session.js';

/** Which media are listed. */
export interface MediaFilter {
  /** By the type that the server was told. */
  readonly type?: 'image' | 'video' | 'audio' | 'other';
  /** What is in the trash, instead of what is not. */
  readonly isDeleted?: boolean;
}

/** How a file is downloaded. */
export interface DownloadOptions extends CallOptions {
  readonly onProgress?: (progress: Progress) => void;
}

/** A file on its way. Nothing is fetched before it is read. */
export interface Download {
  readonly item: MediaItem;
  /**
   * The file as it comes; to be read once. Every portion is authentic, but only the end proves that the file is whole: it
   * fails with AnswerRefused where it is not.
   */
  readonly stream: ReadableStream<Uint8Array>;
  /** The whole file, proven; instead of reading `stream`. */
  blob(): Promise<Blob>;
}

const pageSizeDefault = 100;

/** Photos, sound, video: sealed here in both tiers. Calls throw as those of `Entries` do, and StoreRefused. */
export class Media {
  readonly #session: Session;
  readonly #transfer: ObjectTransfer;
  readonly #calls: MediaCalls;
  readonly #form: MediaForm;
  readonly #uploads: Uploads;

  /** Made by `Daybook`. @param master of an e2e account */
  constructor(session: Session, transfer: ObjectTransfer, master: MasterKey | undefined) {
    this.#session = session;
    this.#transfer = transfer;
    this.#calls = new MediaCalls(session, { isRepeatable: true });
    this.#form = new MediaForm(session.record.user.id, master);
    const callsOnce = new MediaCalls(session, { isRepeatable: false });
    this.#uploads = new Uploads(this.#calls, callsOnce, transfer, this.#form);
  }

  /**
   * Seals a file while it is read, sends it to the object store, and has the server verify it. Up to 16 MiB are held in
   * memory, of a larger file never more than two parts. When it fails or is aborted, nothing is left but what `resume` can go on with.
   * @throws DaybookProblem `media/too-large`, `media/type-not-allowed`, `tiers/out-of-storage`, …; UploadRefused;
   *   StoreRefused; the signal's reason
   */
  async upload(source: MediaSource, options: UploadOptions): Promise<WrittenMediaItem> {
    this.#session.assertOpen();
    return this.#uploads.upload(source, options);
  }

  /**
   * Goes on with an upload that was interrupted, from the last record that `onRecord` got. The file is read and sealed from
   * its beginning, and compared with what was sent; parts that are there are not sent again. A thumbnail is there by then.
   * @throws UploadRefused when it is not the same file; DaybookProblem `media/not-found` a day after it was begun
   */
  async resume(record: UploadRecord, source: MediaSource, options: SendingOptions = {}): Promise<MediaItem> {
    this.#session.assertOpen();
    return this.#uploads.resume(record, source, options);
  }

  /** What is known of a file. @throws DaybookProblem `media/not-found` */
  async get(id: string, { signal }: CallOptions = {}): Promise<MediaItem> {
    await ready();
    return this.#form.fromWire(await this.#calls.get(id, signal), id);
  }

  /** One page, newest first; thumbnails are left out. */
  async list(options: PageOptions & MediaFilter = {}): Promise<MediaItemPage> {
    await ready();
    const { limit, cursor, type, isDeleted, signal } = options;
    const query = {
      ...(limit !== undefined && { limit }),
      ...(cursor !== undefined && { cursor }),
      ...(type && { type }),
      ...(isDeleted && { deleted: true }),
    };
    const { data, next_cursor } = await this.#calls.list(query, signal);
    return { data: data.map((wire) => this.#form.fromWire(wire)), next_cursor };
  }

  /** All of them, newest first, fetched page by page as they are taken. */
  async *all(options: AllOptions & MediaFilter = {}): AsyncGenerator<MediaItem, void, undefined> {
    const { pageSize = pageSizeDefault, ...rest } = options;
    let cursor: string | null | undefined;
    do {
      const page: MediaItemPage = await this.list({ ...rest, limit: pageSize, ...(cursor && { cursor }) });
      yield* page.data;
      cursor = page.next_cursor;
    } while (cursor !== null);
  }

  /**
   * A file, opened as it comes. A connection that breaks off goes on where it was.
   * @throws DaybookProblem `media/not-found`; reading also `media/incomplete`, StoreRefused, AnswerRefused
   */
  async download(id: string, options: DownloadOptions = {}): Promise<Download> {
    await ready();
    const wire = await this.#calls.get(id, options.signal);
    const item = this.#form.fromWire(wire, id);
    const stream = streamOfPortions(this.#opened(wire, options));
    const type = item.metadata?.content_type ?? item.content_type;
    return { item, stream, blob: async () => new Blob(await portionsIn(stream), { type }) };
  }

  /** The small picture of a file, which has to be of this one; undefined where there is none. */
  async thumbnail(id: string, options: DownloadOptions = {}): Promise<Download | undefined> {
    const { thumbnail_id: thumbnailId } = await this.get(id, options);
    if (thumbnailId === null) return undefined;
    const download = await this.download(thumbnailId, options);
    if (download.item.thumbnail_of !== id) throw new AnswerRefused('id', { mediaId: thumbnailId });
    return download;
  }

  /** Puts a file into the trash, for 30 days. @throws DaybookProblem `media/not-found` */
  async delete(id: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#calls.remove(id, { isPermanent: false }, signal);
  }

  /** Takes a file out of the trash. @throws DaybookProblem `media/not-found`, `media/erased` */
  async restore(id: string, { signal }: CallOptions = {}): Promise<WrittenMediaItem> {
    await ready();
    const { history_head, ...wire } = await this.#calls.restore(id, signal);
    return { ...this.#form.fromWire(wire, id), history_head };
  }

  /** Erases a file and its thumbnail for good, now. Nothing happens when that was done before. @throws DaybookProblem */
  async erase(id: string, { signal }: CallOptions = {}): Promise<void> {
    try {
      await this.#calls.remove(id, { isPermanent: true }, signal);
    } catch (error) {
      const isDone = error instanceof DaybookProblem && error.type === 'media/erased';
      if (!isDone) throw error;
    }
  }

  /** The key is opened when the first byte is asked for, and wiped after the last. */
  async *#opened(wire: WireMedia, { onProgress, signal }: DownloadOptions) {
    this.#session.assertOpen();
    const { id, byte_size: totalBytes } = wire;
    const contentKey = this.#form.keyOf(wire);
    const whereabouts = () => this.#calls.whereabouts(id, signal);
    const sealed = this.#transfer.get({ whereabouts, totalBytes, onProgress, signal });
    try {
      yield* openMedia(this.#form.placeOf(id, contentKey), sealed);
    } catch (error) {
      throw refusalOf(id, error);
    } finally {
      wipe(contentKey.key);
    }
  }
}

async function portionsIn(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>[]> {
  const portions: Uint8Array<ArrayBuffer>[] = [];
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    portions.push(read.value as Uint8Array<ArrayBuffer>);
  }
  return portions;
}
