import { foldName } from './folding.js';
import type { Language } from './languages.js';
import { type Word, wordsOf } from './tokenize.js';

/**
 * Positions between two fields, or two tags, that no word has: more than a query can have words, so that no phrase reaches
 * from one into the next.
 */
export const fieldGap = 1024;

/** What of an entry is indexed. */
export interface CardDraft {
  readonly title?: string | null;
  readonly text: string;
  readonly tags?: readonly string[];
  readonly mood?: string | null;
  /** The diary day, `YYYY-MM-DD`. */
  readonly date?: string | null;
  /** What the words are taken in, for every field. */
  readonly language: Language;
}

/**
 * An entry's index card: every stem with the words that were written for it and their positions. Positions number the
 * words of the text from 0, stop words counted; the title and each tag follow, `fieldGap` apart.
 */
export interface Card {
  readonly language: Language;
  readonly date: string | null;
  /** Folded, as tags are: what `mood:` is compared with. */
  readonly mood: string | null;
  readonly tags: readonly string[];
  /** How many words each field has, stop words counted. */
  readonly textWords: number;
  readonly titleWords: number;
  readonly tagWords: number;
  /** A line per stem, ascending by UTF-16 code unit. In one text: to look for a few costs less than to take it apart. */
  readonly stems: string;
  /** The forms of stem i are those from `formStarts[i]` up to `formStarts[i + 1]`. */
  readonly formStarts: readonly number[];
  /**
   * A line per form, as it differs from its stem: empty when equal, `+` and what follows the stem, or the whole form.
   */
  readonly forms: string;
  /** The positions of form i are those from `positionStarts[i]` up to `positionStarts[i + 1]`. */
  readonly positionStarts: readonly number[];
  readonly positions: readonly number[];
}

/** What of a card does not say where its words stand. */
export type CardHead = Omit<Card, 'formStarts' | 'forms' | 'positionStarts' | 'positions'>;

/** Where the title begins among a card's positions. */
export function titleStartOf({ textWords }: Pick<Card, 'textWords'>): number {
  return textWords + fieldGap;
}

/** Where the tags begin. */
export function tagsStartOf(card: Pick<Card, 'textWords' | 'titleWords'>): number {
  return titleStartOf(card) + card.titleWords + fieldGap;
}

type Postings = Map<string, Map<string, number[]>>;

/** The index card of an entry; the same entry and language make the same card. */
export function makeCard({ title, text, tags = [], mood, date, language }: CardDraft): Card {
  const postings: Postings = new Map();
  const textWords = add(postings, wordsOf(text, language), 0);
  const titleStart = titleStartOf({ textWords });
  const titleWords = add(postings, wordsOf(title ?? '', language), titleStart);
  const names = [...new Set(tags.map(foldName))].filter((name) => name !== '');
  let at = tagsStartOf({ textWords, titleWords });
  let tagWords = 0;
  for (const name of names) {
    const words = add(postings, wordsOf(name, language), at);
    tagWords += words;
    at += words + fieldGap;
  }
  const folded = foldName(mood ?? '');
  return {
    language,
    date: date ?? null,
    mood: folded === '' ? null : folded,
    tags: names,
    textWords,
    titleWords,
    tagWords,
    ...laidOut(postings),
  };
}

function add(postings: Postings, words: readonly Word[], start: number): number {
  for (const { stem, form, position } of words) {
    if (stem === null) continue;
    let forms = postings.get(stem);
    if (!forms) postings.set(stem, (forms = new Map()));
    const positions = forms.get(form);
    if (positions) positions.push(start + position);
    else forms.set(form, [start + position]);
  }
  return words.length;
}

function laidOut(postings: Postings): Pick<Card, 'stems' | 'formStarts' | 'forms' | 'positionStarts' | 'positions'> {
  const stems = [...postings.keys()].sort();
  const formStarts = [0];
  const forms: string[] = [];
  const positionStarts = [0];
  const positions: number[] = [];
  for (const stem of stems) {
    for (const [form, at] of [...(postings.get(stem) ?? [])].sort(byForm)) {
      forms.push(difference(form, stem));
      for (const position of at) positions.push(position);
      positionStarts.push(positions.length);
    }
    formStarts.push(forms.length);
  }
  return { stems: stems.join('\n'), formStarts, forms: forms.join('\n'), positionStarts, positions };
}

const byForm = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

function difference(form: string, stem: string): string {
  if (form === stem) return '';
  return form.startsWith(stem) ? `+${form.slice(stem.length)}` : form;
}

/** The stems of a card, without one appearing twice: what its signature is made of. */
export function stemsOf({ stems }: Pick<Card, 'stems'>): string[] {
  return stems === '' ? [] : stems.split('\n');
}

/** Whether a form begins with `prefix`. */
export function formBeginsWith(form: string, stem: string, prefix: string): boolean {
  if (form === '') return stem.startsWith(prefix);
  return (form.startsWith('+') ? stem + form.slice(1) : form).startsWith(prefix);
}
