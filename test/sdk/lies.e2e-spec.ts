import { AnswerRefused, Daybook, EnvelopeRefused, type Tier } from '@daybook/sdk';
import { describe, expect, it } from '@jest/globals';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from '../harness/api.js';
import { meddling, snow } from './meddling.js';

describe('the SDK, against a server that lies', () => {
  const api = useApi();
  const native = { kdf: weakestKdf, argon2: nativeArgon2 };
  const credentials = (tier: Tier, email: string) => ({ url: api.origin, tier, email, password: PASSWORD, ...native });
  const signUp = async (tier: Tier) => {
    const email = api.newEmail();
    return { email, ...(await Daybook.signUp(credentials(tier, email))) };
  };

  const clientOf = async (change: Parameters<typeof meddling>[0]) => {
    const { daybook, email } = await signUp('e2e');
    const entry = await daybook.entries.write(snow);
    const other = await daybook.entries.write({ content: 'Another day.' });
    const { fetch } = meddling(change);
    const client = await Daybook.signIn({ ...credentials('e2e', email), fetch });
    return { client, entry, other };
  };
  const isEntry = (url: string) => /entries\/[0-9a-f-]+$/.test(url);

  it('opens no envelope that was changed', async () => {
    const { client, entry } = await clientOf((body, url) =>
      isEntry(url)
        ? { ...body, sealed: `${body.sealed.slice(0, 200)}${flip(body.sealed[200])}${body.sealed.slice(201)}` }
        : body,
    );
    const refused = { name: 'AnswerRefused', reason: 'does-not-open', entryId: entry.id };
    await expect(client.entries.read(entry.id)).rejects.toMatchObject(refused);
  });

  it('takes no entry for another one', async () => {
    const answers: unknown[] = [];
    const { client, entry, other } = await clientOf((body, url) => {
      if (!isEntry(url)) return body;
      answers.push(body);
      return answers.length === 1 ? body : { ...(answers[0] as object), id: url.slice(-36) };
    });
    await client.entries.read(other.id);
    await expect(client.entries.read(entry.id)).rejects.toMatchObject({ reason: 'does-not-open' });
  });

  it('takes no plaintext in the place of ciphertext', async () => {
    const { client } = await clientOf((body) =>
      body.data ? { ...body, data: [{ ...body.data[0], ...snow, tier: 'uce', sealed: undefined }] } : body,
    );
    await expect(client.entries.list()).rejects.toThrow(AnswerRefused);
  });

  it('derives no key more cheaply than the floor, and sends nothing of the password', async () => {
    const { email } = await signUp('e2e');
    const { fetch, sent } = meddling((body) => (body.kdf ? { kdf: { ...body.kdf, m_kib: 8 } } : body));
    const signIn = Daybook.signIn({ ...credentials('e2e', email), fetch });
    await expect(signIn).rejects.toMatchObject({ name: 'EnvelopeRefused', rule: 'kdf' });
    await expect(signIn).rejects.toThrow(EnvelopeRefused);
    expect(sent.map(({ url }) => new URL(url).pathname)).toEqual(['/api/v1/auth/prelogin']);
  });

  it('never sends the password of an e2e account, whatever tier the server says', async () => {
    const { email } = await signUp('e2e');
    const { fetch, sent } = meddling((body) => (body.user ? { ...body, user: { ...body.user, tier: 'uce' } } : body));
    const signIn = Daybook.signIn({ ...credentials('e2e', email), fetch });
    await expect(signIn).rejects.toMatchObject({ name: 'AnswerRefused', reason: 'tier' });
    expect(sent).toHaveLength(2);
    expect(JSON.stringify(sent)).not.toContain(PASSWORD);
  });

  it('sends nothing for a caller who forgot the tier', async () => {
    const { fetch, sent } = meddling((body) => body);
    const forgotten = { ...credentials('uce', api.newEmail()), tier: undefined as unknown as Tier, fetch };
    await expect(Daybook.signIn(forgotten)).rejects.toThrow('say the tier');
    await expect(Daybook.signUp(forgotten)).rejects.toThrow('say the tier');
    expect(sent).toEqual([]);
  });

  it('opens no account with keys that are not its own', async () => {
    const { email } = await signUp('e2e');
    const stranger = await signUp('e2e');
    const { identity } = await keysOf(stranger.email);
    type Body = { readonly keys?: object; readonly data?: object };
    const withIdentity = (body: Body) => (body.keys ? { ...body, keys: { ...body.keys, identity } } : body);
    const withLog = (body: Body, url: string) =>
      url.endsWith('/keys/log') ? { ...body, data: [{ n: 1, statement: identity }] } : withIdentity(body);
    for (const [change, rule] of [
      [withIdentity, 'statement-order'],
      [withLog, 'statement-user'],
    ] as const) {
      const signIn = Daybook.signIn({ ...credentials('e2e', email), fetch: meddling(change).fetch });
      await expect(signIn).rejects.toMatchObject({ name: 'EnvelopeRefused', rule });
    }
  });

  it('notices another key log than the one that was pinned', async () => {
    const { email, daybook } = await signUp('e2e');
    const pinned = daybook.keyLogHead;
    expect(pinned?.n).toBe(1);
    const again = await Daybook.signIn({ ...credentials('e2e', email), ...(pinned && { pinned }) });
    expect(again.keyLogHead).toEqual(pinned);
    const other = (await signUp('e2e')).daybook.keyLogHead;
    const signIn = Daybook.signIn({ ...credentials('e2e', email), ...(other && { pinned: other }) });
    await expect(signIn).rejects.toMatchObject({ rule: 'statement-pin' });
  });

  /** The wrapped keys of an account, as its own client gets them. */
  const keysOf = async (email: string) => {
    const seen: { identity: string }[] = [];
    const { fetch } = meddling((body) => {
      if (body.keys) seen.push(body.keys);
      return body;
    });
    await Daybook.signIn({ ...credentials('e2e', email), fetch });
    return seen[0] ?? { identity: '' };
  };
});

/** Another character of base64url. */
const flip = (character: string) => (character === 'A' ? 'B' : 'A');
