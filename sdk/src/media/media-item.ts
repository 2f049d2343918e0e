import type { MediaMetadata } from '../crypto/media.js';
import type { HistoryHead } from '../entry.js';
import type { Tier } from '../session-store.js';
import type { MediaState } from './wire.js';

/** What is known of a file, opened: the same form in both tiers, with the names that the API has for these fields. */
export interface MediaItem {
  readonly id: string;
  readonly tier: Tier;
  /** reserved: not uploaded yet; missing: the store has lost it. */
  readonly state: MediaState;
  /** What the server was told. */
  readonly content_type: string;
  /** Of the sealed bytes. */
  readonly byte_size: number;
  /** What was sealed beside the file; null where nothing was. */
  readonly metadata: MediaMetadata | null;
  readonly thumbnail_id: string | null;
  readonly thumbnail_of: string | null;
  readonly created_at: string;
  readonly ready_at: string | null;
  readonly deleted_at: string | null;
}

/** A file that was uploaded, or taken out of the trash. */
export interface WrittenMediaItem extends MediaItem {
  readonly history_head: HistoryHead;
}

/** One page of media, newest first, without thumbnails. */
export interface MediaItemPage {
  readonly data: readonly MediaItem[];
  /** Where the next page begins; null on the last one. */
  readonly next_cursor: string | null;
}
