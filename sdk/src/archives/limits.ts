import { ArchiveRefused, FileRefused } from './problems.js';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** How much an archive may have. Bytes are counted while they are inflated: what an archive says of itself is not believed. */
export interface ArchiveLimits {
  /** Files in all archives together. */
  readonly filesMax: number;
  /** Of one JSON file, which is held in memory. */
  readonly jsonBytesMax: number;
  /** Of one photo, film or recording. */
  readonly mediaBytesMax: number;
  /** Of all that is inflated. */
  readonly totalBytesMax: number;
  /** Of a file's bytes to the packed ones, from the first MiB on: deflate makes at most 1,032 of one. */
  readonly ratioMax: number;
}

export const defaultLimits: ArchiveLimits = {
  filesMax: 500_000,
  jsonBytesMax: 256 * MIB,
  mediaBytesMax: 8 * GIB,
  totalBytesMax: 256 * GIB,
  ratioMax: 200,
};

const ratioFromBytes = MIB;

/** Which limit a file is held to. */
export type FileUse = 'json' | 'media';

/** Counts what is inflated, and refuses what is too much at the portion that makes it so. */
export class InflationBudget {
  readonly limits: ArchiveLimits;
  #totalBytes = 0;

  constructor(limits: ArchiveLimits) {
    this.limits = limits;
  }

  /** @throws FileRefused `too-large` for a size that is too much by what the archive itself says */
  assertAnnounced(bytes: number, use: FileUse): void {
    if (bytes > this.#bytesMaxOf(use)) throw new FileRefused('too-large');
  }

  /**
   * Takes a portion into account.
   * @param fileBytes of the file so far, with this portion
   * @throws FileRefused `too-large`, `packed-too-tight`; ArchiveRefused `too-large` when all together is too much
   */
  take(portionBytes: number, fileBytes: number, packedBytes: number, use: FileUse): void {
    if (fileBytes > this.#bytesMaxOf(use)) throw new FileRefused('too-large');
    const isTight = fileBytes > ratioFromBytes && fileBytes > packedBytes * this.limits.ratioMax;
    if (isTight) throw new FileRefused('packed-too-tight');
    this.#totalBytes += portionBytes;
    if (this.#totalBytes > this.limits.totalBytesMax) throw new ArchiveRefused('too-large');
  }

  #bytesMaxOf(use: FileUse): number {
    return use === 'json' ? this.limits.jsonBytesMax : this.limits.mediaBytesMax;
  }
}
