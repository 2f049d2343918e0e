/** Why an archive is not read: see the sentences. */
export type RefusedArchive =
  | 'not-found'
  | 'not-a-zip'
  | 'truncated'
  | 'damaged'
  | 'encrypted'
  | 'split'
  | 'too-many-files'
  | 'too-large'
  | 'other-format';

const archiveSentences: Record<RefusedArchive, string> = {
  'not-found': 'There is no file of this name, or it may not be read',
  'not-a-zip': 'This is not a ZIP archive',
  truncated: 'The archive is cut off: fetch it again',
  damaged: 'The list of files in the archive is damaged: fetch it again',
  encrypted: 'The archive is encrypted: make one without a password',
  split: 'This is one volume of a split archive: join the volumes first',
  'too-many-files': 'The archive has more files than the limit allows',
  'too-large': 'All that is in the archive is more than the limit allows',
  'other-format':
    'There is nothing in the archive that could be imported: is it in the JSON format, and of this service?',
};

/** An archive as a whole cannot be imported. What was imported of it before stays. */
export class ArchiveRefused extends Error {
  override readonly name = 'ArchiveRefused';
  readonly reason: RefusedArchive;

  constructor(reason: RefusedArchive, options?: ErrorOptions) {
    super(archiveSentences[reason], options);
    this.reason = reason;
  }
}

/** Why one file of an archive is not read. */
export type RefusedFile = 'too-large' | 'packed-too-tight' | 'damaged' | 'unknown-packing';

/** One file of an archive cannot be read; the others can. Its place is known to whoever reads it. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
  readonly reason: RefusedFile;

  constructor(reason: RefusedFile, options?: ErrorOptions) {
    super(`A file of the archive was not read: ${reason}`, options);
    this.reason = reason;
  }
}
