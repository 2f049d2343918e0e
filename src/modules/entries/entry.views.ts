import { type EntryContent, toBase64url } from '@daybook/sdk/crypto';
import type { EntryView, UceDraft } from './entries.schema.js';
import type { EntryEntity } from './entry.entity.js';

const answered = (entry: EntryEntity) => ({
  id: entry.id,
  kind: entry.kind,
  entry_date: entry.entryDate,
  source: entry.source,
  version: entry.version,
  prev_envelope_hash: toBase64url(entry.prevEnvelopeHash),
  created_at: entry.createdAt.toISOString(),
  updated_at: entry.updatedAt.toISOString(),
});

export const toE2eView = (entry: EntryEntity): EntryView => ({
  ...answered(entry),
  tier: 'e2e',
  sealed: toBase64url(entry.sealed),
  wrapped_key: toBase64url(entry.wrappedKey),
});

export const toUceView = (entry: EntryEntity, content: EntryContent): EntryView => {
  const { title = null, content: text, mood = null, tags = [], location = null } = content;
  // What was sealed here was checked here; the answer's schema checks it once more on its way out.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { ...answered(entry), tier: 'uce', title, content: text, mood, tags: [...tags], location: location as never };
};

/** What of a draft goes into the envelope. */
export const contentOf = ({ title, content, mood, tags, location }: UceDraft): EntryContent => ({
  v: 1,
  ...(title !== undefined && { title }),
  content,
  ...(mood !== undefined && { mood }),
  ...(tags !== undefined && { tags }),
  ...(location !== undefined && { location }),
});
