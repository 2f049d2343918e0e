import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { useApi } from '../harness/api.js';
import { emptyDatabase } from '../harness/database.js';
import { eventually } from '../harness/eventually.js';

function start(entry: string, args: string[], environment: Record<string, string>) {
  const child = spawn(process.execPath, [resolve('dist/src', entry), ...args], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]).then((parts) => parts.join(''));
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => code ?? signal);
  return { child, ended, output };
}

describe('the queue process', () => {
  const api = useApi();

  it('works by itself on what the API announced, and ends in order', async () => {
    const mail = join(api.folder, 'mail-of-the-worker');
    const worker = start('worker.js', [], { ...api.environment(), MAIL_DIR: mail });
    await api.newUser();
    await eventually('the welcome letter is written', async () => {
      if (worker.child.exitCode !== null) throw new Error(await worker.output);
      const letters = await readdir(mail).catch(() => []);
      return letters.length > 0 ? true : undefined;
    });
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
  });
});

describe.each(['main.js', 'worker.js'])('%s', (entry) => {
  const api = useApi();

  it('says in one line why it cannot start, and nothing else', async () => {
    // A name that stands for two addresses, at which nobody answers.
    const process = start(entry, [], { ...api.environment(), DATABASE_URL: 'postgres://nobody@localhost:9/none' });
    expect(await process.ended).toBe(1);
    expect(await process.output).toMatch(/^Daybook cannot start\. connect ECONNREFUSED \S+:9(, .*)?\n$/);
  });
});

describe('the migration job', () => {
  it('says what is missing with --check, and with --wait is done when another has run it', async () => {
    const database = await emptyDatabase();
    try {
      const api = { DATABASE_URL: database.url('api') };
      const early = start('migrate.js', ['--check'], api);
      expect([await early.ended, await early.output]).toEqual([
        1,
        expect.stringMatching(/^\d+ migrations have not run, first /),
      ]);
      const waiting = start('migrate.js', ['--wait'], api);
      const job = start('migrate.js', [], { DATABASE_OWNER_URL: database.url('owner') });
      expect(await job.ended).toBe(0);
      expect([await waiting.ended, await waiting.output]).toEqual([0, 'the schema is up to date\n']);
      const later = start('migrate.js', ['--check'], api);
      expect(await later.ended).toBe(0);
    } finally {
      await database.drop();
    }
  });
});
