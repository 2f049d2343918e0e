import type { Schemas } from './api.js';
import { distinctTags } from './crypto/tags.js';
import type { DaybookProblem } from './problems.js';
import type { Tier } from './session-store.js';

/** What sort of entry it is; `diary` unless said. */
export type EntryKind = Schemas['Entry']['kind'];

/** A place. */
export type EntryLocation = NonNullable<Extract<Schemas['Entry'], { tier: 'uce' }>['location']>;

/** What is structured in an entry, by the schema of its kind (`entries.kinds()`). */
export type EntryData = Readonly<Record<string, unknown>>;

/** The last line of the user's ledger: who keeps it detects any later change to what came before. */
export type HistoryHead = Schemas['HistoryHead'];

/** All of an entry that can be changed, the same in both tiers. */
export interface EntryReplacement {
  readonly kind?: EntryKind;
  /** The diary day in the writer's zone, `YYYY-MM-DD`. The server sees it, in both tiers: leave it out if it must not. */
  readonly entry_date?: string;
  readonly title?: string;
  readonly content: string;
  readonly mood?: string;
  /** e2e: the server sees which entries share a tag, not which tag it is. */
  readonly tags?: readonly string[];
  readonly location?: EntryLocation;
  readonly data?: EntryData;
  /** BCP 47; guessed where search needs it. */
  readonly language?: string;
}

/** An entry to write, the same in both tiers. */
export interface EntryDraft extends EntryReplacement {
  /** A UUIDv7 (`createId` of `@daybook/sdk/crypto` makes one); give it when the same entry may be written again later. */
  readonly id?: string;
  /** Which client or import brought it. The server sees it. */
  readonly source?: string;
  /** What the source calls it: it is brought in once. The server sees it. */
  readonly external_id?: string;
  /** Media of the entry, in their order. The server sees them. */
  readonly media_ids?: readonly string[];
}

/** Some of an entry: what is absent stays, what is null is cleared. */
export type EntryPatch = {
  readonly [Field in keyof EntryReplacement]?: Field extends 'kind' | 'content'
    ? EntryReplacement[Field]
    : EntryReplacement[Field] | null;
};

/** What an entry says, opened. */
export interface EntryText {
  readonly title: string | null;
  readonly content: string;
  readonly mood: string | null;
  readonly tags: readonly string[];
  readonly location: EntryLocation | null;
  readonly data: EntryData | null;
  readonly language: string | null;
}

/** An entry, opened: the same form in both tiers, with the names that the API has for these fields. */
export interface Entry extends EntryText {
  readonly id: string;
  readonly kind: EntryKind;
  readonly tier: Tier;
  readonly entry_date: string | null;
  readonly source: string | null;
  readonly external_id: string | null;
  readonly media_ids: readonly string[];
  readonly version: number;
  /** SHA-256 of the envelope of the version before, base64url; zeros for version 1. */
  readonly prev_envelope_hash: string;
  readonly created_at: string;
  /** When this version was written. */
  readonly updated_at: string;
  /** Since when it is in the trash. */
  readonly deleted_at: string | null;
}

/** An entry that was written. */
export interface WrittenEntry extends Entry {
  /** null when an e2e entry had been written before: the server then has nothing new to tell. */
  readonly history_head: HistoryHead | null;
}

/** What became of one entry of many: it is there, or it was refused. */
export type WriteResult =
  { readonly status: 200 | 201; readonly entry: Entry } | { readonly status: number; readonly problem: DaybookProblem };

/** One page of entries, newest day first. */
export interface EntryPage {
  readonly data: readonly Entry[];
  /** Where the next page begins; null on the last one. */
  readonly next_cursor: string | null;
}

/** Entries by their ids. */
export interface EntrySet {
  /** Those that are there, in the order of the ids. */
  readonly data: readonly Entry[];
  readonly erased: readonly string[];
  readonly missing: readonly string[];
}

/** What is known of a version without opening it. */
export type EntryVersionSummary = Schemas['EntryVersionPage']['data'][number];

/** What an entry was in one version, opened. */
export type EntryVersion = EntryVersionSummary & EntryText;

/** Whether `entry` says what `draft` says, whatever key it is sealed under. */
export function isSameEntry(entry: Entry, draft: EntryDraft): boolean {
  return JSON.stringify(factsOf(entry)) === JSON.stringify(factsOf(draft));
}

/** Whether `there` is what the source brought under the same name before; it may have been changed since. */
export function isBroughtBefore(
  there: Pick<Entry, 'source' | 'external_id'>,
  { source, external_id }: EntryDraft,
): boolean {
  return external_id !== undefined && there.external_id === external_id && there.source === source;
}

function factsOf(said: EntryDraft | Entry): unknown[] {
  const { kind = 'diary', entry_date = null, source = null, external_id = null, title = null, content } = said;
  const { mood = null, data = null, language = null } = said;
  const { name = null, latitude = null, longitude = null } = said.location ?? {};
  const outside = [kind, entry_date, source, external_id, said.media_ids ?? []];
  return [...outside, title, content, mood, distinctTags(said.tags ?? []), name, latitude, longitude, data, language];
}
