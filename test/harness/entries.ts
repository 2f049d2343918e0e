import {
  createId,
  type EntryContent,
  envelopeHash,
  fromBase64url,
  openContentKey,
  sealEntry,
  toBase64url,
} from '@daybook/sdk/crypto';
import type { E2eTestUser, TestUser } from './api.js';
import type { TestDatabase } from './database.js';
import type { Answer } from './http.js';

/** An entry as an e2e client sends it: sealed with its own keys. */
export function sealedDraft(
  { id: userId, account }: E2eTestUser,
  content: Partial<EntryContent> = {},
  id = createId(),
) {
  const entry: EntryContent = { v: 1, content: 'First snow.', ...content };
  const place = { tier: 'e2e', master: account.master, userId, entryId: id, version: 1 } as const;
  const { sealed, wrappedKey } = sealEntry({ ...place, content: entry });
  return { id, sealed: toBase64url(sealed), wrapped_key: toBase64url(wrappedKey) };
}

/** An e2e entry as it was answered, as far as the next version needs it. */
export interface SealedBefore {
  readonly id: string;
  readonly version: number;
  readonly sealed: string;
  readonly wrapped_key: string;
}

/** The version after `before`, sealed by its client: under the same content key, or under a new one with its `wrapped_key`. */
export function sealedChange(
  { id: userId, account }: E2eTestUser,
  before: SealedBefore,
  content: Partial<EntryContent> = {},
  { withNewKey = false } = {},
) {
  const previousHash = envelopeHash(fromBase64url(before.sealed));
  const version = before.version + 1;
  const place = { tier: 'e2e', master: account.master, userId, entryId: before.id, version, previousHash } as const;
  const contentKey = withNewKey ? undefined : openContentKey(place, fromBase64url(before.wrapped_key));
  const entry: EntryContent = { v: 1, content: 'Second snow.', ...content };
  const { sealed, wrappedKey } = sealEntry({ ...place, content: entry, ...(contentKey && { contentKey }) });
  return {
    version,
    prev_envelope_hash: toBase64url(previousHash),
    sealed: toBase64url(sealed),
    ...(withNewKey && { wrapped_key: toBase64url(wrappedKey) }),
  };
}

/** `base64url` with the byte at `at` changed: everything else stays as it was. */
export function withByte(base64url: string, at: number, value: number): string {
  const bytes = Buffer.from(base64url, 'base64url');
  // Random bytes may be that value already: the result differs in any case.
  bytes[at] = bytes[at] === value ? value ^ 0xff : value;
  return bytes.toString('base64url');
}

/** `base64url` cut to, or filled up with zeros to, so many bytes. */
export function ofLength(base64url: string, length: number): string {
  const bytes = Buffer.alloc(length);
  Buffer.from(base64url, 'base64url').copy(bytes);
  return bytes.toString('base64url');
}

/** Changes an entry by PUT or PATCH, on the version `match` where it is given. */
export const change = (user: TestUser, method: string, id: string, body: object, match?: string): Promise<Answer> =>
  user.send(
    method,
    `/entries/${id}`,
    JSON.stringify(body),
    match === undefined ? {} : { headers: { 'if-match': match } },
  );

/** Deletes an entry: into the trash, or for good. */
export const remove = (user: TestUser, id: string, match?: string, query = ''): Promise<Answer> =>
  user.send(
    'DELETE',
    `/entries/${id}${query}`,
    undefined,
    match === undefined ? {} : { headers: { 'if-match': match } },
  );

/** Every row about an entry, and what its owner has beside it: to see that nothing of it changed. */
export function stored({ look }: TestDatabase, { id: userId }: TestUser, id: string): Promise<unknown[]> {
  const row = (rest: string) => look(`SELECT t::text AS row FROM ${rest}`, [userId, id]);
  return Promise.all([
    row('entries t WHERE user_id = $1 AND id = $2'),
    row('entry_versions t WHERE user_id = $1 AND entry_id = $2 ORDER BY version'),
    row('entry_tags t WHERE user_id = $1 AND entry_id = $2 ORDER BY tag_id'),
    row('entry_cards t WHERE user_id = $1 AND entry_id = $2'),
    row('entry_signatures t WHERE user_id = $1 AND entry_id = $2'),
    row('due t WHERE user_id = $1 AND id = $2'),
    row('tombstones t WHERE user_id = $1 AND id = $2'),
    row('ledger_events t WHERE user_id = $1 AND entry_id = $2 ORDER BY seq'),
    row('storage t WHERE user_id = $1 AND $2::uuid IS NOT NULL'),
    row('tags t WHERE user_id = $1 AND $2::uuid IS NOT NULL ORDER BY id'),
  ]);
}

/** How much a user has stored: as it is counted, and as it is. */
export async function room({ look }: TestDatabase, { id }: TestUser): Promise<{ counted: number; stored: number }> {
  const [row] = await look<{ counted: string; stored: string }>(
    `SELECT used_bytes AS counted,
            (SELECT coalesce(sum(octet_length(sealed) + octet_length(wrapped_key)), 0) FROM entries WHERE user_id = $1) +
            (SELECT coalesce(sum(octet_length(sealed) + octet_length(wrapped_key)), 0) FROM entry_versions WHERE user_id = $1)
              AS stored
     FROM storage WHERE user_id = $1`,
    [id],
  );
  return { counted: Number(row?.counted), stored: Number(row?.stored) };
}
