import {
  boxContentKey,
  createContentKey,
  createId,
  encodeEntryContent,
  type EntryContent,
  fromBase64url,
  ObjectType,
  openBoxedContentKey,
  openContent,
  sealContent,
  toBase64url,
} from '@daybook/sdk/crypto';
import type { E2eTestUser, TestUser } from './api.js';
import type { Http } from './http.js';

/** To whom a script seals, as `GET /inbox/recipient` answers it. */
export interface TestRecipient {
  readonly user_id: string;
  readonly tier: 'e2e' | 'uce';
  readonly public_key: string;
}

const place = (userId: string, objectId: string) => ({ userId, objectType: ObjectType.entry, objectId });

/** What a script brings, sealed by itself. */
export function boxed(recipient: TestRecipient, content: Partial<EntryContent> | Uint8Array = {}, id = createId()) {
  const { user_id: userId, tier, public_key } = recipient;
  const contentKey = createContentKey();
  const context = place(userId, id);
  const plaintext =
    content instanceof Uint8Array ? content : encodeEntryContent({ v: 1, content: 'Brought.', ...content });
  const recipientPublicKey = fromBase64url(public_key);
  return {
    id,
    sealed: toBase64url(sealContent({ tier, contentKey, context: { ...context, version: 1 }, plaintext })),
    boxed_key: toBase64url(boxContentKey({ tier, recipientPublicKey, context, contentKey })),
  };
}

/** What an item of an e2e user says: opened as the user's client does. */
export function unboxed({ id: userId, account }: E2eTestUser, item: { id: string; sealed: string; boxed_key: string }) {
  const context = place(userId, item.id);
  const contentKey = openBoxedContentKey({
    tier: 'e2e',
    recipient: account.identity.x25519,
    context,
    boxed: fromBase64url(item.boxed_key),
  });
  const sealed = fromBase64url(item.sealed);
  const plaintext = openContent({ tier: 'e2e', contentKey, context: { ...context, version: 1 }, sealed });
  return JSON.parse(new TextDecoder().decode(plaintext)) as EntryContent;
}

/** An API key of the user's that can do nothing but fill the inbox, in the hands of a script. */
export async function newScript(user: TestUser): Promise<{ http: Http; recipient: TestRecipient; keyId: string }> {
  const { body } = await user.post('/auth/api-keys', { name: 'script', scopes: ['inbox:write'] });
  const http = user.withToken(body.key);
  return { http, recipient: (await http.get('/inbox/recipient')).body, keyId: body.id };
}
