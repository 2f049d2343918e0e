/** An entry's index card as a client keeps it: sealed under the entry's content key (docs/search.md, The index card). */
export interface SealedCard {
  /** Of the entry. */
  readonly id: string;
  /** Of the entry that the card was made of. */
  readonly version: number;
  /** The card, as an envelope of kind 1. */
  readonly sealed: Uint8Array;
  /** The entry's content key, as an envelope of kind 2. */
  readonly wrappedKey: Uint8Array;
}

/**
 * Where an e2e client keeps its search index between two runs: a file, IndexedDB, anything. One store is for one account. All
 * that it gets is ciphertext, ids and version numbers; whatever it loses is made again.
 */
export interface SearchStore {
  /** Everything that is kept. */
  load(): Promise<readonly SealedCard[]>;
  /** Keeps cards, each in the place of one of the same id. */
  put(cards: readonly SealedCard[]): Promise<void>;
  delete(ids: readonly string[]): Promise<void>;
}

/** Keeps the index as long as it is itself kept: the default, which makes it anew each time. */
export class MemorySearchStore implements SearchStore {
  readonly #cards = new Map<string, SealedCard>();

  async load(): Promise<readonly SealedCard[]> {
    return [...this.#cards.values()];
  }

  async put(cards: readonly SealedCard[]): Promise<void> {
    for (const card of cards) this.#cards.set(card.id, card);
  }

  async delete(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#cards.delete(id);
  }
}
