import { type Language, spellingOf } from './languages.js';

/** Letters without a canonical decomposition that people type as others. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  œ: 'oe',
  æ: 'ae',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ё: 'е',
  ς: 'σ',
};
const foldedLetters = new RegExp(`[${Object.keys(letters).join('')}]`, 'gu');

const ascii = /^[\0-\x7f]*$/;
const marked = /\p{Script=Latin}\p{M}*/gu;
const marks = /\p{M}+/gu;
/** Points and vowel signs of Hebrew and Arabic, and the Arabic tatweel: written in some texts, typed by nobody. */
const points = /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]/gu;
const invisible = /[\u00ad\u200c\u200d]/gu;

/** A word in lower case, with ß, œ, ё and their like spelled out; by no locale, so that "I" is "i" for everybody. */
export function lowerCase(word: string): string {
  const lower = word.toLowerCase();
  if (ascii.test(lower)) return lower;
  return lower.replace(invisible, '').replace(foldedLetters, (letter) => letters[letter] ?? letter);
}

/**
 * A lower-case word without accents on Latin letters, except those that the language keeps, and without the points of
 * Hebrew and Arabic: "école" is found as "ecole".
 */
export function fold(word: string, language: Language): string {
  if (ascii.test(word)) return word;
  const { kept } = spellingOf(language);
  const folded = word
    .replace(points, '')
    .replace(marked, (letter) => (kept.has(letter) ? letter : letter.normalize('NFD').replace(marks, '')));
  return folded === '' ? word : folded;
}

/** A tag's or mood's name as it is compared: NFKC, lower case, trimmed, one space between words. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/gu, ' ');
}
