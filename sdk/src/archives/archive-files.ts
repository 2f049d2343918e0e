import type { FileUse } from './limits.js';
import { type RefusedFile, FileRefused } from './problems.js';

/** One file of an archive. */
export interface ArchiveFile {
  /** As the archive says: a name to look up, never a path to write to. */
  readonly name: string;
  /** As the archive says; `open` fails where that is not so. */
  readonly bytes: number;
  /** Its content, from the beginning each time. @throws FileRefused, ArchiveRefused `too-large` */
  open(use: FileUse): AsyncIterable<Uint8Array>;
}

/** The files of all archives, by their exact names. */
export type ArchiveFiles = ReadonlyMap<string, ArchiveFile>;

/** A JSON file that was read, and its text, in which escapes can still be seen. */
export interface ReadJson {
  readonly value: unknown;
  readonly text: string;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** A whole JSON file (UTF-8, with or without BOM), or why it cannot be read. @throws ArchiveRefused `too-large` */
export async function readJson(file: ArchiveFile): Promise<ReadJson | RefusedFile | 'not-json'> {
  try {
    const text = decoder.decode(await wholeOf(file));
    return { value: JSON.parse(text), text };
  } catch (error) {
    if (error instanceof FileRefused) return error.reason;
    // The parser's own message quotes what it could not read.
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) return 'not-json';
    throw error;
  }
}

async function wholeOf(file: ArchiveFile): Promise<Uint8Array> {
  const portions: Uint8Array[] = [];
  let length = 0;
  for await (const portion of file.open('json')) {
    portions.push(portion);
    length += portion.length;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const portion of portions) {
    whole.set(portion, at);
    at += portion.length;
  }
  return whole;
}
