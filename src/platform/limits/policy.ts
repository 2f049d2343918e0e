import type { FastifyRequest } from 'fastify';
import type { ProblemClass } from '../http/problem.js';

/** Whom a limit counts: a name for the documents, and how a request says it; undefined where it names nobody. */
export interface Subject {
  readonly name: string;
  of(request: FastifyRequest): string | undefined;
}

/** One limit, as data. docs/limits.md has a row for each; a test compares them. */
export interface Policy {
  /** Unique, and what clients see in the RateLimit headers. */
  readonly name: string;
  /** How many are let through in one window. LIMITS_FACTOR multiplies it. */
  readonly points: number;
  /** The window. It begins with the first that is counted, and all in it are forgotten together. */
  readonly seconds: number;
  readonly by: Subject;
  /**
   * `tries`: whatever was well-formed and done, with success or not. Problems: only what failed with one of these. Either
   * way the try is taken before the work and given back after it, so that many at once are not let through together.
   */
  readonly counts: 'tries' | readonly ProblemClass[];
  /**
   * Over the limit not the rest of the window is to be waited for, but this long before one more try, twice as long after
   * each that fails.
   */
  readonly waits?: { readonly secondsMin: number; readonly secondsMax: number };
  /** Whether a success forgets what was counted before it. */
  readonly isForgottenBySuccess?: boolean;
  /**
   * True where other people's requests count too: RateLimit then says nothing of it until it is over, because the rest
   * would show what they do.
   */
  readonly isShared?: boolean;
}

/** Every limit declared so far, by name. */
export const policies = new Map<string, Policy>();

/** Declares a limit. */
export function policy(declared: Policy): Policy {
  if (policies.has(declared.name)) throw new Error(`limit ${declared.name} is declared twice`);
  policies.set(declared.name, declared);
  return declared;
}
