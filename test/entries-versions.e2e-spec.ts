import { createId, EnvelopeRefused, fromBase64url, openEntry } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, PASSWORD, type TestUser, useApi } from './harness/api.js';
import { change, remove, room, sealedChange, sealedDraft, stored } from './harness/entries.js';
import { verifiedLedger } from './harness/ledger.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

const states = [
  { kind: 'diary', entry_date: '2026-11-21', title: 'One', content: 'First.', mood: 'calm', tags: ['garden'] },
  { kind: 'dream', entry_date: '2026-11-22', content: 'Second.', tags: ['cat', 'Snow'], location: { name: 'Home' } },
  { kind: 'weekly_review', content: '', data: { rating: 7 }, language: 'de' },
];
const cleared = { title: null, mood: null, tags: [], location: null, data: null, language: null, entry_date: null };

describe('the versions of an entry', () => {
  const api = useApi();
  let ada: TestUser;
  let eve: E2eTestUser;

  beforeAll(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
  });

  const keep = (user: TestUser, versions_kept: number) =>
    user.send('PATCH', '/auth/me', JSON.stringify({ settings: { versions_kept } }));
  const versionsOf = async (user: TestUser, id: string): Promise<number[]> => {
    const { body } = await user.get(`/entries/${id}/versions?limit=200`);
    return body.data.map(({ version }: { version: number }) => version);
  };

  /** An entry that has been in each of the states, the last one current. */
  async function changedEntry(user = ada): Promise<string> {
    const { body } = await user.post('/entries', states[0]);
    for (const state of states.slice(1)) expect((await change(user, 'PUT', body.id, state)).status).toBe(200);
    return body.id;
  }

  /** The same, sealed by its client; every version as it was answered. */
  async function changedSealed(versions = 3) {
    const { body: first } = await eve.post('/entries', sealedDraft(eve, { content: 'sealed 1' }));
    const answers = [first];
    for (let version = 2; version <= versions; version++) {
      const next = sealedChange(eve, answers.at(-1), { content: `sealed ${version}` }, { withNewKey: version === 2 });
      answers.push((await change(eve, 'PUT', first.id, next)).body);
    }
    return answers;
  }

  it('are listed, newest first, page by page, while new ones are made', async () => {
    const { body: entry } = await ada.post('/entries', { content: '1' });
    for (let version = 2; version <= 7; version++) await change(ada, 'PUT', entry.id, { content: String(version) });
    const seen: number[] = [];
    let cursor = '';
    do {
      const { body } = await ada.get(`/entries/${entry.id}/versions?limit=3${cursor}`);
      seen.push(...body.data.map(({ version }: { version: number }) => version));
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
      await change(ada, 'PUT', entry.id, { content: 'Meanwhile.' });
    } while (cursor !== '');
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  it('of an entry that was never changed are one', async () => {
    const { body: entry } = await ada.post('/entries', states[0]);
    const { body } = await ada.get(`/entries/${entry.id}/versions`);
    expect(body).toEqual({ data: [expect.objectContaining({ version: 1, kind: 'diary' })], next_cursor: null });
  });

  it.each(['0', '201', 'x'])('are not listed %s at a time', async (limit) => {
    const id = await changedEntry();
    expectInvalid(await ada.get(`/entries/${id}/versions?limit=${limit}`), '#/query/limit');
  });

  it('are not listed from a cursor of somebody else, or of nobody', async () => {
    const id = await changedEntry();
    const { body } = await ada.get(`/entries/${id}/versions?limit=1`);
    const bob = await api.newUser();
    const own = await changedEntry(bob);
    for (const cursor of [body.next_cursor, 'AAAA', '!'])
      expectInvalid(await bob.get(`/entries/${own}/versions?cursor=${cursor}`), '#/query/cursor');
  });

  it('are each as they were, tags and all', async () => {
    const id = await changedEntry();
    for (const [index, state] of states.entries()) {
      const { status, body } = await ada.get(`/entries/${id}/versions/${index + 1}`);
      expect([status, body]).toEqual([200, expect.objectContaining({ ...cleared, ...state, version: index + 1 })]);
    }
  });

  it('keep the tags that they had when a tag is renamed or taken away', async () => {
    const { body: entry } = await ada.post('/entries', { content: 'x', tags: ['oak', 'elm'] });
    const { body: tags } = await ada.get('/entries/tags');
    const oak = tags.data.find(({ name }: { name: string }) => name === 'oak');
    await ada.send('PATCH', `/entries/tags/${oak.id}`, '{"name":"beech"}');
    await ada.send('DELETE', `/entries/tags/${oak.id}`, undefined);
    const tagsOf = async (version: number) => (await ada.get(`/entries/${entry.id}/versions/${version}`)).body.tags;
    expect([await tagsOf(1), await tagsOf(2), await tagsOf(3)]).toEqual([['oak', 'elm'], ['beech', 'elm'], ['elm']]);
  });

  it('that were sealed by a client open with its key, each in its own place alone', async () => {
    const answers = await changedSealed();
    for (const { id, version, prev_envelope_hash: previous } of answers) {
      const { body } = await eve.get(`/entries/${id}/versions/${version}`);
      const open = (place: object) =>
        openEntry({
          tier: 'e2e',
          master: eve.account.master,
          userId: eve.id,
          entryId: id,
          version,
          ...(version > 1 && { previousHash: fromBase64url(previous) }),
          sealed: fromBase64url(body.sealed),
          wrappedKey: fromBase64url(body.wrapped_key),
          ...place,
        });
      expect(open({})).toEqual({ v: 1, content: `sealed ${version}` });
      expect(() => open({ version: version + 1, previousHash: new Uint8Array(32) })).toThrow(EnvelopeRefused);
      expect(() => open({ entryId: createId() })).toThrow(EnvelopeRefused);
    }
  });

  it('say on which device they were written, also when it is gone', async () => {
    const bob = await api.newUser();
    const device = { device_name: 'Phone', device_type: 'mobile', platform: 'ios' };
    const signIn = async () => {
      const { body } = await api.http.post('/auth/login', { email: bob.email, password: PASSWORD, device });
      return body.tokens.access_token as string;
    };
    const [phone, other] = [await signIn(), await signIn()];
    const { body: entry } = await api.http.post('/entries', { content: '1' }, { token: phone });
    const edit = JSON.stringify({ content: '2' });
    await api.http.send('PUT', `/entries/${entry.id}`, edit, { token: other });
    await bob.send('PUT', `/entries/${entry.id}`, edit);
    const devices = async () => {
      const { body } = await bob.get(`/entries/${entry.id}/versions`);
      return body.data.map(({ device_id }: { device_id: string | null }) => device_id);
    };
    const before = await devices();
    const { body: known } = await bob.get('/auth/devices');
    expect(before[0]).toBeNull();
    expect(new Set(before.slice(1))).toEqual(new Set(known.data.map(({ id }: { id: string }) => id)));
    await bob.send('DELETE', `/auth/devices/${before[2]}`, undefined);
    expect(await devices()).toEqual(before);
  });

  it.each(['4', '999999999999999'])('are not found when there is no version %s', async (version) => {
    const id = await changedEntry();
    expectProblem(await ada.get(`/entries/${id}/versions/${version}`), 404, 'entries/version-not-found');
    expectProblem(await ada.post(`/entries/${id}/versions/${version}/revert`, {}), 404, 'entries/version-not-found');
    expectProblem(await ada.get(`/entries/${createId()}/versions/1`), 404, 'entries/not-found');
  });

  it.each(['0', '-1', '1.5', 'x', '01', '9999999999999999'])('have no number %s', async (version) => {
    const id = await changedEntry();
    expectInvalid(await ada.get(`/entries/${id}/versions/${version}`), '#/path/version');
    expectInvalid(await ada.post(`/entries/${id}/versions/${version}/revert`, {}), '#/path/version');
  });

  describe('can be made current again', () => {
    it('as a new version, tags too: nothing is lost', async () => {
      const id = await changedEntry();
      const { status, headers, body } = await ada.post(`/entries/${id}/versions/1/revert`, {});
      expect([status, headers.get('etag')]).toEqual([200, '"4"']);
      expect(body).toMatchObject({ ...cleared, ...states[0], version: 4 });
      expect((await ada.get(`/entries/${id}`)).body).toMatchObject({ ...states[0], version: 4 });
      expect(await versionsOf(ada, id)).toEqual([4, 3, 2, 1]);
      const { body: tagged } = await ada.get('/entries/tags');
      const garden = tagged.data.find(({ name }: { name: string }) => name === 'garden');
      const { body: found } = await ada.get(`/entries?tag_id=${garden.id}`);
      expect(found.data.map((entry: { id: string }) => entry.id)).toContain(id);
      const { body: history } = await ada.get(`/entries/${id}/history`);
      expect(history.data.at(-1)).toMatchObject({ type: 'reverted', version: 4 });
      await verifiedLedger(api.database, ada.id);
    });

    it('when it is current already: a new version that says the same', async () => {
      const { status, body } = await ada.post(`/entries/${await changedEntry()}/versions/3/revert`, {});
      expect([status, body]).toEqual([200, expect.objectContaining({ ...states[2], version: 4 })]);
    });

    it('on the version that is meant alone', async () => {
      const id = await changedEntry();
      const before = await stored(api.database, ada, id);
      const revert = (match: string) =>
        ada.post(`/entries/${id}/versions/1/revert`, {}, { headers: { 'if-match': match } });
      const stale = await revert('"2"');
      expectProblem(stale, 412, 'entries/conflict');
      expect(stale.body.current_version).toBe(3);
      expectInvalid(await revert('nonsense'), '#/header/if-match');
      expect(await stored(api.database, ada, id)).toEqual(before);
      expect((await revert('"3"')).body.version).toBe(4);
      expect((await revert('*')).body.version).toBe(5);
    });

    it('not in the trash', async () => {
      const id = await changedEntry();
      await remove(ada, id);
      expectProblem(await ada.post(`/entries/${id}/versions/1/revert`, {}), 409, 'entries/in-trash');
      expect((await ada.get(`/entries/${id}/versions/1`)).status).toBe(200);
    });

    it('not with an envelope, where the server seals', async () => {
      const id = await changedEntry();
      const [first] = await changedSealed(1);
      const { version, prev_envelope_hash, sealed } = sealedChange(eve, first);
      expectInvalid(await ada.post(`/entries/${id}/versions/1/revert`, { sealed }), '#/sealed');
      expectInvalid(await ada.post(`/entries/${id}/versions/1/revert`, { version }), '#/version');
      expectInvalid(await ada.post(`/entries/${id}/versions/1/revert`, { prev_envelope_hash }), '#/prev_envelope_hash');
      expect(await versionsOf(ada, id)).toEqual([3, 2, 1]);
    });

    it('by an e2e client, which seals the old content for its new place', async () => {
      const answers = await changedSealed();
      const last = answers.at(-1);
      const next = { ...sealedChange(eve, last, { content: 'sealed 1' }), tag_tokens: ['AAAAAAAAAAAAAAAAAAAAAA'] };
      const { status, body } = await eve.post(`/entries/${last.id}/versions/1/revert`, next);
      expect([status, body]).toEqual([200, expect.objectContaining({ ...next, version: 4 })]);
      const { body: history } = await eve.get(`/entries/${last.id}/history`);
      expect(history.data.at(-1)).toMatchObject({ type: 'reverted', version: 4 });
      // Tokens that it does not send stay.
      const again = await eve.post(`/entries/${last.id}/versions/2/revert`, sealedChange(eve, body));
      expect(again.body.tag_tokens).toEqual(next.tag_tokens);
    });

    it('not by an e2e client that sends no envelope, or one of another place', async () => {
      const [first, , last] = await changedSealed();
      const sound = sealedChange(eve, last);
      const before = await stored(api.database, eve, last.id);
      const revert = (body: object) => eve.post(`/entries/${last.id}/versions/1/revert`, body);
      expectInvalid(await revert({ ...sound, sealed: undefined }), '#/sealed');
      expectInvalid(await revert({ ...sound, version: undefined }), '#/version');
      expectInvalid(await revert({ ...sound, prev_envelope_hash: undefined }), '#/prev_envelope_hash');
      expectInvalid(await revert({ ...sound, prev_envelope_hash: first.prev_envelope_hash }), '#/prev_envelope_hash');
      expectProblem(await revert({ ...sound, version: 3 }), 412, 'entries/conflict');
      expectProblem(await revert({ ...sound, version: 5 }), 412, 'entries/conflict');
      expect(await stored(api.database, eve, last.id)).toEqual(before);
    });

    it('not under an eleventh content key', async () => {
      let [entry] = await changedSealed(1);
      for (let n = 2; n <= 10; n++)
        entry = (await change(eve, 'PUT', entry.id, sealedChange(eve, entry, {}, { withNewKey: true }))).body;
      const eleventh = sealedChange(eve, entry, {}, { withNewKey: true });
      const answer = await eve.post(`/entries/${entry.id}/versions/1/revert`, eleventh);
      expectProblem(answer, 422, 'entries/too-many-content-keys');
    });
  });

  describe('are kept as many as the user wants', () => {
    it.each([0, 1, 3])('%d before the current one, and the others make room', async (kept) => {
      const bob = await api.newUser();
      const { body: me } = await keep(bob, kept);
      expect(me.settings.versions_kept).toBe(kept);
      const { body: entry } = await bob.post('/entries', { content: '1' });
      for (let version = 2; version <= 6; version++)
        await change(bob, 'PUT', entry.id, { content: 'x'.repeat(version * 400) });
      expect(await versionsOf(bob, entry.id)).toEqual([6, 5, 4, 3, 2, 1].slice(0, kept + 1));
      const { counted, stored: there } = await room(api.database, bob);
      expect(counted).toBe(there);
      expectProblem(await bob.get(`/entries/${entry.id}/versions/1`), 404, 'entries/version-not-found');
      expectProblem(await bob.post(`/entries/${entry.id}/versions/1/revert`, {}), 404, 'entries/version-not-found');
      // The history still tells of those that are gone.
      const { body: history } = await bob.get(`/entries/${entry.id}/history`);
      expect(history.data.map(({ version }: { version: number }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
      await verifiedLedger(api.database, bob.id);
    });

    it('from the next edit of an entry on, and of that entry alone', async () => {
      const bob = await api.newUser();
      const [one, other] = [await changedEntry(bob), await changedEntry(bob)];
      await keep(bob, 1);
      expect(await versionsOf(bob, one)).toEqual([3, 2, 1]);
      await change(bob, 'PATCH', one, { mood: 'wild' });
      expect([await versionsOf(bob, one), await versionsOf(bob, other)]).toEqual([
        [4, 3],
        [3, 2, 1],
      ]);
      await keep(bob, 1_000);
      await change(bob, 'PATCH', one, { mood: 'calm' });
      expect(await versionsOf(bob, one)).toEqual([5, 4, 3]);
      const { counted, stored: there } = await room(api.database, bob);
      expect(counted).toBe(there);
    });

    it('and the oldest can be made current in the moment in which it goes', async () => {
      const bob = await api.newUser();
      const [id] = [await changedEntry(bob), await keep(bob, 2)];
      const { body } = await bob.post(`/entries/${id}/versions/1/revert`, {});
      expect(body).toMatchObject({ ...states[0], version: 4 });
      expect(await versionsOf(bob, id)).toEqual([4, 3, 2]);
    });

    it.each([-1, 1_001, 1.5, 'all', null])('and not %p of them', async (versions_kept) => {
      const answer = await ada.send('PATCH', '/auth/me', JSON.stringify({ settings: { versions_kept } }));
      expectInvalid(answer, '#/settings/versions_kept');
    });
  });
});
