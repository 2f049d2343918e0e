import { distinctTags, type EntryContent, toBase64url } from '@daybook/sdk/crypto';
import type { MediaId } from '../media/media.schema.js';
import type { EntryView, Written } from './entries.schema.js';
import type { EntryEntity } from './entry.entity.js';

const answered = (entry: EntryEntity, mediaIds: readonly MediaId[]) => ({
  id: entry.id,
  kind: entry.kind,
  entry_date: entry.entryDate,
  source: entry.source,
  external_id: entry.externalId,
  version: entry.version,
  prev_envelope_hash: toBase64url(entry.prevEnvelopeHash),
  created_at: entry.createdAt.toISOString(),
  updated_at: entry.updatedAt.toISOString(),
  deleted_at: entry.deletedAt?.toISOString() ?? null,
  media_ids: [...mediaIds],
  media_count: mediaIds.length,
});

export const toE2eView = (
  entry: EntryEntity,
  tagTokens: readonly Uint8Array[],
  mediaIds: readonly MediaId[],
): EntryView => ({
  ...answered(entry, mediaIds),
  tier: 'e2e',
  sealed: toBase64url(entry.sealed),
  wrapped_key: toBase64url(entry.wrappedKey),
  tag_tokens: tagTokens.map(toBase64url),
});

/** The parts of a uce entry's content, as they are answered; `null` for what is not there. */
export const toContentView = (content: EntryContent) => {
  const { title = null, content: text, mood = null, location = null, data = null, language = null } = content;
  // What was sealed here was checked here; the answer's schema checks it once more on its way out.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return {
    title,
    content: text,
    mood,
    tags: [...(content.tags ?? [])],
    location: location as never,
    data: data as never,
    language,
  };
};

export const toUceView = (entry: EntryEntity, content: EntryContent, mediaIds: readonly MediaId[]): EntryView => ({
  ...answered(entry, mediaIds),
  tier: 'uce',
  ...toContentView(content),
});

/** What of a writing goes into the envelope. Tags too, so that an older version still has those it had. */
export const contentOf = ({ title, content, mood, tags, location, data, language }: Written): EntryContent => ({
  v: 1,
  ...(title !== undefined && { title }),
  content,
  ...(mood !== undefined && { mood }),
  ...(tags !== undefined && { tags: distinctTags(tags) }),
  ...(location !== undefined && { location }),
  ...(data !== undefined && { data }),
  ...(language !== undefined && { language }),
});

/** The other way round: what was written, from what was sealed. */
export const writtenOf = ({ content, ...entry }: EntryContent, kind: Written['kind']): Written => {
  const { title, mood, tags, location, data, language } = entry;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sealed here, checked here
  return { kind, title, content, mood, tags, location: location as never, data: data as never, language };
};
