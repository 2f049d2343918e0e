/**
 * Why a request got no answer: `refused` by our own rules, and nothing was sent; `unreachable`; `timeout`; `too-large` or
 * `redirect`, there was an answer that is not taken; `resting`, the host failed too often, and nothing was sent.
 */
export type OutboundReason = 'refused' | 'unreachable' | 'timeout' | 'too-large' | 'redirect' | 'resting';

/** A request to another service that got no answer. It names the host, and never an address, a header or a body. */
export class OutboundFailed extends Error {
  override readonly name = 'OutboundFailed';

  constructor(
    readonly reason: OutboundReason,
    readonly host: string,
    /** Of an answer that is not taken. */
    readonly status?: number,
    /** The system's name of it, such as ECONNREFUSED. */
    readonly code?: string,
  ) {
    super([`${host}: ${reason}`, status, code].filter((part) => part !== undefined).join(' '));
  }

  /** Whether the other side may have received the request, and perhaps done what it asks for. */
  get maybeArrived(): boolean {
    return this.reason !== 'refused' && this.reason !== 'resting' && this.code !== 'ECONNREFUSED';
  }
}
