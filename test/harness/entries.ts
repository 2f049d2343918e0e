import { createId, type EntryContent, sealEntry, toBase64url } from '@daybook/sdk/crypto';
import type { E2eTestUser } from './api.js';

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
