/**
 * Languages that words are stemmed or segmented in, and `und` for all others (BCP 47). The place in this list is the
 * language's number in an index card: a new one goes to the end.
 */
export const languages = ['und', 'en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'ru', 'zh', 'ja', 'th'] as const;

/** The language that an entry's words are taken in. */
export type Language = (typeof languages)[number];

/** What is special about the spelling of a language. */
export interface Spelling {
  /** What may stand before an apostrophe and is no word of its own: the l of "l'école". */
  readonly elisions: ReadonlySet<string>;
  /** What may stand after one and is no word of its own: the s of "father's". */
  readonly endings: ReadonlySet<string>;
  /** Letters that keep their mark: people of that language write it, and another letter stands without it. */
  readonly kept: ReadonlySet<string>;
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));
const none: ReadonlySet<string> = new Set();
const plain: Spelling = { elisions: none, endings: none, kept: none };

const spellings: Readonly<Partial<Record<Language, Spelling>>> = {
  en: { ...plain, endings: set('s t d m ll re ve') },
  de: { ...plain, endings: set('s') },
  nl: { ...plain, endings: set('s') },
  fr: { ...plain, elisions: set('c d j l m n s t qu jusqu lorsqu puisqu quoiqu') },
  it: {
    ...plain,
    elisions: set('c d l m n s t v un all dall dell nell sull coll quell quest bell sant gl agl dagl degl negl sugl'),
  },
  pt: { ...plain, elisions: set('d') },
  es: { ...plain, kept: set('ñ') },
  sv: { ...plain, kept: set('å ä ö') },
};

/** The spelling of a language. */
export function spellingOf(language: Language): Spelling {
  return spellings[language] ?? plain;
}
