import type { Schemas } from './api.js';
import type { Tier } from './session-store.js';

/** What sort of entry it is; `diary` unless said. */
export type EntryKind = Schemas['Entry']['kind'];

/** A place. */
export type EntryLocation = NonNullable<Extract<Schemas['Entry'], { tier: 'uce' }>['location']>;

/** The last line of the user's ledger: who keeps it detects any later change to what came before. */
export type HistoryHead = Schemas['HistoryHead'];

/** An entry to write, the same in both tiers. */
export interface EntryDraft {
  /** A UUIDv7 (`createId` of `@daybook/sdk/crypto` makes one); give it when the same entry may be written again later. */
  readonly id?: string;
  readonly kind?: EntryKind;
  /** The diary day in the writer's zone, `YYYY-MM-DD`. The server sees it, in both tiers: leave it out if it must not. */
  readonly entry_date?: string;
  /** Which client or import brought it. The server sees it. */
  readonly source?: string;
  readonly title?: string;
  readonly content: string;
  readonly mood?: string;
  readonly tags?: readonly string[];
  readonly location?: EntryLocation;
}

/** An entry, opened: the same form in both tiers, with the names that the API has for these fields. */
export interface Entry {
  readonly id: string;
  readonly kind: EntryKind;
  readonly tier: Tier;
  readonly entry_date: string | null;
  readonly source: string | null;
  readonly version: number;
  /** SHA-256 of the envelope of the version before, base64url; zeros for version 1. */
  readonly prev_envelope_hash: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly title: string | null;
  readonly content: string;
  readonly mood: string | null;
  readonly tags: readonly string[];
  readonly location: EntryLocation | null;
}

/** An entry that was written. */
export interface WrittenEntry extends Entry {
  /** null when an e2e entry had been written before: the server then has nothing new to tell. */
  readonly history_head: HistoryHead | null;
}

/** One page of entries, newest day first. */
export interface EntryPage {
  readonly data: readonly Entry[];
  /** Where the next page begins; null on the last one. */
  readonly next_cursor: string | null;
}

/** Whether `entry` says what `draft` says, whatever key it is sealed under. */
export function isSameEntry(entry: Entry, draft: EntryDraft): boolean {
  return JSON.stringify(factsOf(entry)) === JSON.stringify(factsOf(draft));
}

function factsOf(said: EntryDraft | Entry): unknown[] {
  const { kind = 'diary', entry_date = null, source = null, title = null, content, mood = null } = said;
  const { name = null, latitude = null, longitude = null } = said.location ?? {};
  return [kind, entry_date, source, title, content, mood, said.tags ?? [], name, latitude, longitude];
}
