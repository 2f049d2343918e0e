import { Problem } from '../platform/http/problem.js';
import { InvalidRequest } from '../platform/http/request.problems.js';
import { isBusy, sqlState } from '../platform/database/pg-errors.js';

/** The exit codes of every command. */
export const Exit = { ok: 0, failed: 1, usage: 2 } as const;

/** A command was called in a way that cannot work; the sentence says how it can. */
export class Misuse extends Error {}

/** Ends a command that threw: one sentence on standard error, never a stack, and the code that fits. */
export function endWith(error: Error): void {
  if (isFromParser(error)) {
    // It has said everything itself: help, or what is wrong with the arguments.
    process.exitCode = error.exitCode === 0 ? Exit.ok : Exit.usage;
    return;
  }
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exitCode = isMisuse(error) ? Exit.usage : Exit.failed;
}

const isMisuse = (error: Error) => error instanceof Misuse || error instanceof InvalidRequest;

/** By shape: the parser's own class belongs to a package inside of nest-commander. */
const isFromParser = (error: Error): error is Error & { readonly exitCode: number } =>
  'code' in error && String(error.code).startsWith('commander.') && 'exitCode' in error;

function sentenceOf(error: Error): string {
  if (error instanceof Problem) return problemSentence(error);
  if (isBusy(error)) return 'The database is out of reach or busy. `daybook doctor` looks closer.';
  const state = sqlState(error);
  if (state) return `PostgreSQL refused (SQLSTATE ${state}). \`daybook doctor\` looks closer.`;
  return error.message || error.name;
}

function problemSentence({ details, defaultDetail }: Problem): string {
  const { errors } = details;
  const faults: unknown[] = Array.isArray(errors) ? errors : [];
  return [details.detail ?? defaultDetail, ...faults.map(faultLine)].join('\n');
}

function faultLine(fault: unknown): string {
  const { pointer, detail } = Object(fault) as { pointer?: unknown; detail?: unknown };
  return `  ${String(pointer).replace('#/', '')}: ${String(detail)}`;
}
