import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ObjectFacts, tailOf } from './object-file.js';

/** A file that is being written and that nobody can see yet. */
export interface Draft {
  readonly file: string;
  append(chunk: Uint8Array): Promise<void>;
  /** Ends the file with its facts; when this returns, all of it is on disk. */
  finish(facts: ObjectFacts): Promise<void>;
  /** Removes the file unless it was moved to its place. Safe to call always. */
  discard(): Promise<void>;
}

/** The folder of what is not finished. Whatever a process that was killed left in it is nobody's. */
export class Drafts {
  constructor(private readonly folder: string) {}

  /** Makes the folder anew, and so removes what an earlier process left behind. */
  async sweep(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
  }

  newPath(): string {
    return join(this.folder, randomUUID());
  }

  async begin(): Promise<Draft> {
    const file = this.newPath();
    const handle = await open(file, 'wx', 0o600);
    let isOpen = true;
    const close = async () => {
      if (!isOpen) return;
      isOpen = false;
      await handle.close();
    };
    return {
      file,
      append: (chunk) => writeAll(handle, chunk),
      finish: async (facts) => {
        await writeAll(handle, tailOf(facts));
        await handle.sync();
        await close();
      },
      discard: async () => {
        await close();
        await rm(file, { force: true });
      },
    };
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written);
    written += bytesWritten;
  }
}
