import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Card, decodeCard, encodeCard, guessLanguage, type Language, makeCard } from '../../src/search/index.js';

/** One entry as a diary file has it. */
export interface DiaryEntry {
  readonly date: string;
  readonly title?: string;
  readonly text: string;
  readonly mood?: string;
  readonly tags?: readonly string[];
}

/** An entry with what search needs. */
export interface Indexed {
  readonly id: string;
  readonly entry: DiaryEntry;
  readonly language: Language;
  /** Encoded and decoded again, as it is read back. */
  readonly card: Card;
}

const demo = new URL('../../../demo/diary.jsonl', import.meta.url);
const pepys = new URL('../../../../shared/data/pepys.jsonl.gz', import.meta.url);

export const hasPepys = existsSync(pepys);

const parsed = (lines: string): DiaryEntry[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** The 110 entries of the demonstration, in fifteen languages. */
export const demoDiary = (): Indexed[] => parsed(readFileSync(demo, 'utf8')).map(indexed);

/** Samuel Pepys' 3,413 entries. */
export const pepysDiary = (): Indexed[] => parsed(gunzipSync(readFileSync(pepys)).toString()).map(indexed);

export function indexed(entry: DiaryEntry, n: number): Indexed {
  const language = guessLanguage(entry.text);
  return { id: String(n).padStart(5, '0'), entry, language, card: cardOf(entry, language) };
}

export function cardOf(entry: Partial<DiaryEntry>, language: Language): Card {
  return decodeCard(encodeCard(makeCard({ text: '', ...entry, language })));
}
