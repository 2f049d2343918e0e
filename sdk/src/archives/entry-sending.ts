import type { EntryDraft, WriteResult } from '../entry.js';
import { DaybookProblem } from '../problems.js';
import type { FoundEntry, Skipped } from './found.js';
import type { FilesImport } from './import-options.js';

/** An entry whose media are there. */
export interface ReadyEntry {
  readonly entry: FoundEntry;
  readonly mediaIds: readonly string[];
}

/** Writes entries that are not there yet. */
export class EntrySending {
  readonly tally = { new: 0, present: 0 };
  readonly #import: FilesImport;
  readonly #skip: (skipped: Skipped) => void;

  constructor(of: FilesImport, skip: (skipped: Skipped) => void) {
    this.#import = of;
    this.#skip = skip;
  }

  /** Those that were not imported before. */
  async missingOf(batch: readonly FoundEntry[]): Promise<FoundEntry[]> {
    const { daybook, signal } = this.#import;
    if (!daybook) return [...batch];
    const ids = await Promise.all(batch.map((entry) => this.#idOf(entry)));
    const { data, erased } = await daybook.entries.readMany(ids, signal ? { signal } : {});
    const present = new Set(data.map(({ id }) => id));
    const missing: FoundEntry[] = [];
    for (const [index, entry] of batch.entries()) {
      const id = ids[index] ?? '';
      if (present.has(id)) this.tally.present++;
      else if (erased.includes(id)) this.#skip({ place: entry.place, reason: 'removed-before' });
      else missing.push(entry);
    }
    return missing;
  }

  async write(ready: readonly ReadyEntry[]): Promise<void> {
    const { daybook, isDryRun, signal } = this.#import;
    if (isDryRun || !daybook) {
      this.tally.new += ready.length;
      return;
    }
    if (ready.length === 0) return;
    const drafts = await Promise.all(ready.map((one) => this.#draftOf(one)));
    const options = signal ? { signal } : {};
    try {
      this.#count(ready, await daybook.entries.writeAll(drafts, options));
    } catch (error) {
      // The batch as a whole: by themselves, the others are taken.
      if (!isAboutThis(error) || ready.length === 1) this.#skipOrThrow(ready[0]?.entry, error);
      else for (const one of ready) await this.write([one]);
    }
  }

  #count(ready: readonly ReadyEntry[], results: readonly WriteResult[]): void {
    for (const [index, result] of results.entries()) {
      if ('problem' in result) this.#skipOrThrow(ready[index]?.entry, result.problem);
      else if (result.status === 201) this.tally.new++;
      else this.tally.present++;
    }
  }

  #skipOrThrow(entry: FoundEntry | undefined, error: unknown): void {
    if (!entry || !isAboutThis(error)) throw error;
    const reason = error.type === 'entries/erased' ? 'removed-before' : 'refused';
    this.#skip({ place: entry.place, reason });
  }

  async #draftOf({ entry, mediaIds }: ReadyEntry): Promise<EntryDraft> {
    const id = await this.#idOf(entry);
    const media = mediaIds.length > 0 && { media_ids: mediaIds };
    return { ...entry.draft, id, source: this.#import.format, external_id: id, ...media };
  }

  async #idOf({ name, at }: FoundEntry): Promise<string> {
    return (await this.#import.daybook?.importedId(this.#import.format, name, at)) ?? '';
  }
}

/** Whether another entry, or another file, may be taken all the same. */
export function isAboutThis(error: unknown): error is DaybookProblem {
  if (!(error instanceof DaybookProblem)) return false;
  return [400, 409, 410, 413, 422].includes(error.status) && !error.type.startsWith('tiers/');
}
