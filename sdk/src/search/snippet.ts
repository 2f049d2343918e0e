import type { Range } from './normalize.js';

/** Most UTF-16 code units of a snippet. */
export const snippetLengthMax = 200;

/** A piece of a text, with what is marked in it. */
export interface Snippet {
  readonly text: string;
  /** Where it begins in the whole text, UTF-16 code units. */
  readonly start: number;
  /** In UTF-16 code units of the snippet. */
  readonly ranges: readonly Range[];
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** How far before a cut graphemes are counted from: longer ones are cut all the same. */
const reach = 64;

/**
 * The piece of a text that has most of `ranges`, the first of such pieces, with about as much before the first of them as
 * after the last. It begins and ends between words where there is one near, and never within a character.
 * @param ranges what `highlight` answered for `text`
 */
export function snippetOf(text: string, ranges: readonly Range[], lengthMax = snippetLengthMax): Snippet {
  if (text.length <= lengthMax) return { text, start: 0, ranges };
  const { first, last } = densest(ranges, lengthMax);
  const from = ranges[first]?.start ?? 0;
  const to = Math.min(Math.max(from, ranges[last]?.end ?? 0), from + lengthMax);
  const margin = Math.floor((lengthMax - (to - from)) / 2);
  const wanted = Math.max(0, Math.min(from - margin, text.length - lengthMax));
  const start = wanted === 0 ? 0 : wordStart(text, wanted, from);
  const end = wordEnd(text, Math.min(text.length, start + lengthMax), Math.max(to, start));
  const inside = ranges
    .filter((range) => range.end > start && range.start < end)
    .map((range) => ({ start: Math.max(0, range.start - start), end: Math.min(end, range.end) - start }));
  return { text: text.slice(start, end), start, ranges: inside };
}

/** The first window of `lengthMax` with the most ranges that begin and end in it. */
function densest(ranges: readonly Range[], lengthMax: number): { first: number; last: number } {
  let best = { first: 0, last: 0 };
  let first = 0;
  ranges.forEach(({ end }, last) => {
    while (first < last && end - (ranges[first]?.start ?? 0) > lengthMax) first++;
    if (last - first > best.last - best.first) best = { first, last };
  });
  return best;
}

/** The beginning of a word at or a little behind `at`, not behind `limit`; else of a character. */
function wordStart(text: string, at: number, limit: number): number {
  const near = text.slice(at - 1, Math.min(limit, at + reach));
  const gap = /\s+/u.exec(near);
  return gap ? at - 1 + gap.index + gap[0].length : characterEnd(text, at, limit);
}

/** The end of a word at or a little before `at`, not before `limit`; else of a character. */
function wordEnd(text: string, at: number, limit: number): number {
  if (at === text.length) return at;
  const from = Math.max(limit, at - reach);
  const gap = /\s+(?:\S*)$/u.exec(text.slice(from, at + 1));
  if (gap && from + gap.index >= limit) return from + gap.index;
  return characterStart(text, at);
}

/** The boundary between characters at or behind `at`. */
function characterEnd(text: string, at: number, limit: number): number {
  const start = codePointStart(text, Math.max(0, at - reach));
  for (const { index } of graphemes.segment(text.slice(start, at + reach))) {
    if (start + index >= at && start + index <= limit) return start + index;
  }
  return codePointStart(text, at);
}

/** The boundary between characters at or before `at`. */
function characterStart(text: string, at: number): number {
  const start = codePointStart(text, Math.max(0, at - reach));
  let before = start;
  for (const { index } of graphemes.segment(text.slice(start, at + reach))) {
    if (start + index > at) break;
    before = start + index;
  }
  return before > start ? before : codePointStart(text, at);
}

function codePointStart(text: string, at: number): number {
  return /[\ud800-\udbff]/.test(text.charAt(at - 1)) && /[\udc00-\udfff]/.test(text.charAt(at)) ? at - 1 : at;
}
