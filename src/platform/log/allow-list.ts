import type { LogFn } from 'pino';
import { sqlState } from '../database/pg-errors.js';
import { Problem } from '../http/problem.js';

/** The members a log line may have. None of them can hold content, a key, a token, a password, an address or a URL. */
const members = new Set([
  'msg',
  'err',
  'context',
  'requestId',
  'method',
  'route',
  'status',
  'durationMs',
  'problem',
  'queue',
  'reading',
  'event',
  'jobId',
  'attempt',
  'port',
  'migrations',
  'orphans',
  'known',
  'heldBack',
  'missing',
  'found',
]);

export const allowed = (line: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(line).filter(([member]) => members.has(member)));

/**
 * An error without its message, which may quote what was sent: kind, code, where it was thrown, and the same of its cause.
 * Only problems, whose words are ours, keep theirs.
 */
export function errorLine(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { kind: typeof error };
  const code = sqlState(error) ?? ('code' in error && typeof error.code === 'string' ? error.code : undefined);
  return {
    kind: error.name,
    ...(code !== undefined && { code }),
    ...(error instanceof Problem && { message: error.message }),
    stack: framesOf(error),
    ...(error.cause !== undefined && { cause: errorLine(error.cause) }),
  };
}

/** The frames alone: the lines before them are the message. */
const framesOf = (error: Error): string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at .+:\d+:\d+\)?$/.test(line))
    .map((line) => line.trim());

/**
 * Without this pino makes the message of an error the message of its line, past the list above. What a line says it says
 * in `msg`, which is ours.
 */
export function withoutErrorMessage(args: Parameters<LogFn>): Parameters<LogFn> {
  const [line, message, ...rest]: unknown[] = args;
  if (typeof line !== 'object' || line === null || message !== undefined) return args;
  if (!(line instanceof Error) && !('err' in line)) return args;
  const { msg, ...members } = line instanceof Error ? { err: line, msg: undefined } : { msg: undefined, ...line };
  return [members, typeof msg === 'string' ? msg : 'an error', ...rest] as Parameters<LogFn>;
}
