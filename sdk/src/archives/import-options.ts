import type { Daybook } from '../daybook.js';
import type { ArchiveFiles } from './archive-files.js';
import type { ArchiveFormat } from './formats.js';

/** How far an import is. */
export interface ImportProgress {
  readonly entriesDone: number;
  readonly entriesTotal: number;
  readonly mediaDone: number;
  readonly mediaTotal: number;
}

/** What is imported, and how. */
export interface FilesImport {
  readonly format: ArchiveFormat;
  readonly files: ArchiveFiles;
  /** Whose diary it is. A dry run does without; with it, it tells what is there already. */
  readonly daybook: Daybook | undefined;
  /** Reads everything, media too, and writes nothing. */
  readonly isDryRun: boolean;
  /** IANA: whose days are meant where the archive does not say; this machine's unless given. */
  readonly timeZone?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}
