import { ConnectionFailed } from './problems.js';
import { defaultRetryPolicy, delayBeforeNextTry, type RetryPolicy } from './retry.js';
import type { Surroundings } from './surroundings.js';

/** A request that can be sent more than once: its body is at hand, not a stream. */
export interface Call {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body?: ArrayBuffer;
  /** Ends the call, its waiting between tries included. */
  readonly signal?: AbortSignal;
}

/** How a call may be treated. */
export interface Handling {
  /** Whether sending it again has no further effect. */
  readonly isRepeatable: boolean;
  /** The policy's, unless given. */
  readonly tryTimeoutMs?: number;
}

const wholeBodies = /^application\/(problem\+)?json\b/;
const statusesWithoutBody: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** Sends calls, repeats the ones that may be, and knows nothing of who is signed in. */
export class Transport {
  readonly #around: Surroundings;
  readonly #policy: RetryPolicy;

  constructor(around: Surroundings, policy: Partial<RetryPolicy> = {}) {
    this.#around = around;
    this.#policy = { ...defaultRetryPolicy, ...policy };
  }

  /**
   * The last answer, whatever its status.
   * @throws ConnectionFailed when there was none; the signal's reason when the call was aborted
   */
  async send(call: Call, { isRepeatable, tryTimeoutMs = this.#policy.tryTimeoutMs }: Handling): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const outcome = await this.#try(call, tryTimeoutMs);
      const delay = isRepeatable ? delayBeforeNextTry(outcome, tries, this.#policy, this.#around) : undefined;
      if (delay === undefined) return answerOf(outcome);
      await this.#around.sleep(delay, call.signal);
    }
  }

  /** How long to wait before `tries` + 1, for who repeats by other means than `send`; undefined: not at all. */
  delayBeforeNextTry(failure: Error, tries: number): number | undefined {
    return delayBeforeNextTry(failure, tries, this.#policy, this.#around);
  }

  async #try(call: Call, timeoutMs: number): Promise<Response | ConnectionFailed> {
    call.signal?.throwIfAborted();
    const late = new AbortController();
    const done = new AbortController();
    this.#around.sleep(timeoutMs, done.signal).then(
      () => late.abort(),
      () => undefined,
    );
    try {
      const signal = call.signal ? AbortSignal.any([late.signal, call.signal]) : late.signal;
      return await read(await this.#around.fetch(call.url, requestOf(call, signal)));
    } catch (cause) {
      call.signal?.throwIfAborted();
      const isLate = late.signal.aborted;
      return new ConnectionFailed(isLate ? 'The server did not answer in time' : 'The server cannot be reached', {
        cause,
      });
    } finally {
      done.abort();
    }
  }
}

/** No cookies, no caches, and no redirect: it would carry tokens or a password to another place. */
function requestOf({ method, headers, body }: Call, signal: AbortSignal): RequestInit {
  const rules = { credentials: 'omit', cache: 'no-store', redirect: 'error' } as const;
  return { method, headers, signal, ...rules, ...(body && { body }) };
}

/** The answer with its body read, so that a connection lost on the way is one more failed try. Streams stay streams. */
async function read(answer: Response): Promise<Response> {
  const { status, statusText, headers } = answer;
  if (statusesWithoutBody.has(status) || !wholeBodies.test(headers.get('content-type') ?? '')) return answer;
  return new Response(await answer.arrayBuffer(), { status, statusText, headers });
}

function answerOf(outcome: Response | ConnectionFailed): Response {
  if (outcome instanceof Error) throw outcome;
  return outcome;
}
