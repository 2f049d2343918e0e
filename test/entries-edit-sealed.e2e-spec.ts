import { envelopeHash, fromBase64url, toBase64url } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { change, ofLength, sealedChange, sealedDraft, stored, withByte } from './harness/entries.js';
import { verifiedLedger } from './harness/ledger.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

const KIB = 1024;
const put = (user: TestUser, id: string, body: object, match?: string) => change(user, 'PUT', id, body, match);
const patch = (user: TestUser, id: string, body: object, match?: string) => change(user, 'PATCH', id, body, match);

describe('changing an entry of an e2e diary', () => {
  const api = useApi();
  let ada: TestUser;
  let eve: E2eTestUser;

  beforeAll(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
  });

  const sealed = async (more: object = {}) => (await eve.post('/entries', { ...sealedDraft(eve), ...more })).body;
  const rows = (user: TestUser, id: string) => stored(api.database, user, id);

  it.each(['PUT', 'PATCH'])('by %s stores what its client sealed, byte by byte', async (method) => {
    const before = await sealed({ kind: 'dream' });
    const next = { ...sealedChange(eve, before), entry_date: '2026-11-22' };
    const { status, body, headers } = await change(eve, method, before.id, next);
    expect([status, headers.get('etag')]).toEqual([200, '"2"']);
    const { wrapped_key, kind } = before;
    expect(body).toMatchObject({ ...next, wrapped_key, kind: method === 'PATCH' ? kind : 'diary' });
    const third = sealedChange(eve, body);
    expect(third.prev_envelope_hash).toBe(toBase64url(envelopeHash(fromBase64url(next.sealed))));
    expect((await change(eve, method, before.id, third, '"2"')).body).toMatchObject(third);
    await verifiedLedger(api.database, eve.id);
  });

  it('keeps day, kind and tag tokens that PATCH does not name, and PUT clears them', async () => {
    const tokens = ['AAAAAAAAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBBBBBBBA'];
    const before = await sealed({ tag_tokens: tokens, kind: 'dream', entry_date: '2026-11-21' });
    const { body: patched } = await patch(eve, before.id, sealedChange(eve, before));
    expect(patched).toMatchObject({ kind: 'dream', entry_date: '2026-11-21' });
    expect(patched.tag_tokens.toSorted()).toEqual(tokens);
    const { body: other } = await patch(eve, before.id, {
      ...sealedChange(eve, patched),
      tag_tokens: [tokens[1]],
      entry_date: null,
    });
    expect(other).toMatchObject({ tag_tokens: [tokens[1]], entry_date: null });
    const { body: replaced } = await put(eve, before.id, sealedChange(eve, other));
    expect(replaced).toMatchObject({ tag_tokens: [], kind: 'diary', entry_date: null });
    expect((await eve.get(`/entries/${before.id}`)).body.tag_tokens).toEqual([]);
  });

  it.each([
    ['the stored version', 1],
    ['the version after the next', 3],
  ])('is a conflict when %s was sealed', async (_what, version) => {
    const entry = await sealed();
    const before = await rows(eve, entry.id);
    if (version === 1) {
      expectInvalid(await put(eve, entry.id, { ...sealedChange(eve, entry), version }), '#/version');
    } else {
      const answer = await put(eve, entry.id, { ...sealedChange(eve, entry), version });
      expectProblem(answer, 412, 'entries/conflict');
      expect(answer.body.current_version).toBe(1);
    }
    expect(await rows(eve, entry.id)).toEqual(before);
  });

  it('is a conflict when another device was quicker', async () => {
    const entry = await sealed();
    const [mine, theirs] = [sealedChange(eve, entry), sealedChange(eve, entry, { content: 'From the phone.' })];
    expect((await put(eve, entry.id, theirs)).status).toBe(200);
    const before = await rows(eve, entry.id);
    for (const method of ['PUT', 'PATCH']) {
      const answer = await change(eve, method, entry.id, mine);
      expectProblem(answer, 412, 'entries/conflict');
      expect(answer.body.current_version).toBe(2);
    }
    expect(await rows(eve, entry.id)).toEqual(before);
  });

  it('is refused on another envelope than the stored one', async () => {
    const entry = await sealed();
    const before = await rows(eve, entry.id);
    for (const prev_envelope_hash of [
      withByte(sealedChange(eve, entry).prev_envelope_hash, 31, 0),
      entry.prev_envelope_hash,
    ])
      expectInvalid(
        await put(eve, entry.id, { ...sealedChange(eve, entry), prev_envelope_hash }),
        '#/prev_envelope_hash',
      );
    expect(await rows(eve, entry.id)).toEqual(before);
  });

  it('may bring another content key, ten in all, and no eleventh', async () => {
    let entry = await sealed();
    const keys = new Set([entry.wrapped_key]);
    for (let version = 2; version <= 10; version++) {
      const { body } = await put(eve, entry.id, sealedChange(eve, entry, {}, { withNewKey: true }));
      expect(body.version).toBe(version);
      keys.add((entry = body).wrapped_key);
    }
    expect(keys.size).toBe(10);
    const before = await rows(eve, entry.id);
    const eleventh = sealedChange(eve, entry, {}, { withNewKey: true });
    for (const method of ['PUT', 'PATCH']) {
      const answer = await change(eve, method, entry.id, eleventh);
      expectProblem(answer, 422, 'entries/too-many-content-keys');
      expect(answer.body.limit).toBe(10);
    }
    expect(await rows(eve, entry.id)).toEqual(before);
    // Under the key that is there, or the first one, it goes on.
    expect((await put(eve, entry.id, sealedChange(eve, entry))).body.version).toBe(11);
  });

  it('may have the tenth key again, as it is stored', async () => {
    let entry = await sealed();
    const first = entry;
    for (let n = 2; n <= 10; n++)
      entry = (await put(eve, entry.id, sealedChange(eve, entry, {}, { withNewKey: true }))).body;
    const underFirst = sealedChange(eve, { ...entry, wrapped_key: first.wrapped_key });
    const { status, body } = await put(eve, entry.id, { ...underFirst, wrapped_key: first.wrapped_key });
    expect([status, body.wrapped_key]).toEqual([200, first.wrapped_key]);
  });

  it.each<[string, (sound: Record<string, string>) => object, string]>([
    ['another magic', (sound) => ({ ...sound, sealed: withByte(sound['sealed'] ?? '', 1, 0) }), '#/sealed'],
    ['another kind', (sound) => ({ ...sound, sealed: withByte(sound['sealed'] ?? '', 3, 5) }), '#/sealed'],
    ['the other tier', (sound) => ({ ...sound, sealed: withByte(sound['sealed'] ?? '', 5, 1) }), '#/sealed'],
    ['another suite', (sound) => ({ ...sound, sealed: withByte(sound['sealed'] ?? '', 4, 3) }), '#/sealed'],
    [
      'a length of no padding',
      (sound) => ({ ...sound, sealed: ofLength(sound['sealed'] ?? '', 48 + 257 + 16) }),
      '#/sealed',
    ],
    [
      'more than 300 KiB',
      (sound) => ({ ...sound, sealed: ofLength(sound['sealed'] ?? '', 300 * KIB + 1) }),
      '#/sealed',
    ],
    ['nothing sealed', (sound) => ({ ...sound, sealed: undefined }), '#/sealed'],
    [
      'a key of another tier',
      (sound) => ({ ...sound, wrapped_key: withByte(sound['wrapped_key'] ?? '', 5, 1) }),
      '#/wrapped_key',
    ],
    [
      'a key under another master key',
      (sound) => ({ ...sound, wrapped_key: withByte(sound['wrapped_key'] ?? '', 8, 0) }),
      '#/wrapped_key',
    ],
    ['a short tag token', (sound) => ({ ...sound, tag_tokens: ['AAAA'] }), '#/tag_tokens/0'],
    ['51 tag tokens', (sound) => ({ ...sound, tag_tokens: Array(51).fill('AAAAAAAAAAAAAAAAAAAAAA') }), '#/tag_tokens'],
    ['a title in the clear', (sound) => ({ ...sound, title: 'Winter' }), '#/title'],
  ])('is refused at the gate with %s', async (_fault, broken, pointer) => {
    const entry = await sealed();
    const before = await rows(eve, entry.id);
    const sound = sealedChange(eve, entry, {}, { withNewKey: true });
    for (const method of ['PUT', 'PATCH'])
      expectInvalid(await change(eve, method, entry.id, broken(sound as never)), pointer);
    expect(await rows(eve, entry.id)).toEqual(before);
  });

  it('is refused in the clear, as a uce one is when it is sealed', async () => {
    const [plain, entry] = [(await ada.post('/entries', { content: 'First snow.' })).body, await sealed()];
    const before = [await rows(ada, plain.id), await rows(eve, entry.id)];
    for (const method of ['PUT', 'PATCH']) {
      const inTheClear = await change(eve, method, entry.id, { content: 'Dear diary' });
      expectInvalid(inTheClear, '#/sealed');
      expect(inTheClear.text).not.toContain('Dear');
      expectInvalid(await change(ada, method, plain.id, sealedChange(eve, entry)), '#/sealed');
    }
    expect([await rows(ada, plain.id), await rows(eve, entry.id)]).toEqual(before);
  });
});
