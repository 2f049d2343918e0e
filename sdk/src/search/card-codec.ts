import type { Card, CardHead } from './card.js';
import { CardReader, CardWriter } from './card-bytes.js';
import { CardRefused } from './card-refused.js';
import type { PreparedQuery } from './compile.js';
import { languages } from './languages.js';
import { mayMatch } from './match.js';

/** The first byte of a card. Another layout, tokenizer or stemmer whose cards do not mix with these takes the next. */
export const cardVersion = 1;

/**
 * A card as it is sealed (docs/search.md, The index card): numbers are LEB128, strings are UTF-8 behind their length.
 * @throws RangeError for a date that is none
 */
export function encodeCard(card: Card): Uint8Array {
  const { stems, forms, formStarts, positionStarts, positions } = card;
  const out = new CardWriter();
  out.byte(cardVersion);
  out.byte(languages.indexOf(card.language));
  out.number(dayNumber(card.date));
  for (const words of [card.textWords, card.titleWords, card.tagWords]) out.number(words);
  out.strings(card.mood === null ? [] : [card.mood]);
  out.strings(card.tags);
  const [stemCount, formCount] = [formStarts.length - 1, positionStarts.length - 1];
  for (const count of [stemCount, formCount, positions.length]) out.number(count);
  out.string(stems);
  out.string(forms);
  for (let i = 0; i < stemCount; i++) out.number((formStarts[i + 1] ?? 0) - (formStarts[i] ?? 0));
  for (let i = 0; i < formCount; i++) {
    const [start = 0, end = 0] = [positionStarts[i], positionStarts[i + 1]];
    out.number(end - start);
    let before = -1;
    for (let at = start; at < end; at++) {
      const position = positions[at] ?? 0;
      out.number(position - before - 1);
      before = position;
    }
  }
  return out.bytes();
}

/**
 * The card of `encodeCard`. All of it is checked, in time that grows with the bytes alone.
 * @throws CardRefused for another version, and for bytes that no card has
 */
export function decodeCard(bytes: Uint8Array): Card {
  const input = readerOf(bytes);
  return bodyOf(input, headOf(input));
}

/**
 * The same for an entry that a query may find; null where its stems alone show that it is not found, as those of most
 * entries do that pass a mask by chance. Their places are then not read, and not checked.
 * @throws CardRefused as `decodeCard`
 */
export function decodeCandidate(query: PreparedQuery, bytes: Uint8Array): Card | null {
  const input = readerOf(bytes);
  const head = headOf(input);
  return mayMatch(query, head) ? bodyOf(input, head) : null;
}

function readerOf(bytes: Uint8Array): CardReader {
  if (bytes[0] !== cardVersion) throw new CardRefused('version');
  return new CardReader(bytes, 1);
}

/** What a card has before its forms, and how many of what follow. */
interface Head extends CardHead {
  readonly counts: { readonly stems: number; readonly forms: number; readonly positions: number };
}

function headOf(input: CardReader): Head {
  const language = languages[input.byte()];
  if (language === undefined) throw new CardRefused('language');
  const date = dayOf(input.number());
  const [textWords, titleWords, tagWords] = [input.number(), input.number(), input.number()];
  const moods = input.strings();
  if (moods.length > 1) throw new CardRefused('mood');
  const tags = input.strings();
  const counts = { stems: input.count(), forms: input.count(), positions: input.count() };
  const stems = lines(input, counts.stems);
  return { language, date, mood: moods[0] ?? null, tags, textWords, titleWords, tagWords, stems, counts };
}

function bodyOf(input: CardReader, { counts, ...head }: Head): Card {
  const forms = lines(input, counts.forms);
  const formStarts = startsOf(input, counts.stems, counts.forms);
  const { positionStarts, positions } = positionsOf(input, counts.forms, counts.positions);
  if (!input.isAtEnd) throw new CardRefused('form');
  return { ...head, formStarts, forms, positionStarts, positions };
}

/** A text of `count` lines, which is the empty one for none. */
function lines(input: CardReader, count: number): string {
  const text = input.string();
  let found = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) found++;
  if (count === 0 ? text !== '' : found !== count) throw new CardRefused('form');
  return text;
}

function startsOf(input: CardReader, count: number, total: number): number[] {
  const starts = [0];
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += input.number();
    starts.push(sum);
  }
  if (sum !== total) throw new CardRefused('form');
  return starts;
}

function positionsOf(input: CardReader, formCount: number, total: number) {
  const positionStarts = [0];
  const positions: number[] = [];
  for (let i = 0; i < formCount; i++) {
    const end = positions.length + input.number();
    if (end > total) throw new CardRefused('form');
    let position = -1;
    while (positions.length < end) {
      position += input.number() + 1;
      if (position > 0xffff_ffff) throw new CardRefused('form');
      positions.push(position);
    }
    positionStarts.push(end);
  }
  if (positions.length !== total) throw new CardRefused('form');
  return { positionStarts, positions };
}

/** A day as a number from 1: months of 31 days, years of 12 months. 0 for none. */
function dayNumber(date: string | null): number {
  if (date === null) return 0;
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date) ?? [];
  const number = (Number(year) * 12 + Number(month) - 1) * 31 + Number(day);
  if (!Number.isInteger(number) || dayText(number) !== date) throw new RangeError('not a day of the form YYYY-MM-DD');
  return number;
}

function dayOf(number: number): string | null {
  if (number === 0) return null;
  const text = dayText(number);
  if (text.length !== 10) throw new CardRefused('date');
  return text;
}

function dayText(number: number): string {
  const month = Math.floor((number - 1) / 31);
  const digits = (value: number, length: number) => String(value).padStart(length, '0');
  return `${digits(Math.floor(month / 12), 4)}-${digits((month % 12) + 1, 2)}-${digits(((number - 1) % 31) + 1, 2)}`;
}
