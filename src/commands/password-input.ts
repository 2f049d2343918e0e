import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Misuse } from './ending.js';

/** A password: all of standard input but the end of its last line or, at a terminal, typed twice without being shown. */
export async function readPassword(): Promise<string> {
  const password = process.stdin.isTTY ? await typedTwice() : (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new Misuse('There was no password on standard input.');
  return password;
}

async function typedTwice(): Promise<string> {
  const first = await ask('Password: ');
  if ((await ask('The same again: ')) !== first)
    throw new Misuse('These were two different passwords. Nothing was done.');
  return first;
}

/** Asks on standard error: standard output is for what the command answers. */
function ask(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  process.stderr.write(question);
  return new Promise<string>((answer, reject) => {
    lines.once('close', () => reject(new Misuse('Nothing was done.')));
    lines.question('', answer);
  }).finally(() => {
    lines.close();
    process.stderr.write('\n');
  });
}
