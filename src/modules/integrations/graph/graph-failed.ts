import { z } from 'zod';
import type { OutboundAnswer } from '../../../platform/outbound/outbound.js';
import type { OutboundFailed } from '../../../platform/outbound/outbound-failed.js';
import { usageOf } from './graph-usage.js';

/**
 * What to do about it: `reconnect`, the token is of no use any more; `limited`, ask later; `permission`, the user did not
 * allow it; `duplicate`, the page has this text already; `refused`, it will not work; `away`, try again.
 */
export type GraphFailure = 'reconnect' | 'limited' | 'permission' | 'duplicate' | 'refused' | 'away';

/** Meta counts calls by the hour, so that is how long to wait where nothing better is said. */
const LIMIT_PAUSE_MS = 60 * 60_000;

/** Graph did not do it. Nothing that was sent or answered is in it, beside Meta's own numbers. */
export class GraphFailed extends Error {
  override readonly name = 'GraphFailed';

  constructor(
    readonly failure: GraphFailure,
    /** Whether Graph may have done it all the same. */
    readonly maybeDone: boolean,
    readonly retryAfterMs = 0,
    readonly code?: number,
    readonly subcode?: number,
  ) {
    super([`graph: ${failure}`, code, subcode].filter((part) => part !== undefined).join(' '));
  }

  static unanswered(cause: OutboundFailed): GraphFailed {
    return Object.assign(new GraphFailed('away', cause.maybeArrived), { cause });
  }

  /** Of an answer that is no success (Graph API, Handling Errors). */
  static answered({ status, headers, body }: OutboundAnswer): GraphFailed {
    const error = ErrorBody.safeParse(jsonOf(body)).data?.error;
    if (!error) return new GraphFailed(status >= 500 ? 'away' : 'refused', status >= 500, 0, undefined);
    const failure = failureOf(error.code, status);
    const { regainMs } = usageOf(headers);
    const retryAfterMs = failure === 'limited' ? regainMs || LIMIT_PAUSE_MS : 0;
    return new GraphFailed(failure, failure === 'away', retryAfterMs, error.code, error.error_subcode);
  }
}

const ErrorBody = z.object({
  error: z.object({ code: z.int(), error_subcode: z.int().optional() }),
});

const TOKEN = new Set([102, 190]);
/** 4 app, 17 user, 32 page, 341 app, 368 held back for a while, 613 custom; 80000 to 80014 are those of business use cases. */
const LIMITED = new Set([4, 17, 32, 341, 368, 613]);
const TRANSIENT = new Set([1, 2]);
const DUPLICATE = 506;

function failureOf(code: number, status: number): GraphFailure {
  if (TOKEN.has(code)) return 'reconnect';
  if (LIMITED.has(code) || (code >= 80_000 && code <= 80_014)) return 'limited';
  if (code === 3 || code === 10 || (code >= 200 && code <= 299)) return 'permission';
  if (code === DUPLICATE) return 'duplicate';
  return TRANSIENT.has(code) || status >= 500 ? 'away' : 'refused';
}

/** The JSON of a body; undefined where it is none. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
