import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes what happened to the names in `directory` survive a power cut. */
export async function syncFolder(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes `directory` and what is missing above it, for its owner alone, and keeps their names on disk. */
export async function makeFolder(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}
