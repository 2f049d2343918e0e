import type { EntryDraft } from '../entry.js';
import type { MediaFacts } from '../media/uploads.js';
import type { ArchiveFile } from './archive-files.js';
import type { RefusedFile } from './problems.js';

/** Why something of an archive is not imported: see `skipSentences`. */
export type SkipReason =
  | RefusedFile
  | 'not-json'
  | 'not-an-entry'
  | 'no-time'
  | 'empty'
  | 'twice'
  | 'text-too-large'
  | 'not-in-archive'
  | 'too-many-media'
  | 'type-not-allowed'
  | 'removed-before'
  | 'refused'
  | 'unsafe-name'
  | 'link';

export const skipSentences: Record<SkipReason, string> = {
  'too-large': 'larger than the limit',
  'packed-too-tight': 'packed so tightly that it may be a ZIP bomb',
  damaged: 'damaged in the archive',
  'unknown-packing': 'packed in a way that is not known',
  'not-json': 'not JSON',
  'not-an-entry': 'not of the form that entries have',
  'no-time': 'without a time that can be read',
  empty: 'nothing was written in it',
  twice: 'twice in the archive',
  'text-too-large': 'a longer text than an entry may have (256 KiB)',
  'not-in-archive': 'the file is not in the archive',
  'too-many-media': 'more files than an entry may have (100)',
  'type-not-allowed': 'a type of file that is not kept',
  'removed-before': 'was imported before and removed since',
  refused: 'refused by the server',
  'unsafe-name': 'a file name that leads out of the archive',
  link: 'a link instead of a file',
};

/** Something that is not imported. */
export interface Skipped {
  /** Where it is: the name of a file in the archive and, in a JSON file, a JSON Pointer after `#`. Never what it says. */
  readonly place: string;
  readonly reason: SkipReason;
}

/** A photo, film or recording of an entry. */
export interface FoundMedia {
  readonly place: string;
  /** What the source calls it, the same in every archive. */
  readonly name: string;
  readonly file: ArchiveFile;
  readonly contentType: string;
  readonly facts: MediaFacts;
}

/** An entry, as it would be written. */
export interface FoundEntry {
  readonly place: string;
  /** What the source calls it, the same in every archive; says nothing of what is written in it. */
  readonly name: string;
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
  readonly draft: Omit<EntryDraft, 'id' | 'source' | 'external_id' | 'media_ids'>;
  readonly media: readonly FoundMedia[];
}

export type Found = FoundEntry | Skipped;

export const isSkipped = (found: Found): found is Skipped => 'reason' in found;

/** How a format is read. */
export interface ReadingOptions {
  /** IANA; where the writer was, when the archive does not say. */
  readonly timeZone: string;
}

/** The place of an item in a JSON file. @param path what leads to it */
export const placeIn = (file: string, ...path: readonly (string | number)[]): string => [`${file}#`, ...path].join('/');
