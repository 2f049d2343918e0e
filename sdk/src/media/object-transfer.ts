import { portionsOf } from '../crypto/byte-source.js';
import { ConnectionFailed, StoreRefused } from '../problems.js';
import type { Surroundings } from '../surroundings.js';
import type { Transport } from '../transport.js';
import type { WirePut } from './wire.js';

/** How far bytes have come. */
export interface Progress {
  /** Sealed bytes that are there. */
  readonly doneBytes: number;
  /** Sealed bytes in all. */
  readonly totalBytes: number;
}

/** Which bytes to get. */
export interface Getting {
  /** Asked for anew whenever it is needed: an address lives for a minute. */
  readonly whereabouts: () => Promise<string>;
  readonly totalBytes: number;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const addressesMax = 3;
const patienceMs = 15_000;
const slowestBytesPerMs = 64;
/** A download that brings nothing for this long has broken off. */
export const silenceMsMax = 30_000;
/** Set by the platform itself; some refuse to be told. */
const platformHeaders: ReadonlySet<string> = new Set(['host', 'content-length']);

/** Sealed bytes to the object store and back, through presigned addresses: without tokens, for the store is another place. */
export class ObjectTransfer {
  readonly #transport: Transport;
  readonly #around: Surroundings;

  constructor(transport: Transport, around: Surroundings) {
    this.#transport = transport;
    this.#around = around;
  }

  /**
   * Sends `bytes` until they are there; a refused address (it may have ended meanwhile) is asked for anew.
   * @throws StoreRefused, ConnectionFailed; the signal's reason
   */
  async put(addressOf: () => Promise<WirePut>, bytes: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<void> {
    const tryTimeoutMs = patienceMs + bytes.length / slowestBytesPerMs;
    for (let addresses = 1; ; addresses++) {
      const { url, method, headers: told } = await addressOf();
      const headers = new Headers(Object.entries(told).filter(([name]) => !platformHeaders.has(name.toLowerCase())));
      const call = { url, method, headers, body: bytes.buffer, ...(signal && { signal }) };
      const answer = await this.#transport.send(call, { isRepeatable: true, tryTimeoutMs });
      await answer.body?.cancel();
      if (answer.ok) return;
      if (addresses === addressesMax) throw new StoreRefused(answer.status);
    }
  }

  /**
   * The bytes as they come. When they break off, they go on where they were; nothing is proven of them.
   * @throws StoreRefused, ConnectionFailed; the signal's reason
   */
  async *get(getting: Getting): AsyncGenerator<Uint8Array, void, undefined> {
    const { totalBytes, onProgress, signal } = getting;
    let doneBytes = 0;
    for (let tries = 0; doneBytes < totalBytes;) {
      const before = doneBytes;
      try {
        for await (const portion of this.#portions(getting, doneBytes)) {
          doneBytes += portion.length;
          onProgress?.({ doneBytes, totalBytes });
          yield portion;
        }
        if (doneBytes < totalBytes) throw new ConnectionFailed('The download broke off');
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof ConnectionFailed)) throw error;
        tries = doneBytes > before ? 1 : tries + 1;
        const delay = this.#transport.delayBeforeNextTry(error, tries);
        if (delay === undefined) throw error;
        await this.#around.sleep(delay, signal);
      }
    }
  }

  async *#portions(getting: Getting, from: number): AsyncGenerator<Uint8Array, void, undefined> {
    const leaving = new AbortController();
    const signal = getting.signal ? AbortSignal.any([getting.signal, leaving.signal]) : leaving.signal;
    try {
      const answer = await this.#answer({ ...getting, signal }, from);
      const portions = portionsOf(answer.body ?? []);
      for (let next = await this.#inTime(portions.next(), signal); !next.done;) {
        yield next.value;
        next = await this.#inTime(portions.next(), signal);
      }
    } finally {
      leaving.abort();
    }
  }

  async #answer({ whereabouts, signal }: Getting, from: number): Promise<Response> {
    for (let addresses = 1; ; addresses++) {
      const headers = new Headers(from > 0 ? { range: `bytes=${String(from)}-` } : {});
      const call = { url: await whereabouts(), method: 'GET', headers, ...(signal && { signal }) };
      const answer = await this.#transport.send(call, { isRepeatable: true });
      if (answer.status === (from > 0 ? 206 : 200)) return answer;
      await answer.body?.cancel();
      if (addresses === addressesMax) throw new StoreRefused(answer.status);
    }
  }

  /** What comes next, unless the connection is lost or silent. */
  async #inTime<T>(next: Promise<T>, signal?: AbortSignal): Promise<T> {
    const done = new AbortController();
    const silence = this.#around.sleep(silenceMsMax, done.signal).then(() => {
      throw new ConnectionFailed('The download fell silent');
    });
    silence.catch(() => undefined);
    try {
      return await Promise.race([next, silence]);
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof ConnectionFailed) throw cause;
      throw new ConnectionFailed('The download broke off', { cause });
    } finally {
      done.abort();
    }
  }
}
