import { wipe } from './crypto/bytes.js';
import { openCard, openContentKey, sealCard } from './crypto/cards.js';
import type { EntryContent } from './crypto/entries.js';
import { EnvelopeRefused } from './crypto/errors.js';
import type { MasterKey } from './crypto/master-key.js';
import {
  type Card,
  CardRefused,
  decodeCard,
  encodeCard,
  type Language,
  languageOfEntry,
  makeCard,
  searchableText,
} from './search/index.js';
import type { SealedCard, SearchStore } from './search-store.js';

const tier = 'e2e';

/** An entry that this client has opened or sealed. */
export interface OpenedEntry {
  readonly id: string;
  readonly version: number;
  readonly entryDate: string | null;
  readonly isDeleted: boolean;
  readonly content: EntryContent;
  readonly wrappedKey: Uint8Array;
}

/** What a local index is made of. */
export interface LocalIndexParts {
  readonly userId: string;
  readonly master: MasterKey;
  readonly store: SearchStore;
  /** Of entries that do not show theirs. */
  readonly language: Language;
}

interface Kept {
  readonly version: number;
  readonly card: Card;
}

/** The index cards of an e2e diary: open in memory while the client lives, sealed in the store. */
export class LocalIndex {
  readonly #parts: LocalIndexParts;
  readonly #cards = new Map<string, Kept>();
  #saving: Promise<void> = Promise.resolve();
  #fault: unknown;

  constructor(parts: LocalIndexParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#cards.size;
  }

  get ids(): string[] {
    return [...this.#cards.keys()];
  }

  get languages(): Language[] {
    return [...new Set([...this.#cards.values()].map(({ card }) => card.language))];
  }

  /** The card of an entry, where it is in the index. */
  card(id: string): Card | undefined {
    return this.#cards.get(id)?.card;
  }

  candidates(): { readonly id: string; readonly card: () => Card }[] {
    return [...this.#cards].map(([id, { card }]) => ({ id, card: () => card }));
  }

  /** Opens what the store has. What does not open, or is of another making, is dropped there: it is made again. */
  async load(): Promise<void> {
    const lost: string[] = [];
    for (const sealed of await this.#parts.store.load()) {
      const card = this.#opened(sealed);
      if (!card) lost.push(sealed.id);
      else if (!this.#cards.has(sealed.id)) this.#cards.set(sealed.id, { version: sealed.version, card });
    }
    if (lost.length > 0) this.#save((store) => store.delete(lost));
  }

  /** Takes in an entry as it is now; an older version than the one in the index is left alone. */
  take({ id, version, entryDate, isDeleted, content, wrappedKey }: OpenedEntry): void {
    if (isDeleted) return this.drop([id]);
    const kept = this.#cards.get(id);
    // The server could date an entry anew without another version: the card says which day it was made for.
    if (kept && (kept.version > version || (kept.version === version && kept.card.date === entryDate))) return;
    const { title, tags, mood } = content;
    const card = makeCard({
      text: searchableText(content),
      date: entryDate,
      language: languageOfEntry(content, this.#parts.language),
      ...(title !== undefined && { title }),
      ...(tags !== undefined && { tags }),
      ...(mood !== undefined && { mood }),
    });
    this.#cards.set(id, { version, card });
    const sealed = this.#sealed(id, version, wrappedKey, card);
    this.#save((store) => store.put([{ id, version, sealed, wrappedKey }]));
  }

  drop(ids: readonly string[]): void {
    const known = ids.filter((id) => this.#cards.delete(id));
    if (known.length > 0) this.#save((store) => store.delete(known));
  }

  /** Resolves when the store has everything. @throws what the store threw since the last call */
  async saved(): Promise<void> {
    await this.#saving;
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault !== undefined) throw fault;
  }

  /** Forgets everything here; the store keeps what it has. */
  forget(): void {
    this.#cards.clear();
  }

  /** In order, behind everything that goes before; a store that fails costs no search and no entry. */
  #save(work: (store: SearchStore) => Promise<void>): void {
    this.#saving = this.#saving
      .then(() => work(this.#parts.store))
      .catch((error: unknown) => void (this.#fault ??= error));
  }

  #sealed(entryId: string, version: number, wrappedKey: Uint8Array, card: Card): Uint8Array {
    const place = { ...this.#place, entryId, version };
    const contentKey = openContentKey(place, wrappedKey);
    try {
      return sealCard(place, contentKey, encodeCard(card));
    } finally {
      wipe(contentKey.key);
    }
  }

  #opened({ id: entryId, version, sealed, wrappedKey }: SealedCard): Card | null {
    try {
      return decodeCard(openCard({ ...this.#place, entryId, version }, wrappedKey, sealed));
    } catch (error) {
      if (error instanceof EnvelopeRefused || error instanceof CardRefused || error instanceof RangeError) return null;
      throw error;
    }
  }

  get #place() {
    const { master, userId } = this.#parts;
    return { tier, master, userId } as const;
  }
}
