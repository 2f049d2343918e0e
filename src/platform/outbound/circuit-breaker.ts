import type { Clock } from '../clock.js';

const FAILURES_MAX = 5;
const REST_MS = 30_000;

/**
 * Leaves a host alone that fails again and again: after five failures in a row for 30 seconds, then until one request, of
 * which there is one at a time, has succeeded.
 */
export class CircuitBreaker {
  private failures = 0;
  private restsUntilMs = 0;
  private isProbing = false;

  constructor(private readonly clock: Clock) {}

  /** Whether a request may be sent now; who is let through says how it went. */
  mayTry(): boolean {
    if (this.failures < FAILURES_MAX) return true;
    if (this.isProbing || this.clock.now().getTime() < this.restsUntilMs) return false;
    this.isProbing = true;
    return true;
  }

  succeeded(): void {
    this.failures = 0;
    this.isProbing = false;
  }

  failed(): void {
    this.failures += 1;
    this.isProbing = false;
    this.restsUntilMs = this.clock.in(REST_MS).getTime();
  }
}
