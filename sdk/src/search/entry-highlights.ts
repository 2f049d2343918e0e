import type { PreparedQuery } from './compile.js';
import { type EntryWords, textsOf } from './entry-words.js';
import { highlight } from './highlight.js';
import type { Language } from './languages.js';
import type { Range } from './normalize.js';
import { snippetOf } from './snippet.js';
import type { WordMemory } from './tokenize.js';

/** More answers of one entry are not shown, however many have what was looked for. */
const answersMax = 5;

/** A piece of an entry with what was looked for. */
export interface Highlight {
  readonly field: 'title' | 'content' | 'tags' | 'data';
  /** At most 200 UTF-16 code units; a tag's whole name. */
  readonly text: string;
  /** In UTF-16 code units of `text`. */
  readonly ranges: readonly Range[];
}

/**
 * Where an entry has what a query looks for: the best piece of its title, of its text and of each answer, and the tags.
 * @param language that of its index card
 * @param memory of the other entries of the page
 */
export function highlightsOf(
  query: PreparedQuery,
  { title, content, tags, data }: EntryWords,
  language: Language,
  memory?: WordMemory,
): Highlight[] {
  const marked = (field: Highlight['field'], texts: readonly string[], most = texts.length) =>
    texts
      .map((text) => ({ text, ranges: highlight(query, text, language, memory) }))
      .filter(({ ranges }) => ranges.length > 0)
      .slice(0, most)
      .map(({ text, ranges }): Highlight => {
        const snippet = snippetOf(text, ranges);
        return { field, text: snippet.text, ranges: snippet.ranges };
      });
  return [
    ...marked('title', title ? [title] : []),
    ...marked('content', [content]),
    ...marked('data', textsOf(data), answersMax),
    ...marked('tags', tags ?? []),
  ];
}
