import { transformFile } from '@swc/core';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = join(ROOT, 'src/platform/embedded');

/** A process of its own that starts PostgreSQL in `process.argv[2]`, says so, and keeps it. */
const KEEPER = `
import { startPostgres } from './postgres.js';
try {
  const { superuserUrl } = await startPostgres({ dataDir: process.argv[2] });
  console.log(superuserUrl);
  setInterval(() => {}, 60_000);
} catch (error) {
  console.log(error.message);
}
`;

/** Compiles the embedded database into `folder`, so that a process without jest can run it. */
export async function compileKeeper(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const sources = (await readdir(SOURCES)).filter((name) => name.endsWith('.ts'));
  for (const name of sources) {
    const { code } = await transformFile(join(SOURCES, name), { configFile: join(ROOT, '.swcrc') });
    await writeFile(join(folder, `${basename(name, '.ts')}.js`), code);
  }
  const script = join(folder, 'keeper.js');
  await writeFile(script, KEEPER);
  return script;
}

export interface Keeper {
  readonly pid: number;
  /** The superuser's URL once the server takes connections, or why it was not started. */
  readonly answer: Promise<string>;
  /** Ends it in a way it cannot notice, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a process that owns the PostgreSQL in `dataDir`. */
export function startKeeper(script: string, dataDir: string): Keeper {
  const child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.pid === undefined) throw new Error('The keeper did not start.');
  const lines = createInterface({ input: child.stdout });
  const answer = Promise.race([once(lines, 'line'), once(lines, 'close')]).then(([line]) => String(line));
  return {
    pid: child.pid,
    answer,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

export const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 10 });
