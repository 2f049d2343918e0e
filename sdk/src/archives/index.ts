/* The published entry `@daybook/sdk/archives`: brings diaries from other services. For Node alone; see docs/import.md. */
import type { Daybook } from '../daybook.js';
import type { ArchiveFormat } from './formats.js';
import { importFiles } from './import-files.js';
import type { ImportProgress } from './import-options.js';
import { type ArchiveLimits, defaultLimits } from './limits.js';
import type { ImportReport } from './report.js';
import { ZipArchives } from './zip-archives.js';

export type { ArchiveFormat } from './formats.js';
export type { Skipped, SkipReason } from './found.js';
export type { ImportProgress } from './import-options.js';
export { type ArchiveLimits, defaultLimits } from './limits.js';
export { ArchiveRefused, type RefusedArchive, type RefusedFile } from './problems.js';
export { type ImportReport, reportText, type Tally } from './report.js';

/** What is imported, and how. */
export interface ImportOptions {
  readonly format: ArchiveFormat;
  /** ZIP archives; all of them at once when a service gave several. */
  readonly paths: readonly string[];
  /** IANA: whose days are meant where the archive does not say; this machine's unless given. */
  readonly timeZone?: string;
  readonly limits?: Partial<ArchiveLimits>;
  /** Ends the import; done again, it goes on. */
  readonly signal?: AbortSignal;
  /** Called after each file and each batch of entries. */
  readonly onProgress?: (progress: ImportProgress) => void;
}

/**
 * Imports archives into a diary of either tier. Nothing is imported twice: whoever imports the same archive again, or one
 * that was cut off, gets what is not there yet.
 * @throws ArchiveRefused; the signal's reason; DaybookProblem (such as `tiers/out-of-storage`), ConnectionFailed, …: what
 *   concerns one entry or one file is in the report instead
 */
export function importArchives(daybook: Daybook, options: ImportOptions): Promise<ImportReport> {
  return run(options, { daybook, isDryRun: false });
}

/** What `importArchives` would do. Writes nothing. @param daybook tells what is there already, if given */
export function tryArchives(options: ImportOptions, daybook?: Daybook): Promise<ImportReport> {
  return run(options, { daybook, isDryRun: true });
}

async function run(
  { paths, limits, ...options }: ImportOptions,
  how: { readonly daybook: Daybook | undefined; readonly isDryRun: boolean },
): Promise<ImportReport> {
  const archives = await ZipArchives.open(paths, { ...defaultLimits, ...limits }, options.signal);
  try {
    const report = await importFiles({ ...options, ...how, files: archives.files });
    return { ...report, skipped: [...archives.skipped, ...report.skipped] };
  } finally {
    archives.close();
  }
}
