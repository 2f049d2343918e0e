import type { ArchiveFiles } from './archive-files.js';
import { isDayOneFile, readDayOne } from './day-one.js';
import { isFacebookFile, readFacebook } from './facebook.js';
import type { Found, ReadingOptions } from './found.js';

export type ArchiveFormat = 'facebook' | 'day-one';

interface Format {
  /** Whether entries may be in the file of this name. */
  readonly isEntriesFile: (name: string) => boolean;
  readonly read: (files: ArchiveFiles, options: ReadingOptions) => AsyncGenerator<Found, void, undefined>;
}

export const formats: Readonly<Record<ArchiveFormat, Format>> = {
  facebook: { isEntriesFile: isFacebookFile, read: readFacebook },
  'day-one': { isEntriesFile: isDayOneFile, read: readDayOne },
};
