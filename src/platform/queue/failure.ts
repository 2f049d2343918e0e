import { UnrecoverableError } from 'bullmq';
import { sqlState } from '../database/pg-errors.js';
import { Problem } from '../http/problem.js';

/** What a type of error looks like; a message, which may quote what was sent, does not. */
const TYPE = /^[\w./-]{1,100}$/;

/** The type of an error: of a problem its own, of PostgreSQL the SQLSTATE, a code of Node, or its class. Never a message. */
export function typeOfError(error: unknown): string {
  if (error instanceof Problem) return error.type;
  if (!(error instanceof Error)) return typeof error;
  const state = sqlState(error);
  if (state) return `sqlstate/${state}`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return TYPE.test(code) ? code : 'Error';
}

/** What the queue is told of a failure, and keeps: the type of the error, without its message and where it was thrown. */
export function told(error: unknown): Error {
  const type = typeOfError(error);
  const isFinal = error instanceof Problem ? error.status < 500 : error instanceof UnrecoverableError;
  const failure = isFinal ? new UnrecoverableError(type) : new Error(type);
  failure.stack = '';
  return failure;
}

/** An event that has a row in the outbox and no reaction in its queue. */
export class NobodyReacts extends UnrecoverableError {
  readonly code = 'queue/nobody-reacts';
}
