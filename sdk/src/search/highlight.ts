import type { CompiledText, PreparedQuery } from './compile.js';
import type { Language } from './languages.js';
import { soughtOf } from './match.js';
import type { Range } from './normalize.js';
import { type Word, type WordMemory, wordsOf } from './tokenize.js';

/**
 * Where a text has what a query looks for: words, and phrases from their first word to their last. What is excluded is not
 * marked.
 * @returns ranges in UTF-16 code units of `text`, ascending, none touching another
 */
export function highlight(query: PreparedQuery, text: string, language: Language, memory?: WordMemory): Range[] {
  const terms = soughtOf(query, language);
  if (terms.length === 0) return [];
  const words = wordsOf(text, language, memory);
  const found = terms.flatMap((term) => rangesOf(term, words));
  found.sort((a, b) => a.start - b.start || a.end - b.end);
  const merged: Range[] = [];
  for (const range of found) {
    const last = merged.at(-1);
    if (!last || range.start >= last.end) merged.push(range);
    else if (range.end > last.end) merged[merged.length - 1] = { start: last.start, end: range.end };
  }
  return merged;
}

function rangesOf({ parts }: CompiledText, words: readonly Word[]): Range[] {
  const ranges: Range[] = [];
  words.forEach(({ start }, at) => {
    let end = start;
    for (const part of parts) {
      const word = words[at + part.offset];
      if (!word || word.stem === null) return;
      if ('stem' in part ? word.stem !== part.stem : !word.form.startsWith(part.prefix)) return;
      end = word.end;
    }
    ranges.push({ start, end });
  });
  return ranges;
}
