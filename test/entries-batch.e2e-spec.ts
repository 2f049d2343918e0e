import { createId } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { draftOf, noted } from './harness/diary.js';
import { sealedDraft, withByte } from './harness/entries.js';
import type { Answer } from './harness/http.js';
import { verifiedLedger } from './harness/ledger.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

const KIB = 1024;
const MIB = KIB * KIB;

interface Result {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- entries of either tier
  readonly entry?: any;
  readonly problem?: { readonly type: string };
}

const resultsOf = (answer: Answer): Result[] => {
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text.slice(0, 500)}`);
  return answer.body.data;
};
const statusesOf = (answer: Answer) => resultsOf(answer).map(({ status }) => status);
const said = (answer: Answer) => resultsOf(answer).map(({ status, problem }) => problem?.type ?? status);

describe('a batch of entries', () => {
  const api = useApi();
  const users: Record<string, TestUser> = {};
  let ada: TestUser;
  let eve: E2eTestUser;

  beforeAll(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
    Object.assign(users, { uce: ada, e2e: eve });
  });

  const batch = (user: TestUser, entries: readonly object[]) => user.post('/entries/batch', { entries });
  const userOf = (tier: string) => users[tier] as TestUser;
  const count = async (table: string, { id }: TestUser): Promise<number> => {
    const [row] = await api.database.look<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE user_id = $1`, [
      id,
    ]);
    return row?.n ?? 0;
  };
  /** That the bytes that are counted are those that are there. */
  const expectCounted = async ({ id }: TestUser) => {
    const [counted] = await api.database.look<{ used: number; there: number }>(
      `SELECT used_bytes::int AS used, (
         (SELECT coalesce(sum(octet_length(sealed) + octet_length(wrapped_key)), 0) FROM entries WHERE user_id = $1) +
         (SELECT coalesce(sum(octet_length(sealed) + octet_length(wrapped_key)), 0) FROM entry_versions WHERE user_id = $1)
       )::int AS there FROM storage WHERE user_id = $1`,
      [id],
    );
    expect(counted?.used).toBe(counted?.there);
  };

  it.each(['uce', 'e2e'])(
    'of 300 is written whole, in its order, as one unbroken history: %s',
    async (tier) => {
      const user = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
      const entries = Array.from({ length: 300 }, (_, n) => noted({ content: `Entry ${n}`, tags: [`t${n % 3}`] }));
      const drafts = entries.map((entry) => draftOf(user, entry));
      const answer = await batch(user, drafts);
      const results = resultsOf(answer);
      expect(results.map(({ status }) => status)).toEqual(entries.map(() => 201));
      expect(results.map(({ entry }) => entry.id)).toEqual(entries.map(({ id }) => id));
      const lines = await verifiedLedger(api.database, user.id);
      expect(lines.map(({ subject }) => subject)).toEqual([null, ...entries.map(({ id }) => id)]);
      const [head] = await api.database.look<{ hash: Buffer }>('SELECT hash FROM ledger_heads WHERE user_id = $1', [
        user.id,
      ]);
      expect(answer.body.history_head).toEqual({ seq: 301, hash: head?.hash.toString('base64url') });
      const last = results.at(-1)?.entry;
      expect((await user.get(`/entries/${last.id}`)).body).toEqual(last);
      await expectCounted(user);
    },
    60_000,
  );

  it('of none or of 301 is refused', async () => {
    expectInvalid(await batch(ada, []), '#/entries');
    const many = Array.from({ length: 301 }, () => ({ content: 'x' }));
    expectInvalid(await batch(ada, many), '#/entries');
    expectInvalid(await ada.post('/entries/batch', {}), '#/entries');
    expectInvalid(await ada.post('/entries/batch', { entries: [{ content: 'x' }], atomic: true }), '#/atomic');
  });

  it('with an entry of the wrong shape is refused whole, and says which it was', async () => {
    const before = await count('entries', ada);
    expectInvalid(await batch(ada, [{ content: 'x' }, { content: 'x', mood: '' }]), '#/entries/1/mood');
    const data = { kind: 'weekly_review', content: 'x', data: { rating: 11 } };
    expectInvalid(await batch(ada, [{ content: 'x' }, { content: 'x' }, data]), '#/entries/2/data/rating');
    expectInvalid(await batch(ada, [{ content: 'x', external_id: '1' }]), '#/entries/0/external_id');
    expect(await count('entries', ada)).toBe(before);
  });

  it.each(['uce', 'e2e'])('has one result for each, whatever becomes of the others: %s', async (tier) => {
    const user = userOf(tier);
    const [there, erased] = [noted(), noted()];
    const [thereDraft, erasedDraft] = [draftOf(user, there), draftOf(user, erased)];
    await user.post('/entries', thereDraft);
    await user.post('/entries', erasedDraft);
    const erase = { headers: { 'if-match': '"1"' } };
    expect((await user.send('DELETE', `/entries/${erased.id}?permanent=true`, undefined, erase)).status).toBe(200);
    const foreign = tier === 'uce' ? sealedDraft(eve) : { content: 'Plain.' };
    const twice = draftOf(user, noted({ content: 'Twice.' }));
    const sourced = draftOf(user, noted({ source: 'app' }));
    const before = await count('ledger_events', user);
    const answer = await batch(user, [
      draftOf(user, noted({ content: 'New.' })),
      thereDraft,
      draftOf(user, { ...there, content: 'Other.' }),
      erasedDraft,
      foreign,
      twice,
      twice,
      { ...sourced, external_id: 'one' },
      { ...draftOf(user, noted({ source: 'app' })), external_id: 'one' },
      draftOf(user, noted({ content: 'Last.' })),
    ]);
    const refused = ['entries/id-taken', 'entries/erased', 'request/invalid'];
    expect(said(answer)).toEqual([201, 200, ...refused, 201, 200, 201, 200, 201]);
    expect(statusesOf(answer).slice(2, 5)).toEqual([409, 410, 422]);
    const results = resultsOf(answer);
    expect(results[4]?.problem).toMatchObject({ errors: [{ pointer: tier === 'uce' ? '#/sealed' : '#/content' }] });
    expect(results[8]?.entry.id).toBe(results[7]?.entry.id);
    for (const { entry, problem } of results) expect([entry, problem].filter(Boolean)).toHaveLength(1);
    expect(await count('ledger_events', user)).toBe(before + 4);
    await verifiedLedger(api.database, user.id);
    await expectCounted(user);
  });

  it('answers for each entry as if it had come alone', async () => {
    const [ben, together] = [await api.newUser(), await api.newUser()];
    const { id } = noted();
    const drafts = [
      { id, content: 'One.', tags: ['a', 'A '] },
      { id, content: 'One.', tags: ['a', 'A '] },
      { id, content: 'Two.' },
      sealedDraft(eve),
    ];
    const answers: Answer[] = [];
    for (const draft of drafts) answers.push(await ben.post('/entries', draft));
    const results = resultsOf(await batch(together, drafts));
    for (const [n, { status, body }] of answers.entries()) {
      const { instance: _, history_head: __, ...alone } = body;
      const result = results[n];
      expect(result?.status).toBe(status);
      if (status >= 400) expect(result?.problem).toEqual(alone);
      else expect(Object.keys(result?.entry)).toEqual(Object.keys(alone));
    }
  });

  it('holds e2e envelopes at the gate one by one', async () => {
    const good = sealedDraft(eve);
    const { sealed } = sealedDraft(eve);
    const wrongTier = { ...sealedDraft(eve), sealed: withByte(sealed, 5, 1) };
    const wrongKind = { ...sealedDraft(eve), sealed: withByte(sealed, 3, 2) };
    const short = { ...sealedDraft(eve), wrapped_key: withByte(good.wrapped_key, 10, 7) };
    const answer = await batch(eve, [wrongTier, good, wrongKind, short, sealedDraft(eve)]);
    expect(statusesOf(answer)).toEqual([422, 201, 422, 422, 201]);
    const results = resultsOf(answer);
    expect(results[0]?.problem).toMatchObject({ errors: [{ pointer: '#/sealed' }] });
    expect(results[3]?.problem).toMatchObject({ errors: [{ pointer: '#/wrapped_key' }] });
  });

  it.each(['uce', 'e2e'])('goes on behind an entry for which there is no room: %s', async (tier) => {
    const user = tier === 'uce' ? await api.newUser() : await api.newE2eUser();
    await api.database.look('UPDATE storage SET quota_bytes = 6000 WHERE user_id = $1', [user.id]);
    const large = 'x'.repeat(8 * KIB);
    const entry = (content: string) => draftOf(user, noted({ content, tags: [content.slice(0, 9)] }));
    const answer = await batch(user, [entry('First.'), entry(large), entry('Third.'), entry(large), entry('Fifth.')]);
    expect(statusesOf(answer)).toEqual([201, 507, 201, 507, 201]);
    expect(resultsOf(answer)[1]?.problem).toMatchObject({ type: 'tiers/out-of-storage', quota_bytes: 6000 });
    expect(await count('entries', user)).toBe(3);
    expect(await count('tags', user)).toBe(3);
    expect(await count('entry_tags', user)).toBe(3);
    const types = (await verifiedLedger(api.database, user.id)).map(({ type }) => type);
    expect(types).toEqual(['account_created', 'created', 'created', 'created']);
    await expectCounted(user);
  });

  it('is harmless to send again, and two at once are both answered', async () => {
    const user = await api.newUser();
    const drafts = Array.from({ length: 20 }, () => draftOf(user, noted({ tags: ['both'] })));
    const answers = await Promise.all([batch(user, drafts), batch(user, drafts.toReversed())]);
    const statuses = answers.flatMap(statusesOf);
    expect(statuses.filter((status) => status === 201)).toHaveLength(20);
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(await count('entries', user)).toBe(20);
    await verifiedLedger(api.database, user.id);
  });

  it('sent again under its idempotency key is answered as things are now, and written once', async () => {
    const user = await api.newUser();
    const taken = (await user.post('/entries', { content: 'There.' })).body.id;
    const entries = [{ content: 'One.' }, { id: taken, content: 'Other.' }, { content: 'Two.' }, { content: 'Three.' }];
    const options = { headers: { 'idempotency-key': createId() } };
    const first = await user.post('/entries/batch', { entries }, options);
    expect(said(first)).toEqual([201, 'entries/id-taken', 201, 201]);
    const again = await user.post('/entries/batch', { entries }, options);
    expect(again.status).toBe(200);
    expect(again.body.data.map(({ entry }: Result) => entry)).toEqual(
      first.body.data.map(({ entry }: Result) => entry),
    );
    expect(again.body.history_head).toEqual(first.body.history_head);
    const [one, , two] = resultsOf(first);
    await user.send('PATCH', `/entries/${one?.entry.id}`, '{"content":"Changed."}');
    const erased = `/entries/${two?.entry.id}?permanent=true`;
    await user.send('DELETE', erased, undefined, { headers: { 'if-match': '"1"' } });
    const later = await user.post('/entries/batch', { entries }, options);
    expect(said(later)).toEqual([201, 'entries/id-taken', 'entries/erased', 201]);
    expect(resultsOf(later)[0]?.entry).toMatchObject({ content: 'Changed.', version: 2 });
    expect(await count('entries', user)).toBe(3);
  });

  describe('of many bytes', () => {
    const text = (bytes: number) => 'x'.repeat(bytes);
    /** A body of exactly so many bytes. */
    const bodyOf = (bytes: number) => {
      const entries = Array.from({ length: Math.floor(bytes / (255 * KIB)) }, () => ({ content: text(254 * KIB) }));
      const left = bytes - JSON.stringify({ entries: [...entries, { content: '' }] }).length;
      return JSON.stringify({ entries: [...entries, { content: text(left) }] });
    };

    it('is taken up to 4 MiB, and refused above it', async () => {
      const user = await api.newUser();
      const most = bodyOf(4 * MIB);
      expect(most.length).toBe(4 * MIB);
      const answer = await user.send('POST', '/entries/batch', most);
      expect(new Set(statusesOf(answer))).toEqual(new Set([201]));
      expectProblem(await user.send('POST', '/entries/batch', `${most} `), 413, 'request/too-large');
    });

    it('is refused above 1 MiB everywhere else', async () => {
      const large = JSON.stringify({ content: text(MIB) });
      for (const path of ['/entries', '/entries/query', '/entries/batch/get'])
        expectProblem(await ada.send('POST', path, large), 413, 'request/too-large');
    });
  });

  it('is for those alone who may write', async () => {
    const made = await ada.post('/auth/api-keys', { name: 'Reader', scopes: ['entries:read'] });
    const options = { token: made.body.key };
    expect((await api.http.post('/entries/batch', { entries: [{ content: 'x' }] }, options)).status).toBe(403);
    expect((await api.http.post('/entries/batch/get', { ids: [createId()] }, options)).status).toBe(200);
    expect((await api.http.post('/entries/query', {}, options)).status).toBe(200);
  });
});
