import { unwrap } from './api.js';
import type { EntryPage } from './entry.js';
import { type EntryCalls, type PageOptions, withSignal } from './entry-calls.js';
import type { EntryQuery } from './entry-lists.js';

/** A tag of the user. */
export interface Tag {
  readonly id: string;
  /** null where no entry tells it: for e2e, when what another client sealed has no such tag in it. */
  readonly name: string | null;
  /** What stands for it where its name must not, base64url. */
  readonly token: string;
  /** How many entries have it, the trash left out. */
  readonly entries: number;
}

/** All tags by name; opens an entry of each whose name is not known here. */
export async function listTags(
  { form, repeating }: EntryCalls,
  query: (query: EntryQuery & PageOptions) => Promise<EntryPage>,
  signal?: AbortSignal,
): Promise<readonly Tag[]> {
  const { data } = unwrap(await repeating.GET('/api/v1/entries/tags', { ...withSignal(signal) }));
  for (const tag of data) {
    // To open an entry is to learn the names of its tags.
    const isKnown = form.tagName(tag) !== null;
    if (!isKnown) await query({ tag_id: tag.id, limit: 1, deleted: tag.entries === 0 });
  }
  const named = data.map((tag) => ({ ...tag, name: form.tagName(tag) }));
  return named.toSorted((one, other) => (one.name ?? '').localeCompare(other.name ?? '', 'en'));
}
