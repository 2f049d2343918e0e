import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { change, remove, room, sealedChange, sealedDraft } from './harness/entries.js';
import type { Answer } from './harness/http.js';
import { verifiedLedger } from './harness/ledger.js';

const ENTRIES = 5;
const ROUNDS = 50;
const SMALL_ROUNDS = 5;
const AT_ONCE = 5;
/** Long enough for a slow machine: how many races there are is what counts. */
const PATIENCE_MS = 120_000;

interface Entry {
  readonly id: string;
  readonly version: number;
  readonly sealed: string;
  readonly wrapped_key: string;
}

const statusesOf = (answers: readonly Answer[]) => answers.map(({ status }) => status).toSorted((a, b) => a - b);

describe('two who write on one version of an entry', () => {
  const api = useApi();
  let ada: TestUser;
  let eve: E2eTestUser;

  beforeAll(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
  });

  /** Two edits of the same version at once, told apart by what they say. */
  const writers = {
    uce: {
      user: () => ada,
      draft: (): object => ({ content: 'First snow.' }),
      edits: (entry: Entry) =>
        ['PUT', 'PATCH'].map((method) =>
          change(ada, method, entry.id, { content: `${method} ${entry.version}` }, `"${entry.version}"`),
        ),
    },
    e2e: {
      user: () => eve,
      draft: (): object => sealedDraft(eve),
      edits: (entry: Entry) =>
        ['PUT', 'PATCH'].map((method) => change(eve, method, entry.id, sealedChange(eve, entry, { content: method }))),
    },
  };

  /** Lets two race for every version of an entry, one after the other; what the winners were answered. */
  async function race({ user, draft, edits }: (typeof writers)['uce' | 'e2e']): Promise<Entry[]> {
    const won: Entry[] = [(await user().post('/entries', draft())).body];
    for (let round = 1; round <= ROUNDS; round++) {
      const before = won.at(-1);
      if (!before) throw new Error('nobody has won');
      const answers = await Promise.all(edits(before));
      expect(statusesOf(answers)).toEqual([200, 412]);
      const lost = answers.find(({ status }) => status === 412);
      expect(lost?.body).toMatchObject({ type: 'entries/conflict', current_version: before.version + 1 });
      won.push(answers.find(({ status }) => status === 200)?.body);
    }
    return won;
  }

  it.each(['uce', 'e2e'] as const)(
    'have one winner each, 250 times, and no update of the %s tier is lost',
    async (tier) => {
      const user = writers[tier].user();
      const entries = await Promise.all(Array.from({ length: ENTRIES }, () => race(writers[tier])));
      for (const won of entries) {
        const id = won[0]?.id ?? '';
        expect(won.map(({ version }) => version)).toEqual(Array.from({ length: ROUNDS + 1 }, (_, n) => n + 1));
        for (const { version, ...answered } of won) {
          const { body } = await user.get(`/entries/${id}/versions/${version}`);
          const said = tier === 'uce' ? 'content' : 'sealed';
          expect([version, body[said]]).toEqual([version, (answered as Record<string, unknown>)[said]]);
        }
        const { body: history } = await user.get(`/entries/${id}/history?limit=200`);
        const told = history.data.map(({ type, version }: { type: string; version: number }) => [type, version]);
        expect(told).toEqual(won.map(({ version }) => [version === 1 ? 'created' : 'updated', version]));
      }
      expect(await verifiedLedger(api.database, user.id)).toHaveLength(1 + ENTRIES * (ROUNDS + 1));
      const { counted, stored } = await room(api.database, user);
      expect(counted).toBe(stored);
    },
    PATIENCE_MS,
  );

  it('all have their turn when they name no version: twenty at once are twenty versions', async () => {
    const { body: entry } = await ada.post('/entries', { content: 'First snow.' });
    const texts = Array.from({ length: 20 }, (_, n) => `writer ${n}`);
    const answers = await Promise.all(texts.map((content) => change(ada, 'PUT', entry.id, { content })));
    expect(statusesOf(answers)).toEqual(Array(20).fill(200));
    expect(answers.map(({ body }) => body.version).toSorted((a, b) => a - b)).toEqual(texts.map((_, n) => n + 2));
    for (const { body } of answers)
      expect((await ada.get(`/entries/${entry.id}/versions/${body.version}`)).body.content).toBe(body.content);
  });
});

