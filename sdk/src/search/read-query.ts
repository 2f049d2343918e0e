import type { PreparedQuery } from './compile.js';
import type { Language } from './languages.js';
import type { Query } from './query.js';
import { parseQuery } from './query-parser.js';

/** A query as it is to be answered, and what there is to say about it. */
export interface ReadQuery {
  readonly query: Query;
  /** Why it is not answered, in sentences without a full stop; none where it is. */
  readonly refusals: readonly string[];
  /** What was left out of it, without harm. */
  readonly notes: readonly string[];
}

/**
 * Reads a query that somebody waits for an answer to: what cannot be read as it was meant is refused, not guessed at. Signs
 * beside words (`salt & pepper`) are left out and noted.
 */
export function readQuery(text: string): ReadQuery {
  const { query, faults } = parseQuery(text);
  const said = faults.map(({ at, message, isHarmless }) => ({ isHarmless, text: `${message} (character ${at + 1})` }));
  const refused = said.filter(({ isHarmless }) => !isHarmless || query === null).map(({ text }) => text);
  const refusals = query === null && refused.length === 0 ? ['is empty'] : refused;
  return { query, refusals, notes: said.map(({ text }) => `Left out: ${text}.`) };
}

/** What there is to say about a query of stop words alone, by the languages that the entries are in. */
export function stopWordNotes(query: PreparedQuery, languages: readonly Language[]): readonly string[] {
  const silent = languages.filter((language) => query.in(language) === null);
  if (silent.length === 0) return [];
  if (silent.length === languages.length)
    return ['There are only words like "the" or "and", which no entry is found by.'];
  const names = new Intl.DisplayNames('en', { type: 'language' });
  const named = new Intl.ListFormat('en').format(silent.map((language) => names.of(language) ?? language));
  return [`Entries in ${named} are not found by this: there, these are words like "the" or "and".`];
}
