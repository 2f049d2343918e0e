import type { HistoryHead } from './entry.js';
import type { Session } from './session.js';

/**
 * The heads of the user's history that the server has shown: the one that was verified last, and those that came with writes
 * since. These are claimed only, until `verifyHistory` finds them in the chain; a server that rewrote what came before then
 * contradicts itself.
 */
export class HistoryKeeper {
  readonly #session: Session;
  readonly #claimed = new Map<number, string>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** As of now: what is noted later does not come in. */
  get known(): readonly HistoryHead[] {
    const { history_head: kept } = this.#session.record;
    const claimed = [...this.#claimed].map(([seq, hash]) => ({ seq, hash }));
    return kept ? [...claimed, kept] : claimed;
  }

  /** A head that came with the answer to a write. Of two for one place, the first counts. */
  note({ seq, hash }: HistoryHead): void {
    if (!this.#claimed.has(seq)) this.#claimed.set(seq, hash);
  }

  /** Keeps the head of a verified history with the session. */
  async keep(head: HistoryHead): Promise<void> {
    for (const seq of this.#claimed.keys()) if (seq <= head.seq) this.#claimed.delete(seq);
    await this.#session.keep({ history_head: head });
  }
}
