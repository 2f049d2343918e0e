import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { useApi } from '../harness/api.js';
import { startProcess } from '../harness/process.js';

/** What the tests' own PostgreSQL is started with, so that they are fast. */
const OFF = ['fsync', 'full_page_writes', 'synchronous_commit'];

describe('a database that may lose what it acknowledged', () => {
  const api = useApi();

  /** Starts an entry point that is expected to give up. */
  async function start(entry: string, more: Record<string, string> = {}) {
    const child = spawn(process.execPath, [resolve('dist/src', entry)], {
      env: { PATH: process.env['PATH'], ...api.environment(), PORT: '0', DATABASE_DURABILITY: 'required', ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    return { code, stderr };
  }

  it.each(['main.js', 'worker.js'])('is refused by %s, which says what is off and how to mend it', async (entry) => {
    const { code, stderr } = await start(entry);
    expect(code).toBe(1);
    expect(stderr).toContain('Daybook cannot start. The database does not keep what it acknowledges');
    for (const setting of OFF) expect(stderr).toContain(`${setting} is off`);
    expect(stderr).toContain('ALTER SYSTEM SET fsync = on');
  });

  it('is refused by whoever does not say anything about it', async () => {
    const { DATABASE_DURABILITY: _, ...environment } = api.environment();
    const child = spawn(process.execPath, [resolve('dist/src/main.js')], {
      env: { PATH: process.env['PATH'], ...environment, PORT: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('fsync is off')]);
  });

  it('serves where it is said that nobody will miss it', async () => {
    const running = await startProcess('main.js', api.environment());
    running.child.kill('SIGTERM');
    expect(await running.ended()).toBe(0);
  });
});
