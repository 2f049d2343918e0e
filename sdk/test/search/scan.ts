import { fold, lowerCase } from '../../src/search/folding.js';
import type { Language } from '../../src/search/index.js';
import { stemOf } from '../../src/search/stemming.js';
import { stopWordsOf } from '../../src/search/stop-words.js';
import type { DiaryEntry, Indexed } from './diaries.js';

/** A word of the scan: null where it counts for distances only. */
type Scanned = { readonly stem: string; readonly form: string } | null;

/** Words of Latin and Cyrillic texts as a reader sees them, and of others as the platform's dictionary does. */
function spelled(text: string, language: Language): string[] {
  if (['zh', 'ja', 'th'].includes(language)) {
    const segments = new Intl.Segmenter(language, { granularity: 'word' }).segment(text);
    return Array.from(segments, ({ segment, isWordLike }) => (isWordLike ? segment : '')).filter((word) => word !== '');
  }
  let normal = text.replaceAll(/\p{Extended_Pictographic}/gu, ' ').normalize('NFKC');
  if (language === 'en') {
    normal = normal.replaceAll(/n['’]t(?![\p{L}\p{N}])/giu, 'nXSTOP');
    normal = normal.replaceAll(/(?<=[\p{L}\p{N}])['’](?:s|d|m|ll|re|ve)(?![\p{L}\p{N}])/giu, ' ');
  }
  if (language === 'de' || language === 'nl') {
    normal = normal.replaceAll(/(?<=[\p{L}\p{N}])['’]s(?![\p{L}\p{N}])/giu, ' ');
  }
  if (language === 'fr') {
    normal = normal.replaceAll(/(?<![\p{L}\p{N}])(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)['’](?=[\p{L}\p{N}])/giu, ' ');
  }
  if (language === 'it') {
    normal = normal.replaceAll(
      /(?<![\p{L}\p{N}])(?:[cdlmnstv]|un|[ad]ll|dall|nell|sull|dell|coll|que(?:ll|st)|bell|sant|gl|agl|dagl|degl|negl|sugl|all)['’](?=[\p{L}\p{N}])/giu,
      ' ',
    );
  }
  return normal.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
}

function scanned(text: string, language: Language): Scanned[] {
  return spelled(text, language).map((word) => {
    const lower = lowerCase(word.slice(0, 64));
    if (word.endsWith('XSTOP') || stopWordsOf(language).has(lower)) return null;
    return { stem: fold(stemOf(lower, language), language), form: fold(lower, language) };
  });
}

/** Whether one of the texts has the words in a row, by looking at every place. */
function says(texts: readonly Scanned[][], sought: string, language: Language): boolean | null {
  const isPrefix = sought.endsWith('*');
  const bare = spelled(sought, language);
  const words = scanned(sought, language).map((word, i) => {
    if (!isPrefix || i < bare.length - 1) return word && { stem: word.stem, form: null };
    return { stem: null, form: fold(lowerCase(bare[i] ?? ''), language) };
  });
  if (words.every((word) => word === null)) return null;
  const from = words.findIndex((word) => word !== null);
  return texts.some((text) =>
    text.some((_, at) =>
      words.every((word, i) => {
        if (word === null) return true;
        const found = text[at + i - from];
        if (!found) return false;
        return word.form === null ? found.stem === word.stem : found.form.startsWith(word.form);
      }),
    ),
  );
}

/** What one part of a query (`rain`, `-"wet day"`, `run*`, `tag:x`) says of an entry; null when it says nothing. */
function judged(part: string, entry: DiaryEntry, texts: readonly Scanned[][], language: Language): boolean | null {
  if (part.startsWith('-')) {
    const inner = judged(part.slice(1), entry, texts, language);
    return inner === null ? null : !inner;
  }
  const filter = /^(tag|mood|before|after):"?([^"]*)"?$/.exec(part);
  if (!filter) return says(texts, part.replaceAll('"', ''), language);
  const [, name, value = ''] = filter;
  const same = (text: string | undefined) => text?.toLowerCase() === value.toLowerCase();
  if (name === 'tag') return (entry.tags ?? []).some(same);
  if (name === 'mood') return same(entry.mood);
  const start = entry.date.slice(0, value.length);
  return name === 'before' ? start < value : start > value;
}

/** The words of an entry's fields, spelled once for all queries. */
const read = new WeakMap<DiaryEntry, Scanned[][]>();

function wordsOf({ entry, language }: Indexed): Scanned[][] {
  const known = read.get(entry);
  if (known) return known;
  const texts = [entry.text, entry.title ?? '', ...(entry.tags ?? [])].map((text) => scanned(text, language));
  read.set(entry, texts);
  return texts;
}

/** Whether a query of words, phrases, prefixes, exclusions, filters and `or` (no brackets) fits, by reading the entry. */
function fits(query: string, indexed: Indexed): boolean {
  const { entry, language } = indexed;
  const texts = wordsOf(indexed);
  const parts = query.match(/-?(?:\w+:)?"[^"]*"|\S+/gu) ?? [];
  const groups: string[][] = [];
  parts.forEach((part, i) => {
    if (part.toLowerCase() === 'or') return;
    if (parts[i - 1]?.toLowerCase() === 'or') groups.at(-1)?.push(part);
    else groups.push([part]);
  });
  const judgements = groups
    .map((group) => group.map((part) => judged(part, entry, texts, language)).filter((said) => said !== null))
    .filter((said) => said.length > 0);
  return judgements.length > 0 && judgements.every((said) => said.includes(true));
}

/** The ids of the entries that a query asks for, by reading all of them: no card, no position list, no signature. */
export function scan(query: string, diary: readonly Indexed[]): string[] {
  return diary.filter((one) => fits(query, one)).map(({ id }) => id);
}
