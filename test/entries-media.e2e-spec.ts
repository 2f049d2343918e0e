import { createId, envelopeHash, sealEntry, toBase64url } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import type { E2eTestUser, TestUser } from './harness/api.js';
import { sealedDraft } from './harness/entries.js';
import { newFile, newUserOf, remove, TIERS, upload, useMedia } from './harness/media.js';
import { expectProblem, pointersOf } from './harness/problems.js';

describe('an entry with media', () => {
  const { api } = useMedia();

  const draftOf = (user: TestUser, more: object = {}, id = createId()) =>
    'account' in user
      ? { ...sealedDraft(user as E2eTestUser, {}, id), ...more }
      : { id, content: 'First snow.', ...more };
  const send = (user: TestUser, method: string, id: string, body: object) =>
    user.send(method, `/entries/${id}`, JSON.stringify(body));
  /** The next version, as a client of the user's tier sends it. */
  const next = (
    user: TestUser,
    before: { id: string; version: number; prev?: string; sealed?: string },
    more: object,
  ) => {
    if (!('account' in user)) return { content: 'Thaw.', ...more };
    const { account } = user as E2eTestUser;
    const place = { tier: 'e2e', master: account.master, userId: user.id, entryId: before.id } as const;
    const previousHash = envelopeHash(Buffer.from(before.sealed ?? '', 'base64url'));
    const { sealed, wrappedKey } = sealEntry({
      ...place,
      version: before.version + 1,
      previousHash,
      content: { v: 1, content: 'Thaw.' },
    });
    return {
      sealed: toBase64url(sealed),
      wrapped_key: toBase64url(wrappedKey),
      version: before.version + 1,
      prev_envelope_hash: toBase64url(previousHash),
      ...more,
    };
  };
  const newMedia = async (user: TestUser): Promise<string> => (await upload(user)).body.id;
  const shown = async (user: TestUser, id: string) => {
    const { media_ids, media_count } = (await user.get(`/entries/${id}`)).body;
    return { media_ids, media_count };
  };

  it.each(TIERS)('names them in their order, and says how many: %s', async (tier) => {
    const user = await newUserOf(api, tier);
    const [a, b, c] = [await newMedia(user), await newMedia(user), await newMedia(user)];
    const { status, body } = await user.post('/entries', draftOf(user, { media_ids: [c, a, b] }));
    expect([status, body.media_ids, body.media_count]).toEqual([201, [c, a, b], 3]);
    expect(await shown(user, body.id)).toEqual({ media_ids: [c, a, b], media_count: 3 });
    expect((await user.get('/entries')).body.data).toMatchObject([{ media_ids: [c, a, b], media_count: 3 }]);
    const none = await user.post('/entries', draftOf(user));
    expect([none.body.media_ids, none.body.media_count]).toEqual([[], 0]);
  });

  it.each(TIERS)('gets others by PUT and PATCH, and keeps them where PATCH says nothing: %s', async (tier) => {
    const user = await newUserOf(api, tier);
    const [a, b] = [await newMedia(user), await newMedia(user)];
    const { body } = await user.post('/entries', draftOf(user, { media_ids: [a] }));
    const { id } = body;
    let entry = body;
    for (const [method, more, expected] of [
      ['PATCH', { media_ids: [b, a] }, [b, a]],
      ['PATCH', {}, [b, a]],
      ['PUT', { media_ids: [a] }, [a]],
      ['PUT', {}, []],
      ['PATCH', { media_ids: [b] }, [b]],
      ['PATCH', { media_ids: [] }, []],
    ] as const) {
      const answer = await send(user, method, id, next(user, entry, more));
      expect([method, more, answer.status, answer.body.media_ids]).toEqual([method, more, 200, expected]);
      expect(await shown(user, id)).toEqual({ media_ids: expected, media_count: expected.length });
      entry = answer.body;
    }
  });

  it.each(TIERS)('is refused with media that are not there to be used, each by its place: %s', async (tier) => {
    const [user, other] = [await newUserOf(api, tier), await api.newUser()];
    const good = await newMedia(user);
    const trashed = await newMedia(user);
    await remove(user, trashed);
    const erased = await newMedia(user);
    await remove(user, erased, '?permanent=true');
    const reserved = (await user.post('/media/upload', newFile(user).announced)).body.id;
    const media_ids = [good, createId(), await newMedia(other), reserved, trashed, erased];
    const faults = [1, 2, 3, 4, 5].map((place) => `#/media_ids/${place}`);
    const refused = await user.post('/entries', draftOf(user, { media_ids }));
    expectProblem(refused, 422, 'request/invalid');
    expect(pointersOf(refused)).toEqual(faults);
    expect((await user.get('/entries')).body.data).toEqual([]);
    const { body } = await user.post('/entries', draftOf(user, { media_ids: [good] }));
    for (const method of ['PUT', 'PATCH']) {
      const answer = await send(user, method, body.id, next(user, body, { media_ids }));
      expect([answer.status, pointersOf(answer)]).toEqual([422, faults]);
    }
    expect((await user.get(`/entries/${body.id}`)).body).toMatchObject({ version: 1, media_ids: [good] });
  });

  it('is refused with more than 100 of them', async () => {
    const ada = await api.newUser();
    const media_ids = Array.from({ length: 101 }, () => createId());
    const answer = await ada.post('/entries', draftOf(ada, { media_ids }));
    expect([answer.status, pointersOf(answer)]).toEqual([422, ['#/media_ids']]);
  });

  it('is found by whether it has any', async () => {
    const ada = await api.newUser();
    const id = await newMedia(ada);
    const withMedia = (await ada.post('/entries', draftOf(ada, { media_ids: [id] }))).body.id;
    const without = (await ada.post('/entries', draftOf(ada))).body.id;
    const idsOf = async (query: string) =>
      (await ada.get(`/entries?${query}`)).body.data.map((e: { id: string }) => e.id);
    expect([await idsOf('has_media=true'), await idsOf('has_media=false')]).toEqual([[withMedia], [without]]);
    const queried = await ada.post('/entries/query', { has_media: true });
    expect(queried.body.data.map((entry: { id: string }) => entry.id)).toEqual([withMedia]);
    await remove(ada, id);
    expect([await idsOf('has_media=true'), await idsOf('has_media=false')]).toEqual([[], [without, withMedia]]);
  });

  it('shows none that are in the trash, shows them again when they are back, and loses those that are erased', async () => {
    const ada = await api.newUser();
    const [a, b] = [await newMedia(ada), await newMedia(ada)];
    const { id, version } = (await ada.post('/entries', draftOf(ada, { media_ids: [a, b] }))).body;
    await remove(ada, a);
    expect(await shown(ada, id)).toEqual({ media_ids: [b], media_count: 1 });
    await ada.post(`/media/${a}/restore`);
    expect(await shown(ada, id)).toEqual({ media_ids: [a, b], media_count: 2 });
    await remove(ada, a, '?permanent=true');
    expect(await shown(ada, id)).toEqual({ media_ids: [b], media_count: 1 });
    expect((await ada.get(`/entries/${id}`)).body.version).toBe(version);
  });

  it('keeps them when an older version is made current again', async () => {
    const ada = await api.newUser();
    const [a, b] = [await newMedia(ada), await newMedia(ada)];
    const { id } = (await ada.post('/entries', draftOf(ada, { media_ids: [a] }))).body;
    await send(ada, 'PATCH', id, { content: 'Thaw.', media_ids: [b] });
    const reverted = await ada.post(`/entries/${id}/versions/1/revert`, {});
    expect(reverted.body).toMatchObject({ content: 'First snow.', version: 3, media_ids: [b] });
  });

  it('leaves its media where they are when it is erased', async () => {
    const ada = await api.newUser();
    const a = await newMedia(ada);
    const { id } = (await ada.post('/entries', draftOf(ada, { media_ids: [a] }))).body;
    const headers = { 'if-match': '"1"' };
    expect((await ada.send('DELETE', `/entries/${id}?permanent=true`, undefined, { headers })).status).toBe(200);
    expect((await ada.get(`/media/${a}`)).body.state).toBe('ready');
    expect(await api.database.look('SELECT FROM entry_media WHERE user_id = $1', [ada.id])).toEqual([]);
  });
});
