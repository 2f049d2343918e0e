import { createId, tagToken, toBase64url } from '@daybook/sdk/crypto';
import { E2eTestUser, type TestUser } from './api.js';
import { sealedDraft } from './entries.js';

const BATCH = 300;

/** An entry as its writer thinks of it, in either tier. */
export interface Noted {
  readonly id: string;
  readonly content: string;
  readonly entry_date?: string;
  readonly kind?: string;
  readonly source?: string;
  readonly tags?: readonly string[];
  readonly mood?: string;
  readonly location?: { readonly name: string };
}

/** An entry with an id of its own. */
export const noted = (entry: Partial<Noted> = {}): Noted => ({ id: createId(), content: 'First snow.', ...entry });

/** The tokens that an e2e client sends for names of tags. */
export const tokensOf = ({ account }: E2eTestUser, names: readonly string[]): string[] =>
  names.map((name) => toBase64url(tagToken(account.master, name)));

/** What the user's client sends for it: text, or what it sealed. */
export function draftOf(user: TestUser, { id, tags, ...entry }: Noted): object {
  if (!(user instanceof E2eTestUser)) return { id, ...entry, ...(tags && { tags }) };
  const { entry_date, kind, source, ...said } = entry;
  const outside = { ...(entry_date && { entry_date }), ...(kind && { kind }), ...(source && { source }) };
  return {
    ...sealedDraft(user, { ...said, ...(tags && { tags }) }, id),
    ...outside,
    ...(tags && { tag_tokens: tokensOf(user, tags) }),
  };
}

/** Writes many entries, all of which must be new. */
export async function keep(user: TestUser, entries: readonly Noted[]): Promise<void> {
  for (let from = 0; from < entries.length; from += BATCH) {
    const drafts = entries.slice(from, from + BATCH).map((entry) => draftOf(user, entry));
    const { status, body, text } = await user.post('/entries/batch', { entries: drafts });
    const isWritten = status === 200 && body.data.every((one: { status: number }) => one.status === 201);
    if (!isWritten) throw new Error(`not written: ${status} ${text.slice(0, 500)}`);
  }
}
