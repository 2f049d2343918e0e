import { Daybook, DaybookProblem, type EntryDraft, type EntryQuery, type Fetch, type Tier } from '@daybook/sdk';
import { createId } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from '../harness/api.js';
import { meddling, snow } from './meddling.js';

const tiers: readonly Tier[] = ['uce', 'e2e'];

/** An entry with all that the newest client can write. */
const full: EntryDraft = {
  ...snow,
  kind: 'weekly_review',
  data: { rating: 7, highlights: ['Snow'] },
  language: 'de',
};

describe('the SDK', () => {
  const api = useApi();
  const credentials = (tier: Tier, email: string) => {
    const native = { kdf: weakestKdf, argon2: nativeArgon2 };
    return { url: api.origin, tier, email, password: PASSWORD, ...native };
  };
  const signUp = async (tier: Tier, options: { fetch?: Fetch; retry?: { delayMs: number } } = {}) => {
    const email = api.newEmail();
    const { daybook } = await Daybook.signUp({ ...credentials(tier, email), ...options });
    return { email, daybook, second: () => Daybook.signIn(credentials(tier, email)) };
  };
  const factsOf = ({ tags = [], ...draft }: EntryDraft) => ({ ...draft, tags });
  const problemOf = (call: Promise<unknown>) => call.then(String, (error: DaybookProblem) => error.type ?? error);

  describe.each(tiers)('for an account of tier %s', (tier) => {
    it('writes and reads all that an entry has', async () => {
      const { daybook, second } = await signUp(tier);
      const written = await daybook.entries.write({ ...full, source: 'app', external_id: '7' });
      expect(written).toMatchObject({ ...full, source: 'app', external_id: '7', deleted_at: null });
      const { history_head: _, ...entry } = written;
      expect(await (await second()).entries.read(written.id)).toEqual(entry);
    });

    it('writes tags that differ in case or spaces as one', async () => {
      const { daybook } = await signUp(tier);
      const { tags } = await daybook.entries.write({ content: 'x', tags: [' Winter', 'WINTER ', 'Snow'] });
      expect(tags).toEqual(['Winter', 'Snow']);
    });

    it('brings in once what a source calls by the same name', async () => {
      const { daybook } = await signUp(tier);
      const first = await daybook.entries.write({ content: 'One.', source: 'app', external_id: '7' });
      const second = await daybook.entries.write({ content: 'Other.', source: 'app', external_id: '7' });
      expect(second).toMatchObject({ id: first.id, content: 'One.' });
      const [result] = await daybook.entries.writeAll([{ content: 'Third.', source: 'app', external_id: '7' }]);
      expect(result).toMatchObject({ status: 200, entry: { id: first.id, content: 'One.' } });
    });

    it('replaces an entry: what is not said any more is cleared', async () => {
      const { daybook, second } = await signUp(tier);
      const { id } = await daybook.entries.write(full);
      const replaced = await daybook.entries.replace(id, {
        content: 'Thaw.',
        entry_date: '2026-11-22',
        tags: ['rain'],
      });
      const said = { content: 'Thaw.', entry_date: '2026-11-22', tags: ['rain'], kind: 'diary', version: 2 };
      const cleared = { title: null, mood: null, location: null, data: null, language: null };
      expect(replaced).toMatchObject({ ...said, ...cleared, history_head: { seq: 3 } });
      const { history_head: _, ...entry } = replaced;
      expect(await (await second()).entries.read(id)).toEqual(entry);
      expect((await daybook.entries.replace(id, { content: 'No day.' })).entry_date).toBeNull();
    });

    it('changes some of an entry: what is not said stays, what is null is cleared', async () => {
      const { daybook, second } = await signUp(tier);
      const { id } = await daybook.entries.write(full);
      const patched = await daybook.entries.patch(id, { mood: null, tags: ['rain'], title: 'Regen', language: null });
      expect(patched).toMatchObject({
        ...full,
        mood: null,
        tags: ['rain'],
        title: 'Regen',
        language: null,
        version: 2,
      });
      const { history_head: _, ...entry } = patched;
      expect(await (await second()).entries.read(id)).toEqual(entry);
      const undated = await daybook.entries.patch(id, { entry_date: null, location: null, tags: null });
      expect(undated).toMatchObject({ entry_date: null, location: null, tags: [], data: full.data, version: 3 });
    });

    it('does not overwrite what it has not seen', async () => {
      const { daybook, second } = await signUp(tier);
      const { id } = await daybook.entries.write(snow);
      const other = await second();
      await other.entries.patch(id, { content: 'Other.' }, { version: 1 });
      const conflict = { type: 'entries/conflict', status: 412, extensions: { current_version: 2 } };
      const calls = [
        daybook.entries.patch(id, { content: 'Late.' }, { version: 1 }),
        daybook.entries.replace(id, { content: 'Late.' }, { version: 1 }),
        daybook.entries.revert(id, 1, { version: 1 }),
        daybook.entries.remove(id, { version: 1 }),
        daybook.entries.erase(id, 1),
      ];
      for (const call of calls) await expect(call).rejects.toMatchObject(conflict);
      expect(await daybook.entries.read(id)).toMatchObject({ content: 'Other.', version: 2 });
    });

    it('changes what is there now when no version is said, however many change it at once', async () => {
      const { daybook, second } = await signUp(tier);
      const { id } = await daybook.entries.write(snow);
      const other = await second();
      const [mood, title] = await Promise.all([
        daybook.entries.patch(id, { mood: 'calm' }),
        other.entries.patch(id, { title: 'Both' }),
      ]);
      expect([mood.version, title.version].toSorted((a, b) => a - b)).toEqual([2, 3]);
      expect(await daybook.entries.read(id)).toMatchObject({ mood: 'calm', title: 'Both', version: 3 });
    });

    it('keeps earlier versions, opens them, and makes one current again', async () => {
      const { daybook, second } = await signUp(tier);
      const { id } = await daybook.entries.write(full);
      await daybook.entries.patch(id, { content: 'Two.', tags: ['x'] });
      await daybook.entries.replace(id, { content: 'Three.' });
      const { data, next_cursor } = await daybook.entries.versions(id, { limit: 2 });
      expect(data.map(({ version }) => version)).toEqual([3, 2]);
      const rest = await daybook.entries.versions(id, { cursor: next_cursor ?? '' });
      expect(rest.data.map(({ version }) => version)).toEqual([1]);
      const other = await second();
      const first = await other.entries.version(id, 1);
      expect(first).toMatchObject({ ...factsOf(full), version: 1 });
      expect(await other.entries.version(id, 2)).toMatchObject({ content: 'Two.', tags: ['x'], title: full.title });
      expect(await other.entries.version(id, 3)).toMatchObject({ content: 'Three.', tags: [] });
      expect(await problemOf(other.entries.version(id, 4))).toBe('entries/version-not-found');

      const reverted = await other.entries.revert(id, 1);
      expect(reverted).toMatchObject({ ...factsOf(full), version: 4 });
      expect((await daybook.entries.query({ tags: ['WINTER'] })).data).toHaveLength(1);
      const history = await daybook.entries.history(id);
      expect(history.data.map(({ type }) => type)).toEqual(['created', 'updated', 'updated', 'reverted']);
    });

    it('puts entries into the trash and takes them out, and erases them for good', async () => {
      const { daybook } = await signUp(tier);
      const { id } = await daybook.entries.write(snow);
      const removed = await daybook.entries.remove(id);
      expect(removed).toMatchObject({ id, deleted_at: expect.any(String), history_head: { seq: 3 } });
      expect((await daybook.entries.list()).data).toEqual([]);
      expect((await daybook.entries.query({ deleted: true })).data).toMatchObject([snow]);
      expect(await problemOf(daybook.entries.patch(id, { mood: 'x' }))).toBe('entries/in-trash');
      expect(await daybook.entries.restore(id)).toMatchObject({ ...snow, deleted_at: null, history_head: { seq: 4 } });
      expect(await daybook.entries.erase(id, 1)).toMatchObject({ deleted_at: null, history_head: { seq: 5 } });
      expect(await problemOf(daybook.entries.read(id))).toBe('entries/erased');
      expect(await problemOf(daybook.entries.write({ ...snow, id }))).toBe('entries/erased');
    });

    it('asks the same questions in both tiers, over all pages', async () => {
      const { daybook, second } = await signUp(tier);
      const moods = ['Calm', 'joy', undefined];
      const places = ['Bristol', undefined, 'Neu-Ulm', '東京'];
      const drafts = Array.from({ length: 24 }, (_, n): EntryDraft => {
        const [mood, name] = [moods[n % 3], places[n % 4]];
        return {
          content: String(n),
          entry_date: `2026-11-${String(1 + (n % 9)).padStart(2, '0')}`,
          kind: n % 2 ? 'note' : 'diary',
          tags: n % 5 ? ['Garden', `t${n % 3}`] : [],
          ...(mood !== undefined && { mood }),
          ...(name !== undefined && { location: { name } }),
          ...(n % 3 && { source: 'app' }),
        };
      });
      await daybook.entries.writeAll(drafts);
      const other = await second();
      const found = async (query: EntryQuery) => {
        const contents: number[] = [];
        for await (const { content } of other.entries.all({ ...query, pageSize: 3 })) contents.push(Number(content));
        return new Set(contents);
      };
      const wanted = (is: (draft: EntryDraft) => boolean) =>
        new Set(drafts.flatMap((draft, n) => (is(draft) ? n : [])));
      expect(await found({})).toEqual(wanted(() => true));
      expect(await found({ tags: ['GARDEN', ' T1'] })).toEqual(wanted(({ tags }) => tags?.includes('t1') ?? false));
      expect(await found({ mood: ' calm' })).toEqual(wanted(({ mood }) => mood === 'Calm'));
      expect(await found({ location: 'ULM' })).toEqual(wanted(({ location }) => location?.name === 'Neu-Ulm'));
      expect(await found({ mood: 'joy', location: '京', kind: 'note' })).toEqual(
        wanted(({ mood, location, kind }) => mood === 'joy' && location?.name === '東京' && kind === 'note'),
      );
      expect(await found({ source: 'app', from: '2026-11-02', to: '2026-11-04' })).toEqual(
        wanted(
          ({ source, entry_date = '' }) => source === 'app' && entry_date >= '2026-11-02' && entry_date <= '2026-11-04',
        ),
      );
      expect(await found({ tags: ['never'] })).toEqual(new Set());
    });

    it('writes hundreds of entries in a few calls, each with its result, and again without harm', async () => {
      const { fetch, sent } = meddling((body) => body);
      const { daybook } = await signUp(tier, { fetch });
      const drafts = Array.from({ length: 310 }, (_, n) => ({ id: createId(), content: `Entry ${n}`, tags: ['many'] }));
      sent.splice(0);
      const results = await daybook.entries.writeAll(drafts);
      expect(sent.filter(({ url }) => url.endsWith('/batch'))).toHaveLength(2);
      expect(results.map((result) => ('entry' in result ? result.entry.content : result))).toEqual(
        drafts.map(({ content }) => content),
      );
      expect(new Set(results.map(({ status }) => status))).toEqual(new Set([201]));
      const again = await daybook.entries.writeAll([...drafts.slice(0, 3), { ...drafts[3], content: 'Other.' }]);
      expect(again.map(({ status }) => status)).toEqual([200, 200, 200, 409]);
      expect(again[3]).toMatchObject({ problem: { type: 'entries/id-taken' } });
      expect(again[3]).toHaveProperty('problem', expect.any(DaybookProblem));
      expect(await daybook.entries.writeAll([])).toEqual([]);
    });

    it('keeps under the size of a call when entries are long', async () => {
      const { fetch, sent } = meddling((body) => body);
      const { daybook } = await signUp(tier, { fetch });
      const drafts = Array.from({ length: 18 }, (_, n) => ({ content: `${n}${'é'.repeat(120_000)}` }));
      sent.splice(0);
      const results = await daybook.entries.writeAll(drafts);
      expect(results.map(({ status }) => status)).toEqual(drafts.map(() => 201));
      expect(sent.length).toBeGreaterThan(1);
      for (const { body } of sent) expect(Buffer.byteLength(body)).toBeLessThan(4 * 1024 * 1024);
    });

    it('reads many entries by their ids', async () => {
      const { daybook } = await signUp(tier);
      const results = await daybook.entries.writeAll(['a', 'b', 'c'].map((content) => ({ content })));
      const [a, b, c] = results.map((result) => ('entry' in result ? result.entry.id : ''));
      await daybook.entries.erase(b ?? '', 1);
      const missing = Array.from({ length: 305 }, () => createId());
      const set = await daybook.entries.readMany([c ?? '', ...missing, a ?? '', b ?? '', (c ?? '').toUpperCase()]);
      expect(set.data.map(({ content }) => content).toSorted()).toEqual(['a', 'c']);
      expect([set.erased, set.missing]).toEqual([[b], missing]);
    });

    it('lists tags by name, with how many entries have each', async () => {
      const { daybook, second } = await signUp(tier);
      await daybook.entries.write({ content: 'x', tags: ['zebra', 'Éclair'] });
      const { id } = await daybook.entries.write({ content: 'y', tags: ['apple', 'ZEBRA'] });
      await daybook.entries.remove(id);
      const expected = [
        { name: 'apple', entries: 0 },
        { name: 'Éclair', entries: 1 },
        { name: 'zebra', entries: 1 },
      ];
      expect(await daybook.entries.tags()).toMatchObject(expected);
      const other = await second();
      const tags = await other.entries.tags();
      expect(tags).toMatchObject(expected);
      expect((await other.entries.query({ tag_id: tags[2]?.id ?? '' })).data).toMatchObject([{ content: 'x' }]);
    });

    it('has the calendar, this day in other years, and the kinds', async () => {
      const { daybook } = await signUp(tier);
      for (const entry_date of ['2024-11-21', '2025-11-21', '2026-11-20', '2026-11-21'])
        await daybook.entries.write({ content: entry_date, entry_date });
      const days = { from: '2026-11-01', to: '2026-11-30', today: '2026-11-22' };
      const { data, streak } = await daybook.entries.calendar(days);
      expect(data.map(({ day }) => day)).toEqual(['2026-11-20', '2026-11-21']);
      expect(streak.current).toEqual({ days: 2, first: '2026-11-20', last: '2026-11-21' });
      const same = await daybook.entries.onThisDay('2026-11-21');
      expect(same.map(({ content }) => content)).toEqual(['2025-11-21', '2024-11-21']);
      const kinds = await daybook.entries.kinds();
      expect(kinds.find(({ kind }) => kind === 'weekly_review')).toMatchObject({ questions: expect.any(Array) });
    });

    it('stops where the caller wants it to', async () => {
      const { daybook } = await signUp(tier);
      const signal = AbortSignal.abort(new Error('enough'));
      const { id } = await daybook.entries.write(snow);
      for (const call of [
        daybook.entries.patch(id, { mood: 'x' }, { signal }),
        daybook.entries.query({ signal }),
        daybook.entries.writeAll([snow], { signal }),
        daybook.entries.tags({ signal }),
        daybook.entries.version(id, 1, { signal }),
      ])
        await expect(call).rejects.toThrow('enough');
      expect((await daybook.entries.read(id)).version).toBe(1);
    });
  });

  it('renames and removes tags of a uce diary; those of an e2e one are in its entries alone', async () => {
    const { daybook } = await signUp('uce');
    const { id } = await daybook.entries.write({ content: 'x', tags: ['Garden'] });
    const [tag] = await daybook.entries.tags();
    expect(await daybook.entries.renameTag(tag?.id ?? '', 'Balcony')).toMatchObject({ name: 'Balcony', entries: 1 });
    expect(await daybook.entries.read(id)).toMatchObject({ tags: ['Balcony'], version: 2 });
    expect(await daybook.entries.removeTag(tag?.id ?? '')).toMatchObject({ entries: 1 });
    expect(await daybook.entries.tags()).toEqual([]);
    const eve = (await signUp('e2e')).daybook;
    await eve.entries.write({ content: 'x', tags: ['Garden'] });
    const [sealed] = await eve.entries.tags();
    expect(await problemOf(eve.entries.renameTag(sealed?.id ?? '', 'Balcony'))).toBe('tiers/not-in-your-tier');
  });
});
