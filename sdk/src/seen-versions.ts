import { AnswerRefused } from './problems.js';

/** One version of an entry, by the hash of its envelope. */
export interface SeenVersion {
  readonly id: string;
  readonly version: number;
  readonly hash: string;
}

/**
 * The newest version of each entry that this client has seen, as long as the client lives: an envelope proves which
 * version it is, but not that there is no newer one.
 */
export class SeenVersions {
  readonly #newest = new Map<string, SeenVersion & { readonly at: number }>();
  #tick = 0;

  /** A point in time: an answer to a request that was sent then may not know of what was seen later. */
  mark(): number {
    return this.#tick;
  }

  /** @throws AnswerRefused for an older version than was seen before `mark`, or other bytes for the same version */
  check(seen: SeenVersion, mark: number): void {
    const before = this.#newest.get(seen.id);
    if (before && seen.version < before.version && before.at <= mark) {
      throw new AnswerRefused('rolled-back', { entryId: seen.id });
    }
    if (before?.version === seen.version && before.hash !== seen.hash) {
      throw new AnswerRefused('other-content', { entryId: seen.id });
    }
    if (!before || seen.version > before.version) this.#newest.set(seen.id, { ...seen, at: ++this.#tick });
  }
}
