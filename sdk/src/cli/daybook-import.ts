#!/usr/bin/env node
import {
  ArchiveRefused,
  importArchives,
  type ImportProgress,
  type ImportReport,
  reportText,
  tryArchives,
} from '../archives/index.js';
import { Daybook } from '../daybook.js';
import { AnswerRefused, ConnectionFailed, DaybookProblem, SignedOut, StoreRefused } from '../problems.js';
import { type Account, type Arguments, Misuse, readArguments, usage } from './arguments.js';
import { readPassword } from './password-input.js';

/** As of the operators' commands. */
const Exit = { ok: 0, failed: 1, usage: 2 } as const;

const stopping = new AbortController();

async function run(): Promise<number> {
  const given = readArguments(process.argv.slice(2));
  if (!given) {
    process.stdout.write(usage);
    return Exit.ok;
  }
  const daybook = given.account && (await signIn(given.account));
  try {
    const report = await imported(given, daybook);
    process.stdout.write(given.isJson ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
    return Exit.ok;
  } finally {
    await daybook?.signOut().catch(() => undefined);
  }
}

async function signIn(account: Account): Promise<Daybook> {
  const password = await readPassword();
  return Daybook.signIn({ ...account, password });
}

function imported(given: Arguments, daybook: Daybook | undefined): Promise<ImportReport> {
  const { format, paths, limits, timeZone, isDryRun } = given;
  const stop = () => stopping.abort(new Stopped());
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const options = { format, paths, limits, signal: stopping.signal, onProgress: progressTeller() };
  const all = { ...options, ...(timeZone !== undefined && { timeZone }) };
  if (isDryRun || !daybook) return tryArchives(all, daybook);
  return importArchives(daybook, all);
}

class Stopped extends Error {
  override readonly message = 'Stopped. What was imported stays; run it again to go on.';
}

/** A line on standard error for every tenth of the way. */
function progressTeller(): (progress: ImportProgress) => void {
  let told = -1;
  return ({ entriesDone, entriesTotal, mediaDone, mediaTotal }) => {
    const tenth = Math.floor((10 * (entriesDone + mediaDone)) / Math.max(1, entriesTotal + mediaTotal));
    if (tenth === told) return;
    told = tenth;
    const [entries, media] = [
      `${String(entriesDone)}/${String(entriesTotal)}`,
      `${String(mediaDone)}/${String(mediaTotal)}`,
    ];
    process.stderr.write(`${entries} entries, ${media} media\n`);
  };
}

function sentenceOf(error: unknown): string {
  if (error instanceof DaybookProblem) return `${error.detail} (${error.type})`;
  const isKnown = [Misuse, Stopped, ArchiveRefused, AnswerRefused, ConnectionFailed, SignedOut, StoreRefused].some(
    (kind) => error instanceof kind,
  );
  if (error instanceof Error && isKnown) return error.message;
  return `It could not be done: ${error instanceof Error ? error.name : 'unknown'}. Run it again to go on.`;
}

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exitCode = error instanceof Misuse ? Exit.usage : Exit.failed;
}
