import { StoreError } from './store-errors.js';

const KEY_BYTES_MAX = 1024;
/** A file name has at most 255 bytes almost everywhere. */
const NAME_LENGTH = 240;
const FOLDER_END = '+';

/**
 * Where the object called `key` lies below its folder: the hex of the key's bytes, cut into names that a file system takes.
 * So a key can reach no other place, whatever is in it, and names sort as keys do in S3 (by their UTF-8 bytes).
 * @throws StoreError where S3 has no such key either
 */
export function pathOfKey(key: string): string[] {
  const bytes = Buffer.from(key);
  if (bytes.length === 0 || !key.isWellFormed()) throw new StoreError('InvalidArgument', 'This is no key.');
  if (bytes.length > KEY_BYTES_MAX)
    throw new StoreError('KeyTooLongError', `A key has at most ${KEY_BYTES_MAX} bytes.`);
  const names = bytes.toString('hex').match(new RegExp(`.{1,${NAME_LENGTH}}`, 'g')) ?? [];
  return names.map((name, level) => (level < names.length - 1 ? name + FOLDER_END : name));
}

/** What a name below an object folder is: part of a key, and whether there is more of it below. */
export function readName(name: string): { readonly hex: string; readonly isFolder: boolean } {
  const isFolder = name.endsWith(FOLDER_END);
  return { hex: isFolder ? name.slice(0, -1) : name, isFolder };
}

export const keyOfHex = (hex: string): string => Buffer.from(hex, 'hex').toString('utf8');

export const hexOfKey = (key: string): string => Buffer.from(key).toString('hex');
