import { guessLanguage } from './guess-language.js';
import { type Language, languages } from './languages.js';

/** What an entry says, as far as search looks at it. */
export interface EntryWords {
  readonly title?: string | null | undefined;
  readonly content: string;
  readonly tags?: readonly string[] | null | undefined;
  readonly mood?: string | null | undefined;
  /** Structured, by the schema of the entry's kind. */
  readonly data?: unknown;
  /** BCP 47, where the writer has set it. */
  readonly language?: string | null | undefined;
}

/** Every text in structured data, in the order in which it is written; names, numbers and the like are none. */
export function textsOf(data: unknown): string[] {
  if (typeof data === 'string') return [data];
  if (typeof data !== 'object' || data === null) return [];
  return Object.values(data).flatMap(textsOf);
}

/** The text of an index card: the content, and behind it what was answered to the questions of the entry's kind. */
export function searchableText({ content, data }: Pick<EntryWords, 'content' | 'data'>): string {
  return [content, ...textsOf(data)].filter((text) => text !== '').join('\n\n');
}

/** The language of a BCP 47 tag: `de` for `de-AT`, `und` for one that words are not stemmed in. */
export function languageOfTag(tag: string): Language {
  const [primary = ''] = tag.toLowerCase().split('-');
  return languages.find((language) => language === primary) ?? 'und';
}

/**
 * The language that an entry's words are taken in: as it was set, else as its text shows it, else its title.
 * @param fallback where neither shows enough
 */
export function languageOfEntry(entry: EntryWords, fallback: Language = 'und'): Language {
  if (entry.language !== undefined && entry.language !== null) return languageOfTag(entry.language);
  return guessLanguage(searchableText(entry), guessLanguage(entry.title ?? '', fallback));
}
