import { constants } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import type { ArchiveFile } from './archive-files.js';
import type { Skipped } from './found.js';
import { type ArchiveLimits, type FileUse, InflationBudget } from './limits.js';
import { ArchiveRefused, FileRefused, type RefusedArchive } from './problems.js';

const isEncryptedFlag = 0x1;
const stored = 0;
const deflated = 8;
const localHeader = 0x04034b50;

/** The library knows its errors by their words alone. */
const reasonsByWords: readonly (readonly [RegExp, RefusedArchive])[] = [
  [/strong encryption/, 'encrypted'],
  [/multi-disk/, 'split'],
  [/End of central directory record signature not found/, 'not-a-zip'],
];

/**
 * ZIP archives, read where they lie: nothing is written anywhere, and names of files are only looked up. Several are as one,
 * for a service that gives more than one.
 */
export class ZipArchives {
  readonly files = new Map<string, ArchiveFile>();
  readonly skipped: Skipped[] = [];
  readonly #zips: ZipFile[] = [];
  readonly #budget: InflationBudget;
  readonly #signal: AbortSignal | undefined;

  private constructor(limits: ArchiveLimits, signal: AbortSignal | undefined) {
    this.#budget = new InflationBudget(limits);
    this.#signal = signal;
  }

  /** Opens archives and reads what files they have; `close` them. @throws ArchiveRefused */
  static async open(paths: readonly string[], limits: ArchiveLimits, signal?: AbortSignal): Promise<ZipArchives> {
    const archives = new ZipArchives(limits, signal);
    try {
      for (const path of paths) await archives.#add(path);
      return archives;
    } catch (error) {
      archives.close();
      throw error;
    }
  }

  close(): void {
    for (const zip of this.#zips.splice(0)) zip.close();
  }

  async #add(path: string): Promise<void> {
    const begins = await firstBytes(path);
    try {
      // Names stay bytes at first: one that is unsafe is left out by us, where the library would refuse the archive.
      const zip = await yauzl.openPromise(path, { autoClose: false, decodeStrings: false });
      this.#zips.push(zip);
      for await (const entry of zip.eachEntry()) this.#list(zip, entry);
    } catch (error) {
      throw this.#signal?.aborted ? error : refusalOf(error, begins);
    }
  }

  #list(zip: ZipFile, entry: Entry): void {
    this.#signal?.throwIfAborted();
    const { generalPurposeBitFlag: flags, extraFields } = entry;
    if (flags & isEncryptedFlag) throw new ArchiveRefused('encrypted');
    const name = yauzl.getFileNameLowLevel(flags, entry.fileNameRaw, extraFields, false);
    if (name.endsWith('/')) return;
    if (this.files.size + this.skipped.length >= this.#budget.limits.filesMax)
      throw new ArchiveRefused('too-many-files');
    const reason = this.#faultOf(name, entry);
    if (reason) this.skipped.push({ place: name, reason });
    else this.files.set(name, { name, bytes: entry.uncompressedSize, open: (use) => this.#inflated(zip, entry, use) });
  }

  #faultOf(name: string, { externalFileAttributes: attributes }: Entry): Skipped['reason'] | undefined {
    if (yauzl.validateFileName(name) !== null || name.includes('\0')) return 'unsafe-name';
    if (((attributes >>> 16) & constants.S_IFMT) === constants.S_IFLNK) return 'link';
    return this.files.has(name) ? 'twice' : undefined;
  }

  /** Portion by portion, each looked at before it goes on; length and CRC-32 are compared at the end. */
  async *#inflated(zip: ZipFile, entry: Entry, use: FileUse): AsyncGenerator<Uint8Array, void, undefined> {
    const { uncompressedSize, compressedSize, compressionMethod, crc32: expected } = entry;
    if (compressionMethod !== stored && compressionMethod !== deflated) throw new FileRefused('unknown-packing');
    this.#budget.assertAnnounced(uncompressedSize, use);
    let bytes = 0;
    let sum = 0;
    try {
      for await (const portion of await zip.openReadStreamPromise(entry)) {
        this.#signal?.throwIfAborted();
        bytes += portion.length;
        this.#budget.take(portion.length, bytes, compressedSize, use);
        sum = crc32(portion, sum);
        yield portion;
      }
    } catch (error) {
      const isOurs = error instanceof FileRefused || error instanceof ArchiveRefused || this.#signal?.aborted;
      throw isOurs ? error : new FileRefused('damaged', { cause: error });
    }
    if (bytes !== uncompressedSize || sum !== expected) throw new FileRefused('damaged');
  }
}

/** The number that the file begins with. @throws ArchiveRefused `not-found` */
async function firstBytes(path: string): Promise<number> {
  try {
    const file = await openFile(path);
    try {
      const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.readUInt32LE(0);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new ArchiveRefused('not-found', { cause });
  }
}

function refusalOf(error: unknown, begins: number): unknown {
  if (error instanceof ArchiveRefused) return error;
  const words = error instanceof Error ? error.message : '';
  const [, reason = 'damaged'] = reasonsByWords.find(([pattern]) => pattern.test(words)) ?? [];
  const isCut = reason === 'not-a-zip' && begins === localHeader;
  return new ArchiveRefused(isCut ? 'truncated' : reason, { cause: error });
}
