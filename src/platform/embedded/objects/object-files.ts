import { readdir, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSystemError } from '../private-file.js';
import type { Draft, Drafts } from './drafts.js';
import { makeFolder, syncFolder } from './durable-files.js';
import { factsIn, type ObjectFacts, type OpenObject, openObject } from './object-file.js';
import { hexOfKey, keyOfHex, pathOfKey, readName } from './object-key.js';
import { StoreError } from './store-errors.js';
import { Turns } from '../../turns.js';

/** What must hold of an object for something to happen to it (RFC 9110, section 13.1). */
export interface Preconditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/** Whether a list of entity tags, or `*`, names `etag`; undefined where there is no object. */
export const namesTag = (list: string, etag: string | undefined): boolean =>
  etag !== undefined &&
  (list.trim() === '*' || list.split(',').some((tag) => tag.trim().replace(/^W\/|"/g, '') === etag));

export interface Page {
  readonly objects: readonly ObjectFacts[];
  /** The key after which the next page begins; undefined on the last one. */
  readonly next: string | undefined;
}

/** The objects of one bucket, a file each. */
export class ObjectFiles {
  private readonly turns = new Turns(1);

  constructor(
    private readonly folder: string,
    private readonly drafts: Drafts,
  ) {}

  prepare(): Promise<void> {
    return makeFolder(this.folder);
  }

  begin(): Promise<Draft> {
    return this.drafts.begin();
  }

  /**
   * Gives a finished draft its key, in place of what had it before. It is on disk when this returns.
   * @throws StoreError PreconditionFailed, NoSuchKey
   */
  async publish(draft: Draft, key: string, { ifMatch, ifNoneMatch }: Preconditions): Promise<void> {
    const file = this.fileOf(key);
    await this.turns.take(file, async () => {
      if (ifMatch !== undefined || ifNoneMatch !== undefined) {
        const etag = (await factsIn(file))?.etag;
        if (ifMatch !== undefined && etag === undefined) throw new StoreError('NoSuchKey', 'There is no such object.');
        if (
          (ifMatch !== undefined && !namesTag(ifMatch, etag)) ||
          (ifNoneMatch !== undefined && namesTag(ifNoneMatch, etag))
        )
          throw new StoreError('PreconditionFailed', 'The object is not as the request supposes.');
      }
      await makeFolder(dirname(file));
      await rename(draft.file, file);
      await syncFolder(dirname(file));
    });
  }

  open(key: string): Promise<OpenObject | null> {
    return openObject(this.fileOf(key));
  }

  /** Removes an object for good; where there is none, nothing happens. */
  async remove(key: string): Promise<void> {
    const file = this.fileOf(key);
    await this.turns.take(file, async () => {
      try {
        await unlink(file);
      } catch (error) {
        if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')) return;
        throw error;
      }
      await syncFolder(dirname(file));
    });
  }

  /** At most `limit` objects whose key begins with `prefix`, in the order of their keys' bytes, from behind the key `after`. */
  async list(prefix: string, after: string, limit: number): Promise<Page> {
    const objects: ObjectFacts[] = [];
    for await (const hex of this.names(this.folder, '', hexOfKey(prefix), hexOfKey(after))) {
      if (objects.length === limit) return { objects, next: objects.at(-1)?.key };
      // One that was deleted since its name was read is not there any more.
      const facts = await factsIn(this.fileOf(keyOfHex(hex)));
      if (facts !== null) objects.push(facts);
    }
    return { objects, next: undefined };
  }

  /** The keys below one folder as hex, in order. All keys in it begin with `above`. */
  private async *names(folder: string, above: string, prefix: string, after: string): AsyncGenerator<string> {
    const names = await readdir(folder);
    for (const name of names.sort()) {
      const { hex, isFolder } = readName(name);
      const full = above + hex;
      const isWithin = isFolder ? prefix.startsWith(full) || full.startsWith(prefix) : full.startsWith(prefix);
      if (!isWithin) continue;
      if (isFolder) yield* this.names(join(folder, name), full, prefix, after);
      else if (full > after) yield full;
    }
  }

  private fileOf(key: string): string {
    return join(this.folder, ...pathOfKey(key));
  }
}
