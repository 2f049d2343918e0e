import { createInterface } from 'node:readline/promises';
import { Misuse } from './ending.js';

/** Goes on when `--yes` was said, or `y` at a terminal; asks on standard error. @throws Misuse otherwise: nothing was done */
export async function confirm(question: string, isSaid: boolean | undefined): Promise<void> {
  if (isSaid) return;
  if (!process.stdin.isTTY) throw new Misuse(`${question} Say --yes when it is meant.`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${question} [y/N] `).finally(() => lines.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new Misuse('Nothing was done.');
}
