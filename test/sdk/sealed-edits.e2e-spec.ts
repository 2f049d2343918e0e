import { Daybook, type EntryDraft, type Fetch, type Schemas } from '@daybook/sdk';
import {
  createId,
  envelopeHash,
  fromBase64url,
  type MasterKey,
  openEntry,
  sealEntry,
  toBase64url,
} from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from '../harness/api.js';
import { meddling, snow } from './meddling.js';

/** An entry with all that the newest client can write. */
const full: EntryDraft = {
  ...snow,
  kind: 'weekly_review',
  data: { rating: 7, highlights: ['Snow'] },
  language: 'de',
};

describe('the SDK, changing sealed entries', () => {
  const api = useApi();
  const credentials = (email: string) => {
    const native = { kdf: weakestKdf, argon2: nativeArgon2 };
    return { url: api.origin, tier: 'e2e', email, password: PASSWORD, ...native } as const;
  };
  const signUp = async (options: { fetch?: Fetch; retry?: { delayMs: number } } = {}) => {
    const email = api.newEmail();
    const { daybook } = await Daybook.signUp({ ...credentials(email), ...options });
    return { email, daybook };
  };

  const isPatch = (url: string, init: RequestInit) => url.includes('/entries/') && init.method === 'PATCH';

  it('sends no word of an entry, of a change, or of a question', async () => {
    const { fetch, sent } = meddling((body) => body);
    const { daybook } = await signUp({ fetch });
    const { id } = await daybook.entries.write({ ...full, title: 'Zanzibar' });
    await daybook.entries.patch(id, { mood: 'Zanzibar', tags: ['Zanzibar'] });
    await daybook.entries.replace(id, { content: 'Zanzibar', tags: ['Zanzibar'] });
    await daybook.entries.revert(id, 1);
    await daybook.entries.query({ tags: ['Zanzibar'], mood: 'Zanzibar', location: 'Zanzibar' });
    await daybook.entries.writeAll([{ content: 'Zanzibar', tags: ['Zanzibar'] }]);
    expect(JSON.stringify(sent)).not.toMatch(/zanzibar|schnee|bristol|winter/i);
    const patch = JSON.parse(sent.findLast(({ body }) => body.includes('"version":2'))?.body ?? '{}');
    expect(Object.keys(patch).toSorted()).toEqual(['prev_envelope_hash', 'sealed', 'tag_tokens', 'version']);
  });

  /** An entry by a client of tomorrow, in the account of today's. */
  const fromTomorrow = async (daybook: Daybook, master: MasterKey) => {
    const id = createId();
    const place = { tier: 'e2e', master, userId: daybook.user.id, entryId: id, version: 1 } as const;
    const content = { v: 1, title: 'T', content: 'x', weather: { sky: 'grey' }, 'a/b': [1] } as const;
    const { sealed, wrappedKey } = sealEntry({ ...place, content });
    const body = { id, kind: 'diary', sealed: toBase64url(sealed), wrapped_key: toBase64url(wrappedKey) } as const;
    await daybook.api.POST('/api/v1/entries', { body });
    return { id, sealed };
  };

  it('keeps fields that it does not know, in every change', async () => {
    const eve = await api.newE2eUser();
    const daybook = await Daybook.signIn(credentials(eve.email));
    const { id } = await fromTomorrow(daybook, eve.account.master);
    const contentOf = async (version: number) => {
      const path = { params: { path: { id, version } } };
      const { data } = await daybook.api.GET('/api/v1/entries/{id}/versions/{version}', path);
      const wire = data as Extract<Schemas['EntryVersion'], { tier: 'e2e' }>;
      return openEntry({
        tier: 'e2e',
        master: eve.account.master,
        userId: eve.id,
        entryId: id,
        version,
        sealed: fromBase64url(wire.sealed),
        wrappedKey: fromBase64url(wire.wrapped_key),
        ...(version > 1 && { previousHash: fromBase64url(wire.prev_envelope_hash) }),
      });
    };
    const unknown = { weather: { sky: 'grey' }, 'a/b': [1] };
    await daybook.entries.patch(id, { mood: 'calm' });
    expect(await contentOf(2)).toEqual({ v: 1, title: 'T', content: 'x', mood: 'calm', ...unknown });
    await daybook.entries.patch(id, { mood: null, title: null });
    expect(await contentOf(3)).toEqual({ v: 1, content: 'x', ...unknown });
    await daybook.entries.replace(id, { content: 'z', title: 'N' });
    expect(await contentOf(4)).toEqual({ v: 1, title: 'N', content: 'z', ...unknown });
    await daybook.entries.revert(id, 1);
    expect(await contentOf(5)).toEqual(await contentOf(1));
  });

  it('stays under one content key, and follows the version before', async () => {
    const { daybook } = await signUp();
    const { id } = await daybook.entries.write(snow);
    const wire = async () => {
      const { data } = await daybook.api.GET('/api/v1/entries/{id}', { params: { path: { id } } });
      return data as Extract<Schemas['Entry'], { tier: 'e2e' }>;
    };
    const before = await wire();
    await daybook.entries.patch(id, { content: 'Two.' });
    const after = await wire();
    expect(after.wrapped_key).toBe(before.wrapped_key);
    expect(after.prev_envelope_hash).toBe(toBase64url(envelopeHash(fromBase64url(before.sealed))));
  });

  it('makes a change once though the answer was lost', async () => {
    let lost = 0;
    const fetch: Fetch = async (url, init) => {
      const answer = await globalThis.fetch(url, init);
      if (!isPatch(url, init) || lost > 0) return answer;
      lost++;
      throw new TypeError('the connection was lost');
    };
    const { daybook } = await signUp({ fetch, retry: { delayMs: 1 } });
    const { id } = await daybook.entries.write(snow);
    expect(await daybook.entries.patch(id, { mood: 'calm' })).toMatchObject({ mood: 'calm', version: 2 });
    expect([lost, (await daybook.entries.versions(id)).data.length]).toEqual([1, 2]);
  });

  it('builds on no entry that was put in the place of another, and takes no other answer for its own', async () => {
    const isEntry = (url: string) => /entries\/[0-9a-f-]+$/.test(url);
    const { email, daybook } = await signUp();
    const [one, two] = [await daybook.entries.write(snow), await daybook.entries.write({ content: 'Other.' })];
    const wires: Record<string, object> = {};
    for (const { id } of [one, two]) {
      const { data } = await daybook.api.GET('/api/v1/entries/{id}', { params: { path: { id } } });
      wires[id] = data ?? {};
    }
    const swapped = meddling((body, url) => (isEntry(url) ? { ...wires[two.id], id: one.id } : body));
    const liar = await Daybook.signIn({ ...credentials(email), fetch: swapped.fetch });
    await expect(liar.entries.patch(one.id, { mood: 'x' })).rejects.toMatchObject({ reason: 'does-not-open' });
    expect(swapped.sent.some(({ body }) => body.includes('prev_envelope_hash'))).toBe(false);

    const stale = meddling((body, url) => (isEntry(url) && body.version === 2 ? { ...body, ...wires[one.id] } : body));
    const other = await Daybook.signIn({ ...credentials(email), fetch: stale.fetch });
    await expect(other.entries.patch(one.id, { mood: 'x' })).rejects.toMatchObject({ reason: 'other-content' });
  });

  it('opens no version that is another than the one that was asked for', async () => {
    const { email, daybook } = await signUp();
    const { id } = await daybook.entries.write(snow);
    await daybook.entries.patch(id, { content: 'Two.' });
    const isVersion = (url: string) => /versions\/\d+$/.test(url);
    const clientWith = async (change: (body: Schemas['EntryVersion']) => object) => {
      const { fetch } = meddling((body, url) => (isVersion(url) ? change(body) : body));
      return Daybook.signIn({ ...credentials(email), fetch });
    };
    const renumbered = await clientWith((body) => ({ ...body, version: 1 }));
    await expect(renumbered.entries.version(id, 2)).rejects.toMatchObject({ reason: 'id' });
    await expect(renumbered.entries.version(id, 1)).resolves.toMatchObject({ content: snow.content });
    const moved = await clientWith((body) => ({ ...body, version: 2 }));
    await expect(moved.entries.version(id, 1)).rejects.toMatchObject({ reason: 'id' });
    await expect(moved.entries.revert(id, 1)).rejects.toMatchObject({ reason: 'id' });
    const hash = toBase64url(new Uint8Array(32));
    const unhashed = await clientWith((body) => ({ ...body, envelope_hash: hash }));
    await expect(unhashed.entries.version(id, 1)).rejects.toMatchObject({ reason: 'does-not-open' });
  });
});
