import { Daybook, DaybookProblem, MemorySearchStore, type SealedCard, type SearchStore, type Tier } from '@daybook/sdk';
import { createId } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from '../harness/api.js';
import { everyHit } from '../harness/search.js';

describe('searching with the SDK', () => {
  const api = useApi();
  const account = (tier: Tier, email: string, searchStore: SearchStore = new MemorySearchStore()) => ({
    url: api.origin,
    tier,
    email,
    password: PASSWORD,
    kdf: weakestKdf,
    argon2: nativeArgon2,
    searchStore,
  });
  const signUp = async (tier: Tier, searchStore?: SearchStore) => {
    const email = api.newEmail();
    const { daybook } = await Daybook.signUp(account(tier, email, searchStore));
    return { email, daybook };
  };
  const contents = async (daybook: Daybook, query: string) =>
    (await everyHit(daybook, { query, sort: 'newest' })).map(({ entry }) => entry.content);
  const remove = async (daybook: Daybook, id: string) => {
    const { response } = await daybook.api.DELETE('/api/v1/entries/{id}', { params: { path: { id } } });
    expect(response.status).toBe(200);
  };

  describe.each<Tier>(['uce', 'e2e'])('a diary of the tier %s', (tier) => {
    it('finds what was written before and after the first search, and nothing that is in the trash', async () => {
      const { daybook } = await signUp(tier);
      await daybook.entries.write({ content: 'Rain at first.', entry_date: '2026-01-01', tags: ['wet'] });
      expect(await contents(daybook, 'rain')).toEqual(['Rain at first.']);
      const { id } = await daybook.entries.write({ content: 'It rained again.', entry_date: '2026-01-02' });
      expect(await contents(daybook, 'rain')).toEqual(['It rained again.', 'Rain at first.']);
      await remove(daybook, id);
      expect(await contents(daybook, 'rain')).toEqual(['Rain at first.']);
    });

    it('answers in the same form', async () => {
      const { daybook } = await signUp(tier);
      const written = await daybook.entries.write({
        entry_date: '2026-01-01',
        title: 'Rain',
        content: 'And so on.',
        mood: 'calm',
        tags: ['wet'],
      });
      const { history_head: _, ...entry } = written;
      const page = await daybook.search({ query: 'rain &', tags: ['Wet'], mood: 'Calm', from: '2026-01-01', limit: 1 });
      expect(page).toEqual({
        data: [
          {
            entry,
            score: page.data[0]?.score,
            highlights: [{ field: 'title', text: 'Rain', ranges: [{ start: 0, end: 4 }] }],
          },
        ],
        next_cursor: null,
        complete: true,
        notes: ['Left out: there is no letter and no digit to look for (character 6).'],
      });
    });

    it('refuses what cannot be read, in the same words', async () => {
      const { daybook } = await signUp(tier);
      for (let n = 0; n < 3; n++) await daybook.entries.write({ content: `Rain ${n}.` });
      const refused = async (request: Parameters<Daybook['search']>[0]) => {
        const problem = await daybook.search(request).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (!(problem instanceof DaybookProblem)) throw new Error('it was not refused');
        return [problem.status, problem.type, ...problem.errors.map(({ pointer }) => pointer)];
      };
      const refusal = (pointer: string) => [422, 'request/invalid', pointer];
      expect(await refused({ query: '"rain' })).toEqual(refusal('#/query'));
      expect(await refused({ query: '🌧️' })).toEqual(refusal('#/query'));
      expect(await refused({ query: 'word '.repeat(10_000) })).toContain('#/query');
      expect(await refused({ query: 'rain', limit: 0 })).toEqual(refusal('#/limit'));
      const { next_cursor: cursor } = await daybook.search({ query: 'rain', limit: 2 });
      if (cursor === null) throw new Error('there is no second page');
      expect(await refused({ query: 'sun', cursor })).toEqual(refusal('#/cursor'));
      expect(await refused({ query: 'rain', cursor: 'nonsense' })).toEqual(refusal('#/cursor'));
      expect((await daybook.search({ query: 'rain', cursor })).data).toHaveLength(1);
      expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('rain');
    });

    it('is not searched by whoever is signed out', async () => {
      const { daybook } = await signUp(tier);
      await daybook.search({ query: 'rain' });
      await daybook.signOut();
      await expect(daybook.search({ query: 'rain' })).rejects.toMatchObject({ name: 'SignedOut' });
    });
  });

  describe('in the e2e tier', () => {
    /** Everything that a store was given, and ways to spoil it. */
    class WatchedStore extends MemorySearchStore {
      loads = 0;
      readonly puts: SealedCard[] = [];

      override async load() {
        this.loads++;
        return super.load();
      }

      override async put(cards: readonly SealedCard[]) {
        this.puts.push(...cards);
        await super.put(cards);
      }
    }

    it('keeps its index in the store, sealed, and makes no card twice', async () => {
      const store = new WatchedStore();
      const { email, daybook } = await signUp('e2e', store);
      const drafts = ['Marmalade and toast.', 'More marmalade.', 'Coffee.'].map((content) => ({
        id: createId(),
        content,
      }));
      for (const draft of drafts) await daybook.entries.write({ ...draft, title: 'Breakfast', tags: ['kitchen'] });
      expect(await contents(daybook, 'marmalade')).toHaveLength(2);
      await daybook.searchIndex.saved();
      const versions = store.puts.map(({ id, version }) => `${id} ${version}`);
      expect(versions.toSorted()).toEqual(drafts.map(({ id }) => `${id} 1`).toSorted());
      for (const { sealed, wrappedKey } of store.puts)
        expect(Buffer.concat([sealed, wrappedKey]).toString('latin1')).not.toMatch(
          /marmal|toast|coffe|breakfast|kitchen/i,
        );

      const second = await Daybook.signIn(account('e2e', email, store));
      expect(await contents(second, 'marmalade')).toHaveLength(2);
      await second.searchIndex.saved();
      expect([store.loads, store.puts.length]).toEqual([2, 3]);
    });

    it('drops cards that do not open, and makes them again', async () => {
      const store = new WatchedStore();
      const { email, daybook } = await signUp('e2e', store);
      await daybook.entries.write({ content: 'Marmalade.' });
      await daybook.search({ query: 'x' });
      await daybook.searchIndex.saved();
      const [card] = store.puts;
      if (!card) throw new Error('nothing was kept');
      await store.put([
        { ...card, sealed: card.sealed.with(60, (card.sealed[60] ?? 0) ^ 1) },
        { ...card, id: createId() },
      ]);
      const second = await Daybook.signIn(account('e2e', email, store));
      expect(await contents(second, 'marmalade')).toEqual(['Marmalade.']);
      await second.searchIndex.saved();
      expect(await store.load()).toEqual([{ ...card, sealed: expect.any(Uint8Array) }]);
    });

    it('hears of other devices when it is refreshed', async () => {
      const { email, daybook } = await signUp('e2e');
      const { id } = await daybook.entries.write({ content: 'Rain here.', entry_date: '2026-01-01' });
      expect(await contents(daybook, 'rain')).toEqual(['Rain here.']);
      const other = await Daybook.signIn(account('e2e', email));
      await other.entries.write({ content: 'Rain there.', entry_date: '2026-01-02' });
      await remove(other, id);
      expect(await contents(daybook, 'rain')).toEqual([]);
      await daybook.searchIndex.refresh();
      expect(await contents(daybook, 'rain')).toEqual(['Rain there.']);
    });

    it('goes on when its store fails, and says so to whoever asks', async () => {
      const failing: SearchStore = {
        load: () => Promise.resolve([]),
        put: () => Promise.reject(new Error('the disk is full')),
        delete: () => Promise.resolve(),
      };
      const { daybook } = await signUp('e2e', failing);
      await daybook.entries.write({ content: 'Rain.' });
      expect(await contents(daybook, 'rain')).toEqual(['Rain.']);
      await expect(daybook.searchIndex.saved()).rejects.toThrow('the disk is full');
      await expect(daybook.searchIndex.saved()).resolves.toBeUndefined();
    });
  });
});
