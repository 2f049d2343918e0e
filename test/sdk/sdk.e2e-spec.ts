import { Daybook, type DaybookProblem, MemorySessionStore, PasswordRefused, SignedOut } from '@daybook/sdk';
import type { Fetch, Tier } from '@daybook/sdk';
import { createId } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from '../harness/api.js';
import { meddling, snow } from './meddling.js';

const accessTokenMs = 15 * 60_000;
const refreshTokenMs = 30 * 24 * 3_600_000;
const tiers: readonly Tier[] = ['uce', 'e2e'];

describe('the SDK', () => {
  const api = useApi();
  const native = { kdf: weakestKdf, argon2: nativeArgon2 };

  const credentials = (tier: Tier, email: string) => ({ url: api.origin, tier, email, password: PASSWORD, ...native });
  const signUp = async (tier: Tier) => {
    const email = api.newEmail();
    return { email, ...(await Daybook.signUp(credentials(tier, email))) };
  };

  describe.each(tiers)('for an account of tier %s', (tier) => {
    it('signs up, and shows ten recovery codes', async () => {
      const { daybook, email, recoveryCodes } = await signUp(tier);
      expect(new Set(recoveryCodes).size).toBe(10);
      expect(daybook.user).toMatchObject({ email, tier });
      expect(await daybook.me()).toEqual(daybook.user);
    });

    it('reads on a second client what was written on the first', async () => {
      const { daybook, email } = await signUp(tier);
      const written = await daybook.entries.write(snow);
      expect(written).toMatchObject({ ...snow, tier, version: 1, source: null, history_head: { seq: 2 } });

      const second = await Daybook.signIn(credentials(tier, email));
      const { history_head: _, ...entry } = written;
      expect(await second.entries.read(written.id)).toEqual(entry);
      expect(await second.entries.list()).toEqual({ data: [entry], next_cursor: null });
    });

    it('goes through all entries page by page, newest day first', async () => {
      const { daybook } = await signUp(tier);
      const days = ['2026-11-03', '2026-11-01', '2026-11-05', '2026-11-02', '2026-11-04'];
      for (const day of days) await daybook.entries.write({ entry_date: day, content: day });
      const contents: string[] = [];
      for await (const { content } of daybook.entries.all({ pageSize: 2 })) contents.push(content);
      expect(contents).toEqual(days.toSorted().toReversed());

      const first = await daybook.entries.list({ limit: 2 });
      const { data } = await daybook.entries.list({ limit: 2, cursor: first.next_cursor ?? '' });
      expect(data.map(({ content }) => content)).toEqual(['2026-11-03', '2026-11-02']);
    });

    it('writes an entry once, however often it is written', async () => {
      const { daybook, email } = await signUp(tier);
      const draft = { ...snow, id: createId() };
      const first = await daybook.entries.write(draft);
      const second = await (await Daybook.signIn(credentials(tier, email))).entries.write(draft);
      expect({ ...second, history_head: null }).toEqual({ ...first, history_head: null });
      await expect(daybook.entries.write({ ...draft, content: 'Other.' })).rejects.toMatchObject({
        name: 'DaybookProblem',
        type: 'entries/id-taken',
        status: 409,
      });
      expect((await daybook.entries.list()).data).toHaveLength(1);
    });

    it('writes an entry once when the answer to the first try is lost', async () => {
      const { email } = await signUp(tier);
      let isLost = false;
      const fetch: Fetch = async (url, init) => {
        const answer = await globalThis.fetch(url, init);
        if (!url.endsWith('/entries') || init.method !== 'POST' || isLost) return answer;
        isLost = true;
        throw new TypeError('the connection was lost');
      };
      const retry = { delayMs: 1 };
      const daybook = await Daybook.signIn({ ...credentials(tier, email), fetch, retry });
      expect(await daybook.entries.write(snow)).toMatchObject(snow);
      expect(isLost).toBe(true);
      expect((await daybook.entries.list()).data).toHaveLength(1);
    });

    it('answers a wrong password, a wrong tier and an unknown address alike', async () => {
      const { email } = await signUp(tier);
      const other: Tier = tier === 'uce' ? 'e2e' : 'uce';
      const refused = { name: 'DaybookProblem', type: 'auth/invalid-credentials', status: 401 };
      const known = credentials(tier, email);
      await expect(Daybook.signIn({ ...known, password: 'not the password' })).rejects.toMatchObject(refused);
      await expect(Daybook.signIn({ ...known, tier: other })).rejects.toMatchObject(refused);
      await expect(Daybook.signIn({ ...known, email: api.newEmail() })).rejects.toMatchObject(refused);
    });

    it('refuses passwords under 8 characters, and says when an address is taken', async () => {
      const { email } = await signUp(tier);
      await expect(Daybook.signUp({ ...credentials(tier, email), password: '1234567' })).rejects.toThrow(
        PasswordRefused,
      );
      await expect(Daybook.signUp(credentials(tier, email))).rejects.toMatchObject({ type: 'auth/email-taken' });
    });

    it('carries the problem of a refused entry, and nothing of what was sent', async () => {
      const { daybook } = await signUp(tier);
      const missing = createId();
      await expect(daybook.entries.read(missing)).rejects.toMatchObject({ type: 'entries/not-found', status: 404 });
      const error = await daybook.entries
        .write({ content: 'A secret.', entry_date: 'yesterday' })
        .then(String, (refused: DaybookProblem) => refused);
      expect(error).toMatchObject({ type: 'request/invalid', status: 422, errors: [{ pointer: '#/entry_date' }] });
      expect(`${error.toString()} ${JSON.stringify(error)}`).not.toMatch(/secret|yesterday/);
    });

    it('signs out: at the server, here, and in the store', async () => {
      const store = new MemorySessionStore();
      const { email } = await signUp(tier);
      const daybook = await Daybook.signIn({ ...credentials(tier, email), store });
      const token = (await store.load())?.tokens.access_token;
      await daybook.signOut();
      await daybook.signOut();
      await expect(daybook.entries.write(snow)).rejects.toThrow(SignedOut);
      await expect(daybook.entries.list()).rejects.toThrow(SignedOut);
      await expect(Daybook.resume({ url: api.origin, store })).rejects.toMatchObject({ reason: 'no-session' });
      expect((await api.http.get('/auth/me', { token })).status).toBe(401);
    });

    it('offers every other call, typed and signed in', async () => {
      const { daybook, email } = await signUp(tier);
      const { data, response } = await daybook.api.GET('/api/v1/auth/me');
      expect({ status: response.status, email: data?.email }).toEqual({ status: 200, email });
    });
  });

  describe('resuming', () => {
    it('takes no more than the store for uce', async () => {
      const store = new MemorySessionStore();
      const { email, daybook } = await signUp('uce');
      await daybook.entries.write(snow);
      await Daybook.signIn({ ...credentials('uce', email), store });
      const stored = JSON.stringify(await store.load());
      const resumed = await Daybook.resume({ url: `${api.origin}/`, store });
      expect((await resumed.entries.list()).data).toHaveLength(1);
      expect(stored).not.toContain(PASSWORD);
    });

    it('needs the master key for e2e, which is stored only when the app says so', async () => {
      const store = new MemorySessionStore();
      const { email } = await signUp('e2e');
      const daybook = await Daybook.signIn({ ...credentials('e2e', email), store });
      await daybook.entries.write(snow);
      expect(await store.load()).not.toHaveProperty('master_key');
      await expect(Daybook.resume({ url: api.origin, store })).rejects.toMatchObject({ reason: 'keys-not-kept' });

      await daybook.keepMasterKey();
      const resumed = await Daybook.resume({ url: api.origin, store });
      expect((await resumed.entries.list()).data).toMatchObject([snow]);
    });

    it('never sends a session to another server', async () => {
      const store = new MemorySessionStore();
      const { email } = await signUp('uce');
      await Daybook.signIn({ ...credentials('uce', email), store });
      const elsewhere = Daybook.resume({ url: 'https://elsewhere.example', store });
      await expect(elsewhere).rejects.toMatchObject({ reason: 'no-session' });
    });
  });

  // Last, because they move the clock of the server that all tests here share.
  describe('after a while', () => {
    it.each(tiers)('refreshes the tokens of a %s session once, and goes on', async (tier) => {
      const store = new MemorySessionStore();
      const { email } = await signUp(tier);
      const { fetch, sent } = meddling((body) => body);
      const daybook = await Daybook.signIn({ ...credentials(tier, email), store, fetch });
      const before = (await store.load())?.tokens;
      api.advance(accessTokenMs + 1_000);
      await Promise.all([1, 2, 3, 4].map((n) => daybook.entries.write({ ...snow, content: `Entry ${n}` })));
      expect((await daybook.entries.list()).data).toHaveLength(4);
      expect(sent.filter(({ url }) => url.endsWith('/auth/refresh'))).toHaveLength(1);
      expect((await store.load())?.tokens.refresh_token).not.toBe(before?.refresh_token);
    });

    it.each(tiers)('is signed out of a %s session once it has ended, and drops the tokens', async (tier) => {
      const store = new MemorySessionStore();
      const { email } = await signUp(tier);
      const daybook = await Daybook.signIn({ ...credentials(tier, email), store });
      api.advance(refreshTokenMs + 1_000);
      await expect(daybook.entries.list()).rejects.toThrow(SignedOut);
      await expect(daybook.me()).rejects.toThrow(SignedOut);
      expect(await store.load()).toBeUndefined();
    });
  });
});
