import { EntrySending, type ReadyEntry } from './entry-sending.js';
import { formats } from './formats.js';
import { type FoundEntry, isSkipped, type Skipped } from './found.js';
import type { FilesImport } from './import-options.js';
import { MediaSending } from './media-sending.js';
import { ArchiveRefused } from './problems.js';
import type { ImportReport } from './report.js';

/** So many are asked for, and written, at once. */
const batchSize = 100;

/**
 * Brings the entries of an archive into a diary, each with its media first. Everything has an id made of what the archive
 * calls it: done again, it finds what is there, and goes on where it was when it was cut off.
 * @throws ArchiveRefused `other-format`, `too-large`; the signal's reason; what `entries.writeAll` and `media.upload` throw,
 *   unless it is about one entry or one file: those are skipped and told
 */
export async function importFiles(options: FilesImport): Promise<ImportReport> {
  const { daybook, signal, onProgress, isDryRun } = options;
  if (!daybook && !isDryRun) throw new TypeError('an import needs a diary');
  const { entries, skipped } = await everything(options);
  const total = { entriesTotal: entries.length, mediaTotal: entries.reduce((sum, { media }) => sum + media.length, 0) };
  const done = { entriesDone: 0, mediaDone: 0 };
  const media = new MediaSending(options, (one) => skipped.push(one));
  const sending = new EntrySending(options, (one) => skipped.push(one));
  const tell = () => onProgress?.({ ...done, ...total });
  for (let at = 0; at < entries.length; at += batchSize) {
    signal?.throwIfAborted();
    const batch = entries.slice(at, at + batchSize);
    const missing = new Set(await sending.missingOf(batch));
    const ready: ReadyEntry[] = [];
    for (const entry of batch) {
      if (missing.has(entry)) ready.push({ entry, mediaIds: await media.send(entry) });
      else media.isPresent(entry);
      done.mediaDone += entry.media.length;
      tell();
    }
    await sending.write(ready);
    done.entriesDone += batch.length;
    tell();
  }
  const days = entries.flatMap(({ draft }) => draft.entry_date ?? []).toSorted();
  const [from, to] = [days[0], days.at(-1)];
  return {
    v: 1,
    format: options.format,
    is_dry_run: isDryRun,
    entries: sending.tally,
    media: media.tally,
    days: from !== undefined && to !== undefined ? { from, to } : null,
    skipped,
  };
}

/** All that the JSON of the archive tells, oldest first. */
async function everything({ format, files, timeZone = zoneHere(), signal }: FilesImport) {
  const { read, isEntriesFile } = formats[format];
  if (![...files.keys()].some(isEntriesFile)) throw new ArchiveRefused('other-format');
  const entries: FoundEntry[] = [];
  const skipped: Skipped[] = [];
  for await (const found of read(files, { timeZone })) {
    signal?.throwIfAborted();
    if (isSkipped(found)) skipped.push(found);
    else entries.push(found);
  }
  const isOther =
    entries.length === 0 && skipped.every(({ place, reason }) => reason === 'not-an-entry' && !place.includes('#'));
  if (isOther) throw new ArchiveRefused('other-format');
  return { entries: entries.toSorted((a, b) => a.at - b.at), skipped };
}

const zoneHere = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;
