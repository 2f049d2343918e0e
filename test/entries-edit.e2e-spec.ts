import { createId, toBase64url } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { change, sealedChange, sealedDraft, stored } from './harness/entries.js';
import { verifiedLedger } from './harness/ledger.js';
import { expectInvalid, expectProblem, pointersOf, withoutInstance } from './harness/problems.js';

const KIB = 1024;
const full = {
  kind: 'daily_reflection',
  entry_date: '2026-11-21',
  title: 'Winter',
  content: 'First snow.',
  mood: 'calm',
  tags: ['garden', 'cat'],
  location: { name: 'Home', latitude: 48.2, longitude: 16.37 },
  data: { went_well: ['The bread.'], energy: 3 },
  language: 'en',
};
const nothing = { entry_date: null, title: null, mood: null, tags: [], location: null, data: null, language: null };

const put = (user: TestUser, id: string, body: object, match?: string) => change(user, 'PUT', id, body, match);
const patch = (user: TestUser, id: string, body: object, match?: string) => change(user, 'PATCH', id, body, match);

describe('changing an entry', () => {
  const api = useApi();
  let ada: TestUser;
  let bob: TestUser;
  let eve: E2eTestUser;

  beforeAll(async () => {
    [ada, bob, eve] = [await api.newUser(), await api.newUser(), await api.newE2eUser()];
  });

  const written = async (body: object = full) => {
    const answer = await ada.post('/entries', body);
    expect(answer.status).toBe(201);
    const { history_head: _, ...entry } = answer.body;
    return entry;
  };
  const rows = (user: TestUser, id: string) => stored(api.database, user, id);

  describe('by PUT', () => {
    it('replaces all of it: what is absent is cleared', async () => {
      const before = await written({ ...full, source: 'web', external_id: createId() });
      const answer = await put(ada, before.id, { content: 'Second snow.' });
      expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"2"']);
      const { history_head: head, ...after } = answer.body;
      expect(head).toEqual({ seq: expect.any(Number), hash: expect.stringMatching(/^[\w-]{43}$/) });
      expect(after).toEqual({
        ...before,
        ...nothing,
        kind: 'diary',
        content: 'Second snow.',
        version: 2,
        prev_envelope_hash: expect.not.stringMatching(before.prev_envelope_hash),
        updated_at: expect.any(String),
      });
      const read = await ada.get(`/entries/${before.id}`);
      expect([read.body, read.headers.get('etag')]).toEqual([after, '"2"']);
    });

    it('takes the whole of what an entry can have', async () => {
      const { id } = await written({ content: 'x' });
      expect((await put(ada, id, full)).body).toMatchObject({ ...full, version: 2 });
    });

    it.each([
      ['an id', { id: createId() }, '#/id'],
      ['another source', { source: 'cli' }, '#/source'],
      ['another external id', { external_id: 'x' }, '#/external_id'],
      ['a version', { version: 2 }, '#/version'],
      ['no content', { content: undefined }, '#/content'],
      ['empty content and no data', { content: '' }, '#/content'],
      ['empty content and empty data', { kind: 'daily_reflection', content: '', data: {} }, '#/content'],
      ['a null', { title: null }, '#/title'],
      ['a title of 501 characters', { title: 't'.repeat(501) }, '#/title'],
      ['content of 256 KiB and a byte', { content: 'x'.repeat(256 * KIB + 1) }, '#/content'],
      ['51 tags', { tags: Array.from({ length: 51 }, (_, n) => `tag ${n}`) }, '#/tags'],
      ['a language that is none', { language: 'German' }, '#/language'],
      ['data of a kind without a schema', { kind: 'dream', data: {} }, '#/data'],
      ['data with an answer of another kind', { kind: 'weekly_review', data: { energy: 3 } }, '#/data/energy'],
      ['data out of its bounds', { kind: 'weekly_review', data: { rating: 11 } }, '#/data/rating'],
      ['data with 21 lines', { kind: 'weekly_review', data: { highlights: Array(21).fill('x') } }, '#/data/highlights'],
      ['data with an empty line', { kind: 'weekly_review', data: { highlights: [''] } }, '#/data/highlights/0'],
      ['data that is a list', { kind: 'weekly_review', data: [] }, '#/data'],
    ])('is refused with %s, and nothing is changed', async (_fault, change, pointer) => {
      const { id } = await written();
      const before = await rows(ada, id);
      expectInvalid(await put(ada, id, { content: 'Second snow.', ...change }), pointer);
      expect(await rows(ada, id)).toEqual(before);
    });

    it.each([
      ['256 KiB of content', { content: 'x'.repeat(256 * KIB) }],
      ['a title of 500 characters', { title: '🌨'.repeat(500) }],
      ['50 tags', { tags: Array.from({ length: 50 }, (_, n) => `${n + 10}${'🐈'.repeat(98)}`) }],
      ['data alone', { kind: 'morning_pages', content: '', data: { on_my_mind: 'Snow.' } }],
      ['as much data as fits a kind', { kind: 'daily_reflection', data: muchData() }],
    ])('may have %s', async (_what, change) => {
      const { id } = await written();
      expect((await put(ada, id, { content: 'x', ...change })).status).toBe(200);
      expect((await ada.get(`/entries/${id}`)).body).toMatchObject(change);
    });
  });

  describe('by PATCH (RFC 7396)', () => {
    it('leaves what is absent as it was', async () => {
      const before = await written();
      const { status, body, headers } = await patch(ada, before.id, { mood: 'wild' });
      expect([status, headers.get('etag')]).toEqual([200, '"2"']);
      const { history_head: _, ...after } = body;
      const { prev_envelope_hash, updated_at } = after;
      expect(after).toEqual({ ...before, mood: 'wild', version: 2, prev_envelope_hash, updated_at });
    });

    it('changes nothing but the version when it says nothing', async () => {
      const before = await written();
      expect((await patch(ada, before.id, {})).body).toMatchObject({ ...full, version: 2 });
    });

    it.each(['entry_date', 'title', 'mood', 'tags', 'location', 'data', 'language'])(
      'clears %s by null, and it alone',
      async (field) => {
        const { id } = await written();
        const cleared = field === 'tags' ? [] : null;
        const { status, body } = await patch(ada, id, { [field]: null });
        expect([status, body]).toEqual([200, expect.objectContaining({ ...full, [field]: cleared })]);
        expect((await ada.get(`/entries/${id}`)).body).toMatchObject({ ...full, [field]: cleared });
      },
    );

    it('takes places, data and tags whole: they are not merged', async () => {
      const { id } = await written();
      const change = { location: { latitude: 1 }, data: { learned: 'Patience.' }, tags: ['snow'] };
      const { body } = await patch(ada, id, change);
      expect(body.location).toEqual({ latitude: 1 });
      expect(body.data).toEqual({ learned: 'Patience.' });
      expect(body.tags).toEqual(['snow']);
    });

    it('may change the kind, with data that fits it', async () => {
      const { id } = await written();
      const change = { kind: 'weekly_review', data: { rating: 9 } };
      expect((await patch(ada, id, change)).body).toMatchObject({ ...full, ...change });
      expect((await patch(ada, id, { kind: 'note', data: null })).body).toMatchObject({ kind: 'note', data: null });
    });

    it.each([
      ['another kind, for which the data is not', { kind: 'note' }, '#/data'],
      ['another kind, with other data', { kind: 'weekly_review' }, '#/data/went_well'],
      ['data that its kind does not have', { data: { rating: 3 } }, '#/data/rating'],
      ['no content and no data any more', { content: '', data: null }, '#/content'],
      ['a null as content', { content: null }, '#/content'],
      ['a null as kind', { kind: null }, '#/kind'],
      ['a null within the place', { location: { name: null } }, '#/location/name'],
      ['another source', { source: 'cli' }, '#/source'],
      ['a deletion', { deleted_at: null }, '#/deleted_at'],
    ])('is refused with %s, and nothing is changed', async (_fault, change, pointer) => {
      const { id } = await written();
      const before = await rows(ada, id);
      const answer = await patch(ada, id, change);
      expectProblem(answer, 422, 'request/invalid');
      expect(pointersOf(answer)).toContain(pointer);
      expect(await rows(ada, id)).toEqual(before);
    });
  });

  describe.each(['PUT', 'PATCH'])('with If-Match, by %s', (method) => {
    it.each([
      ['the version that is stored', '"1"'],
      ['any version', '*'],
    ])('is made for %s', async (_what, match) => {
      const { id } = await written();
      expect((await change(ada, method, id, { content: 'x' }, match)).body.version).toBe(2);
    });

    it.each([['"1"'], ['"3"'], ['"999999999999999"']])('is refused for %s of a version 2', async (match) => {
      const { id } = await written();
      await patch(ada, id, { mood: 'wild' });
      const before = await rows(ada, id);
      const answer = await change(ada, method, id, { content: 'x' }, match);
      expectProblem(answer, 412, 'entries/conflict');
      expect(answer.body.current_version).toBe(2);
      expect(await rows(ada, id)).toEqual(before);
    });

    it.each([['1'], ['"0"'], ['W/"1"'], ['"1", "2"'], ['"01"'], ['"-1"'], ['"1.0"'], ['""'], ['"*"'], ['']])(
      'is refused for %s, which is no ETag of ours',
      async (match) => {
        const { id } = await written();
        expectInvalid(await change(ada, method, id, { content: 'x' }, match), '#/header/if-match');
        expect((await ada.get(`/entries/${id}`)).body.version).toBe(1);
      },
    );
  });

  it('counts versions one by one, and chains each to the envelope before', async () => {
    const first = await written();
    let head = 0;
    for (let version = 2; version <= 6; version++) {
      const method = version % 2 === 0 ? 'PUT' : 'PATCH';
      const { body } = await change(ada, method, first.id, { content: `snow ${version}` });
      expect(body.version).toBe(version);
      expect(body.history_head.seq).toBeGreaterThan(head);
      head = body.history_head.seq;
    }
    const { body } = await ada.get(`/entries/${first.id}/versions`);
    expect(body.data.map(({ version }: { version: number }) => version)).toEqual([6, 5, 4, 3, 2, 1]);
    for (const [index, { prev_envelope_hash: hash }] of body.data.entries())
      expect(hash).toBe(body.data[index + 1]?.envelope_hash ?? toBase64url(new Uint8Array(32)));
    await verifiedLedger(api.database, ada.id);
  });

  it('of a diary that is not one’s own looks like changing one that is not there', async () => {
    const { id } = await written();
    for (const [user, body] of [
      [bob, { content: 'x' }],
      [eve, sealedChange(eve, { ...sealedDraft(eve), version: 1 })],
    ] as const)
      for (const method of ['PUT', 'PATCH']) {
        const [theirs, none] = [await change(user, method, id, body), await change(user, method, createId(), body)];
        expectProblem(theirs, 404, 'entries/not-found');
        expect(withoutInstance(theirs)).toBe(withoutInstance(none));
      }
  });

  it.each(['PUT', 'PATCH'])('by %s is not for who is signed out, and not for a key that only reads', async (method) => {
    const { id } = await written();
    const name = `reader ${method}`;
    const { body } = await ada.post('/auth/api-keys', { name, scopes: ['entries:read'] });
    const change = JSON.stringify({ content: 'x' });
    const asKey = await ada.send(method, `/entries/${id}`, change, { token: body.key });
    expectProblem(asKey, 403, 'auth/insufficient-scope');
    expectProblem(await ada.send(method, `/entries/${id}`, change, { token: undefined }), 401, 'auth/signed-out');
    expect((await ada.get(`/entries/${id}`)).body.version).toBe(1);
  });

  it('by a revert, and a look at versions, is not for who may not either', async () => {
    const { id } = await written();
    const keyWith = async (scope: string) =>
      (await ada.post('/auth/api-keys', { name: scope, scopes: [scope] })).body.key;
    const [reader, writer] = [await keyWith('entries:read'), await keyWith('entries:write')];
    const revert = (token?: string) => ada.post(`/entries/${id}/versions/1/revert`, {}, { token });
    expectProblem(await revert(reader), 403, 'auth/insufficient-scope');
    expectProblem(await revert(), 401, 'auth/signed-out');
    for (const path of [
      `/entries/${id}`,
      `/entries/${id}/versions`,
      `/entries/${id}/versions/1`,
      `/entries/${id}/history`,
    ]) {
      expect((await ada.get(path, { token: reader })).status).toBe(200);
      expectProblem(await ada.get(path, { token: writer }), 403, 'auth/insufficient-scope');
      expectProblem(await ada.get(path, { token: undefined }), 401, 'auth/signed-out');
    }
    expect((await ada.get(`/entries/${id}`)).body.version).toBe(1);
    expect((await revert(writer)).body.version).toBe(2);
  });

  it('is locked for a session that has no key, whether the entry is there or not', async () => {
    const grace = await api.newUser();
    const { body } = await grace.post('/entries', full);
    await api.database.look("DELETE FROM slots WHERE user_id = $1 AND kind = 'access'", [grace.id]);
    const before = await rows(grace, body.id);
    for (const id of [body.id, createId()]) {
      expectProblem(await put(grace, id, { content: 'x' }), 423, 'auth/locked');
      expectProblem(await patch(grace, id, { content: 'x' }), 423, 'auth/locked');
      expectProblem(await grace.get(`/entries/${id}`), 423, 'auth/locked');
      expectProblem(await grace.get(`/entries/${id}/versions`), 423, 'auth/locked');
      expectProblem(await grace.get(`/entries/${id}/versions/1`), 423, 'auth/locked');
      expectProblem(await grace.post(`/entries/${id}/versions/1/revert`, {}), 423, 'auth/locked');
      expectProblem(await grace.post(`/entries/${id}/restore`), 423, 'auth/locked');
      expectProblem(await grace.send('DELETE', `/entries/${id}`, undefined), 423, 'auth/locked');
    }
    expect(await rows(grace, body.id)).toEqual(before);
  });
});

/** Every answer of a reflection as long as it may be, in characters of four bytes: more than the content itself. */
function muchData() {
  const lines = Array.from({ length: 20 }, () => '🐈'.repeat(500));
  return {
    went_well: lines,
    went_badly: lines,
    grateful_for: lines,
    learned: '🐈'.repeat(5_000),
    tomorrow: '🐈'.repeat(5_000),
  };
}
