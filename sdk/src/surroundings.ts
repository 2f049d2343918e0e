/** What the client needs of `fetch`: any function of the standard's form will do. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** All that the client asks of its surroundings, so that tests need neither a network nor time. */
export interface Surroundings {
  readonly fetch: Fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to 1, for jitter alone. */
  readonly random: () => number;
  /** Resolves after `ms`; rejects with the signal's reason when that is aborted before. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** The surroundings of a Node process or a browser page. */
export function realSurroundings(fetch: Fetch = (url, init) => globalThis.fetch(url, init)): Surroundings {
  return { fetch, now: () => Date.now(), random: () => Math.random(), sleep };
}

/** Waits for `work`, but not longer than until `signal` is aborted; the work itself goes on. */
export function orAborted<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(reasonOf(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  const timer: { stop?: () => void } = {};
  const wait = new Promise<void>((resolve) => {
    const handle = setTimeout(resolve, ms);
    timer.stop = () => clearTimeout(handle);
  });
  return orAborted(wait, signal).finally(() => timer.stop?.());
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('The call was aborted', { cause: reason });
}
