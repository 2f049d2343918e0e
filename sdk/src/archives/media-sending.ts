import type { Daybook } from '../daybook.js';
import { DaybookProblem, UploadRefused } from '../problems.js';
import { isAboutThis } from './entry-sending.js';
import type { FoundEntry, FoundMedia, Skipped, SkipReason } from './found.js';
import type { FilesImport } from './import-options.js';
import { FileRefused } from './problems.js';

/** As many as an entry may have (the API's own bound). */
const mediaMax = 100;

/** Uploads the files of entries, each once. */
export class MediaSending {
  readonly tally = { new: 0, present: 0 };
  readonly #import: FilesImport;
  readonly #skip: (skipped: Skipped) => void;
  /** By the names of files; null for those that were skipped. */
  readonly #ids = new Map<string, string | null>();

  constructor(of: FilesImport, skip: (skipped: Skipped) => void) {
    this.#import = of;
    this.#skip = skip;
  }

  /** The ids of an entry's files, which are there now; in a dry run the files are only read. */
  async send({ media, place }: FoundEntry): Promise<string[]> {
    const ids: string[] = [];
    for (const one of media) {
      this.#import.signal?.throwIfAborted();
      if (ids.length === mediaMax) {
        this.#skip({ place: `${place} (${one.place})`, reason: 'too-many-media' });
        continue;
      }
      const id = await this.#once(one);
      if (id !== null && !ids.includes(id)) ids.push(id);
    }
    return ids;
  }

  /** The entry was there before, with its files. */
  isPresent({ media }: FoundEntry): void {
    this.tally.present += media.length;
  }

  async #once(one: FoundMedia): Promise<string | null> {
    const known = this.#ids.get(one.name);
    if (known !== undefined) return known;
    const id = await this.#sent(one);
    this.#ids.set(one.name, id);
    return id;
  }

  async #sent(one: FoundMedia): Promise<string | null> {
    const { daybook, isDryRun, format } = this.#import;
    try {
      if (isDryRun || !daybook) {
        await drained(one);
        this.tally.new++;
        return one.name;
      }
      const id = await daybook.importedId(format, one.name);
      const isNew = await this.#upload(daybook, id, one);
      this.tally[isNew ? 'new' : 'present']++;
      return id;
    } catch (error) {
      this.#skip({ place: one.place, reason: reasonOf(error) });
      return null;
    }
  }

  /** Whether it was not there before. What an upload that was cut off has left is taken away, and sent anew. */
  async #upload(daybook: Daybook, id: string, one: FoundMedia): Promise<boolean> {
    try {
      await this.#send(daybook, id, one);
      return true;
    } catch (error) {
      if (!(error instanceof DaybookProblem) || error.type !== 'media/id-taken') throw error;
    }
    const { signal } = this.#import;
    const options = signal ? { signal } : {};
    const there = await daybook.media.get(id, options);
    if (there.deleted_at !== null) throw new RemovedBefore();
    if (there.state !== 'reserved') return false;
    await daybook.media.erase(id, options);
    await this.#send(daybook, id, one);
    return true;
  }

  async #send(daybook: Daybook, id: string, { file, contentType, facts }: FoundMedia): Promise<void> {
    const { signal } = this.#import;
    const source = { size: file.bytes, stream: () => file.open('media') };
    await daybook.media.upload(source, { id, contentType, metadata: facts, ...(signal && { signal }) });
  }
}

class RemovedBefore extends Error {}

async function drained({ file }: FoundMedia): Promise<void> {
  let bytes = 0;
  for await (const portion of file.open('media')) bytes += portion.length;
  if (bytes !== file.bytes) throw new FileRefused('damaged');
}

/** Why one file is skipped. @throws what is not about this file alone */
function reasonOf(error: unknown): SkipReason {
  if (error instanceof FileRefused) return error.reason;
  if (error instanceof RemovedBefore) return 'removed-before';
  if (error instanceof UploadRefused) return 'damaged';
  if (!isAboutThis(error)) throw error;
  if (error.type === 'media/erased') return 'removed-before';
  if (error.type === 'media/too-large') return 'too-large';
  return error.type === 'media/type-not-allowed' ? 'type-not-allowed' : 'refused';
}
