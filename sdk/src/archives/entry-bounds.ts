import type { EntryLocation } from '../entry.js';
import type { FoundEntry } from './found.js';
import { type Fields, numberOf, textOf } from './json.js';

/* What the API takes (its document has the same numbers). */
const titleLengthMax = 500;
const contentBytesMax = 256 * 1024;
const tagsMax = 50;
const tagLengthMax = 100;
const placeLengthMax = 200;

const encoder = new TextEncoder();

type Draft = FoundEntry['draft'];

/**
 * A draft that the API takes, with nothing lost but tags that cannot be: a title that is too long becomes the first line.
 * Undefined when the text is too long.
 */
export function withinBounds(draft: Draft): Draft | undefined {
  const { title, content, tags, ...rest } = draft;
  const isTitle = title !== undefined && title.length <= titleLengthMax;
  const body = title === undefined || isTitle ? content : `${title}\n\n${content}`.trim();
  const text = wellFormed(body);
  if (encoder.encode(text).length > contentBytesMax) return undefined;
  const kept = (tags ?? []).filter(isTag).slice(0, tagsMax);
  return {
    ...rest,
    ...(isTitle && { title: wellFormed(title) }),
    content: text,
    ...(kept.length > 0 && { tags: kept.map(wellFormed) }),
  };
}

const isTag = (tag: string) => tag.normalize('NFKC').trim() !== '' && tag.length <= tagLengthMax;

/** A place, as far as it says one. */
export function locationOf(names: readonly (string | undefined)[], coordinates: Fields): EntryLocation | undefined {
  const latitude = within(90, numberOf(coordinates['latitude']));
  const longitude = within(180, numberOf(coordinates['longitude']));
  const name = textOf(
    cut(wellFormed([...new Set(names.filter((part) => part !== undefined))].join(', ')), placeLengthMax),
  );
  const isPoint = latitude !== undefined && longitude !== undefined;
  if (name === undefined && !isPoint) return undefined;
  return { ...(name !== undefined && { name }), ...(isPoint && { latitude, longitude }) };
}

const within = (bound: number, value: number | undefined) =>
  value !== undefined && Math.abs(value) <= bound ? value : undefined;

/** Not in the middle of a character. */
const cut = (text: string, length: number) => text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');

/** A lone surrogate has no bytes in UTF-8, and would come back as something else. */
const wellFormed = (text: string) => text.replaceAll(/\p{Surrogate}/gu, '\uFFFD');