describe('who changes an entry while somebody else', () => {
  const api = useApi();
  let ada: TestUser;

  beforeAll(async () => {
    ada = await api.newUser();
  });

  /** Two things at once to an entry, again and again: each pair of answers with what is left of it. */
  async function again(
    prepare: (id: string) => Promise<unknown>,
    one: (id: string) => Promise<Answer>,
    other: (id: string) => Promise<Answer>,
  ) {
    const round = async () => {
      const { body } = await ada.post('/entries', { content: '1', tags: ['race'] });
      await prepare(body.id);
      const [first, second] = await Promise.all([one(body.id), other(body.id)]);
      const { body: history } = await ada.get(`/entries/${body.id}/history`);
      const types: string[] = history.data.map(({ type }: { type: string }) => type);
      return { first, second, now: await ada.get(`/entries/${body.id}`), types };
    };
    const seen: Awaited<ReturnType<typeof round>>[] = [];
    // A few at a time: all write in one diary, and who waits too long for their turn is answered 503.
    for (let n = 0; n < SMALL_ROUNDS; n++)
      seen.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => round()))));
    await verifiedLedger(api.database, ada.id);
    const { counted, stored } = await room(api.database, ada);
    expect(counted).toBe(stored);
    return seen;
  }

  const nothing = () => Promise.resolve();

  it('deletes it is either first or refused', async () => {
    const edit = (id: string) => change(ada, 'PUT', id, { content: '2' });
    for (const { first, second, now, types } of await again(nothing, edit, (id) => remove(ada, id))) {
      expect(second.status).toBe(200);
      expect(now.body.deleted_at).toBe(second.body.deleted_at);
      expect([200, 409]).toContain(first.status);
      expect(now.body.content).toBe(first.status === 200 ? '2' : '1');
      expect(types).toEqual(first.status === 200 ? ['created', 'updated', 'deleted'] : ['created', 'deleted']);
    }
  });

  it('erases it is either first, and then nothing is erased, or too late', async () => {
    const edit = (id: string) => change(ada, 'PUT', id, { content: '2' });
    const erase = (id: string) => remove(ada, id, '"1"', '?permanent=true');
    for (const { first, second, now, types } of await again(nothing, edit, erase)) {
      expect([
        [200, 412],
        [410, 200],
      ]).toContainEqual([first.status, second.status]);
      expect(now.status).toBe(first.status);
      expect(types).toEqual(['created', first.status === 200 ? 'updated' : 'erased']);
    }
  });

  it('restores it from the trash, or erases it there: erased is erased', async () => {
    const restore = (id: string) => ada.post(`/entries/${id}/restore`);
    const erase = (id: string) => remove(ada, id, '"1"', '?permanent=true');
    for (const { first, second, now, types } of await again((id) => remove(ada, id), restore, erase)) {
      expect([second.status, now.status, types.at(-1)]).toEqual([200, 410, 'erased']);
      expect([200, 410]).toContain(first.status);
      expect(types.includes('restored')).toBe(first.status === 200);
    }
  });

  it('makes an earlier version current has a version of its own', async () => {
    const prepare = (id: string) => change(ada, 'PUT', id, { content: '2' });
    const edit = (id: string) => change(ada, 'PATCH', id, { content: '3' });
    const revert = (id: string) => ada.post(`/entries/${id}/versions/1/revert`, {});
    for (const { first, second, now, types } of await again(prepare, edit, revert)) {
      expect([first.status, second.status]).toEqual([200, 200]);
      expect([first.body.version, second.body.version].toSorted((a, b) => a - b)).toEqual([3, 4]);
      expect(now.body).toMatchObject({ version: 4, content: first.body.version === 4 ? '3' : '1' });
      expect(types.slice(2)).toEqual(first.body.version === 3 ? ['updated', 'reverted'] : ['reverted', 'updated']);
    }
  });
});
