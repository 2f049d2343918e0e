import { type Schemas, unwrap } from './api.js';
import { tagForm } from './crypto/tags.js';
import type { Entry, EntryKind, EntryPage, EntrySet } from './entry.js';
import { type EntryCalls, pageQuery, type PageOptions, withSignal } from './entry-calls.js';

/** Which entries are wanted; all that is said must hold. */
export interface EntryQuery {
  readonly source?: string;
  readonly kind?: EntryKind;
  readonly tag_id?: string;
  /** Names of tags, in any case: entries that have all of them. */
  readonly tags?: readonly string[];
  /** The first diary day, `YYYY-MM-DD`. */
  readonly from?: string;
  /** The last. */
  readonly to?: string;
  readonly mood?: string;
  /** A part of the name of the place, in any case. */
  readonly location?: string;
  /** The trash, instead of the diary. */
  readonly deleted?: boolean;
}

const idsMax = 300;

/** One page of a query. */
export async function queryPage(
  { form, repeating }: EntryCalls,
  { tags, mood, location, limit = 50, deleted = false, cursor, signal, ...outside }: EntryQuery & PageOptions,
): Promise<EntryPage> {
  const mark = form.mark();
  const inside = { ...(mood !== undefined && { mood }), ...(location !== undefined && { location }) };
  const body: Schemas['EntryQuery'] = {
    ...outside,
    ...pageQuery({ ...(cursor !== undefined && { cursor }) }),
    limit,
    deleted,
    ...(tags && form.tagFilter(tags)),
    ...(!form.sealsHere && inside),
  };
  const page = unwrap(await repeating.POST('/api/v1/entries/query', { body, ...withSignal(signal) }));
  const data = page.data.map((wire) => form.fromWire(wire, mark));
  return {
    data: form.sealsHere ? data.filter((entry) => isWanted(entry, inside)) : data,
    next_cursor: page.next_cursor,
  };
}

/** Entries by their ids, in as many calls as it takes. */
export async function readMany(
  { form, repeating }: EntryCalls,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<EntrySet> {
  const set = { data: new Array<Entry>(), erased: new Array<string>(), missing: new Array<string>() };
  const distinct = [...new Set(ids.map((id) => id.toLowerCase()))];
  for (let from = 0; from < distinct.length; from += idsMax) {
    const mark = form.mark();
    const body = { ids: distinct.slice(from, from + idsMax) };
    const found = unwrap(await repeating.POST('/api/v1/entries/batch/get', { body, ...withSignal(signal) }));
    set.data.push(...found.data.map((wire) => form.fromWire(wire, mark)));
    set.erased.push(...found.erased);
    set.missing.push(...found.missing);
  }
  return set;
}

/** As the server looks at the content of a uce entry. */
function isWanted(entry: Entry, { mood, location }: Pick<EntryQuery, 'mood' | 'location'>): boolean {
  const isOfMood = mood === undefined || (entry.mood !== null && tagForm(entry.mood) === tagForm(mood));
  const place = entry.location?.name;
  return isOfMood && (location === undefined || (place !== undefined && tagForm(place).includes(tagForm(location))));
}
