import { fold, lowerCase } from './folding.js';
import { type Language, spellingOf } from './languages.js';
import { NormalText, type Range } from './normalize.js';
import { stemOf } from './stemming.js';
import { stopWordsOf } from './stop-words.js';

/** Longer words (UTF-16 code units, after NFKC) are cut there, in entries and in queries alike. */
export const wordLengthMax = 64;

/** One word of a text. */
export interface Word extends Range {
  /** In lower case and folded: what `prefix*` is compared with. */
  readonly form: string;
  /** What words are compared by; null for a stop word. */
  readonly stem: string | null;
  /** Its number in the text, from 0; stop words count. */
  readonly position: number;
}

/** One word that is searched for or found: no stop word. */
export type Token = Omit<Word, 'stem' | 'form'> & { readonly stem: string };

/** Letters and digits with their marks, joined by apostrophes; the digit of a keycap emoji begins no word. */
const runs =
  /(?![0-9]\ufe0f?\u20e3)[\p{L}\p{N}][\p{L}\p{N}\p{M}\u00ad\u200c\u200d]*(?:['’][\p{L}\p{N}][\p{L}\p{N}\p{M}\u00ad\u200c\u200d]*)*/gu;
/** Scripts whose words are not set apart: a dictionary finds them. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Of a fixed locale, since the default one differs between machines; dictionaries go by script, not by locale. */
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/** A word as it is written, in NFKC, before it is looked up. */
interface Written extends Range {
  readonly text: string;
  /** Known to be a stop word by its apostrophe. */
  readonly isStop: boolean;
}

/**
 * The words of a text without its stop words, in order. Time and room grow linearly with the text.
 * @returns ranges in UTF-16 code units of the text as it was given
 */
export function tokenize(text: string, language: Language): Token[] {
  const tokens: Token[] = [];
  for (const { stem, position, start, end } of wordsOf(text, language)) {
    if (stem !== null) tokens.push({ stem, position, start, end });
  }
  return tokens;
}

/** Stems of words that were met before. Its owner forgets it with what the words are of: it has them in the clear. */
export class WordMemory {
  private readonly byLanguage = new Map<Language, Map<string, Pick<Word, 'form' | 'stem'>>>();

  /** What is known of words in lower case, to be added to. */
  of(language: Language): Map<string, Pick<Word, 'form' | 'stem'>> {
    let known = this.byLanguage.get(language);
    if (!known) this.byLanguage.set(language, (known = new Map()));
    return known;
  }
}

/**
 * All words of a text, stop words too, in order.
 * @param memory of other texts, where there are any: stemming is most of the work
 */
export function wordsOf(text: string, language: Language, memory = new WordMemory()): Word[] {
  const normal = NormalText.of(text);
  const known = memory.of(language);
  const words: Word[] = [];
  for (const written of writtenWords(normal.text, language)) {
    const lower = lowerCase(cut(written.text));
    const position = words.length;
    const { start, end } = normal.originalOf(written);
    if (written.isStop) {
      words.push({ form: fold(lower, language), stem: null, position, start, end });
      continue;
    }
    let word = known.get(lower);
    if (!word) known.set(lower, (word = analyse(lower, language)));
    words.push({ form: word.form, stem: word.stem, position, start, end });
  }
  return words;
}

function analyse(lower: string, language: Language): Pick<Word, 'form' | 'stem'> {
  const form = fold(lower, language);
  if (stopWordsOf(language).has(lower)) return { form, stem: null };
  return { form, stem: fold(stemOf(lower, language), language) };
}

function* writtenWords(text: string, language: Language): Generator<Written> {
  for (const { 0: run, index } of text.matchAll(runs)) {
    for (const part of partsOf(run, index, language)) {
      if (unspaced.test(part.text)) yield* segmentsOf(part);
      else yield part;
    }
  }
}

/**
 * What stands between apostrophes: "father’s" is father, "l’école" is école, and "don’t" is one stop word. Everything else
 * is a word of its own: "o’clock" is o and clock.
 */
function partsOf(run: string, index: number, language: Language): Written[] {
  const pieces = run.split(/['’]/);
  if (pieces.length === 1) return [{ text: run, start: index, end: index + run.length, isStop: false }];
  const { elisions, endings } = spellingOf(language);
  const parts: Written[] = [];
  let start = index;
  pieces.forEach((text, i) => {
    const at = start;
    start += text.length + 1;
    const lower = text.toLowerCase();
    if (i < pieces.length - 1 && elisions.has(lower)) return;
    if (i > 0 && endings.has(lower)) return;
    const isNegated = language === 'en' && /n$/i.test(text) && /^t$/i.test(pieces[i + 1] ?? '');
    parts.push({ text, start: at, end: at + text.length, isStop: isNegated });
  });
  return parts;
}

function* segmentsOf({ text, start }: Written): Generator<Written> {
  for (const { segment, index, isWordLike } of segmenter.segment(text)) {
    if (isWordLike !== true) continue;
    yield { text: segment, start: start + index, end: start + index + segment.length, isStop: false };
  }
}

/** The first code units of a long word, with no half character at the end. */
function cut(word: string): string {
  if (word.length <= wordLengthMax) return word;
  const end = word.slice(0, wordLengthMax);
  return /[\ud800-\udbff]$/.test(end) ? end.slice(0, -1) : end;
}
