import type { EntryContent } from './crypto/entries.js';
import { distinctTags } from './crypto/tags.js';
import type { EntryData, EntryLocation, EntryPatch, EntryReplacement, EntryText } from './entry.js';

/** The fields of an entry's content that this client knows; it keeps the others. */
const knownFields = ['title', 'content', 'mood', 'tags', 'location', 'data', 'language'] as const;

/** What a client that seals puts into the envelope of a new entry. */
export function contentOf(said: EntryReplacement): EntryContent {
  return { v: 1, ...saidOf(said), content: said.content };
}

/** `before` with all that this client knows said anew; fields that it does not know stay. */
export function replaced(before: EntryContent, replacement: EntryReplacement): EntryContent {
  const known: readonly string[] = knownFields;
  const unknown = Object.entries(before).filter(([field]) => !known.includes(field));
  return { ...Object.fromEntries(unknown), ...contentOf(replacement) };
}

/** `before` with what `patch` says: absent fields stay, null ones go (RFC 7396). Places and data are given whole. */
export function patched(before: EntryContent, patch: EntryPatch): EntryContent {
  const cleared = knownFields.filter((field) => patch[field] === null);
  const kept = Object.entries(before).filter(([field]) => !cleared.some((gone) => gone === field));
  return { ...Object.fromEntries(kept), v: 1, content: before.content, ...saidOf(patch) };
}

/** What another client sealed may have any form in the fields that the format leaves open: what has another one is none. */
export function textOf({ title, content, mood, tags, location, data, language }: EntryContent): EntryText {
  return {
    title: title ?? null,
    content,
    mood: mood ?? null,
    tags: tags ?? [],
    location: locationOf(location),
    data: isRecord(data) ? data : null,
    language: language ?? null,
  };
}

function saidOf(said: EntryPatch): Partial<EntryContent> {
  const given = knownFields.filter((field) => said[field] !== undefined && said[field] !== null);
  const fields = Object.fromEntries(given.map((field) => [field, said[field]]));
  return { ...fields, ...(said.tags && { tags: distinctTags(said.tags) }) };
}

function locationOf(value: unknown): EntryLocation | null {
  if (!isRecord(value)) return null;
  const { name, latitude, longitude }: Partial<Record<keyof EntryLocation, unknown>> = value;
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof latitude === 'number' && { latitude }),
    ...(typeof longitude === 'number' && { longitude }),
  };
}

function isRecord(value: unknown): value is EntryData {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
