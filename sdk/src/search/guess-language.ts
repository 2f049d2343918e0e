import type { Language } from './languages.js';
import { NormalText } from './normalize.js';
import { stopWordsOf } from './stop-words.js';

/** Only so much of a text is looked at, in UTF-16 code units. */
const lookedAt = 4000;
/** So much evidence tells a language: a stop word of no other, and part of a second. */
const evidenceMin = 1.2;
/** And so many times more than for the next one. */
const leadMin = 1.3;

const spaced = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv'] as const;

/** Letters that are in few of these languages. */
const letters: readonly (readonly [RegExp, Language])[] = [
  [/ß/gu, 'de'],
  [/[ñ¿¡]/gu, 'es'],
  [/[ãõ]/gu, 'pt'],
  [/å/gu, 'sv'],
  [/[èêœ]/gu, 'fr'],
  [/[ìò]/gu, 'it'],
  [/ĳ/gu, 'nl'],
];

const scripts: readonly (readonly [RegExp, Language])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 'ja'],
  [/\p{Script=Han}/gu, 'zh'],
  [/\p{Script=Thai}/gu, 'th'],
  [/\p{Script=Cyrillic}/gu, 'ru'],
  [/\p{Script=Latin}/gu, 'und'],
];
const letter = /\p{L}/gu;

/** How much a stop word says: one that three languages have says a third. */
const weights = new Map<string, number>();
for (const language of spaced)
  for (const word of stopWordsOf(language)) weights.set(word, (weights.get(word) ?? 0) + 1);

/**
 * The language of a text: by its script, and among languages in Latin letters by stop words and a few letters of their own.
 * @param fallback for a text that is too short or too mixed to tell
 */
export function guessLanguage(text: string, fallback: Language = 'und'): Language {
  const sample = NormalText.of(text.slice(0, lookedAt)).text.toLowerCase();
  const all = count(sample, letter);
  if (all === 0) return fallback;
  const [kana = 0, han = 0, thai = 0, cyrillic = 0, latin = 0] = scripts.map(([script]) => count(sample, script));
  // Words in Latin letters are longer than in Han or Kana: a third of the letters is more than half of what is said.
  if ((kana + han) * 2 > latin && kana + han > all / 4) return kana * 10 > kana + han ? 'ja' : 'zh';
  if (thai > all / 2) return 'th';
  if (cyrillic > all / 2) return 'ru';
  return latin > all / 2 ? guessByWords(sample, fallback) : all > 20 ? 'und' : fallback;
}

function guessByWords(sample: string, fallback: Language): Language {
  const scores = new Map<Language, number>(spaced.map((language) => [language, 0]));
  for (const [word] of sample.matchAll(/\p{L}+/gu)) {
    const weight = weights.get(word);
    if (weight === undefined) continue;
    for (const language of spaced) {
      if (stopWordsOf(language).has(word)) scores.set(language, (scores.get(language) ?? 0) + 1 / weight);
    }
  }
  for (const [shape, language] of letters) {
    scores.set(language, (scores.get(language) ?? 0) + count(sample, shape) / 2);
  }
  const [[best, most], [, next]] = [...scores].sort(([, a], [, b]) => b - a) as [
    [Language, number],
    [Language, number],
  ];
  return most >= evidenceMin && most >= next * leadMin ? best : fallback;
}

function count(text: string, shape: RegExp): number {
  return text.match(shape)?.length ?? 0;
}
