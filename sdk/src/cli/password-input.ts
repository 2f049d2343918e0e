import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Misuse } from './arguments.js';

/** A password: all of standard input but the end of its last line or, at a terminal, typed without being shown. */
export async function readPassword(): Promise<string> {
  const password = process.stdin.isTTY ? await typed('Password: ') : (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new Misuse('There was no password on standard input.');
  return password;
}

/** Asks on standard error: standard output is for the report. */
async function typed(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  process.stderr.write(question);
  try {
    return await new Promise<string>((answer, reject) => {
      lines.once('close', () => reject(new Misuse('Nothing was done.')));
      lines.question('', answer);
    });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
