import type { Surroundings } from './surroundings.js';

/** How often a call that may be repeated is tried, and how long is waited in between. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly triesMax: number;
  /** A try without an answer is given up after this long. */
  readonly tryTimeoutMs: number;
  /** The bound of the first wait; it doubles with every try. */
  readonly delayMs: number;
  readonly delayMsMax: number;
  /** A server that asks for more patience than this is not asked again: its answer is the result. */
  readonly retryAfterMsMax: number;
}

/** Five tries within half a minute or so. */
export const defaultRetryPolicy: RetryPolicy = {
  triesMax: 5,
  tryTimeoutMs: 15_000,
  delayMs: 250,
  delayMsMax: 8_000,
  retryAfterMsMax: 60_000,
};

const statusesToRepeat: ReadonlySet<number> = new Set([429, 503]);

/** Also an earlier try that the server still works on: no other 409 says when to come again. */
const isToRepeat = ({ status, headers }: Response) =>
  statusesToRepeat.has(status) || (status === 409 && headers.has('retry-after'));

const httpDate = /^[A-Z][a-z]{2}/;

/**
 * How long to wait before the next try, in milliseconds: exponential backoff with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), after what `Retry-After` asks for.
 * @param outcome the answer; an error when there was none
 * @param tries how many there were
 * @returns undefined when the outcome is final
 */
export function delayBeforeNextTry(
  outcome: Response | Error,
  tries: number,
  policy: RetryPolicy,
  { now, random }: Pick<Surroundings, 'now' | 'random'>,
): number | undefined {
  if (tries >= policy.triesMax) return undefined;
  const jittered = random() * Math.min(policy.delayMsMax, policy.delayMs * 2 ** (tries - 1));
  if (outcome instanceof Error) return jittered;
  if (!isToRepeat(outcome)) return undefined;
  const asked = retryAfterMs(outcome.headers.get('retry-after'), now());
  return asked > policy.retryAfterMsMax ? undefined : asked + jittered;
}

/**
 * The milliseconds that a `Retry-After` asks for, in either of its forms (RFC 9110, section 10.2.3); 0 where it is absent
 * or unreadable.
 * @param now milliseconds since 1970
 */
export function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return 0;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = httpDate.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
