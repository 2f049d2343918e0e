import { setTimeout as sleep } from 'node:timers/promises';
import { createId, historyHash, type HistoryType, toBase64url } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Ledger } from '../src/modules/ledger/ledger.js';
import { PASSWORD, type TestUser, useApi } from './harness/api.js';
import { draftOf, keep, noted } from './harness/diary.js';
import { eventually } from './harness/eventually.js';
import type { Answer } from './harness/http.js';
import { verifiedLedger } from './harness/ledger.js';
import { expectInvalid, expectProblem } from './harness/problems.js';

interface Line {
  readonly seq: number;
  readonly type: HistoryType;
  readonly entry_id: string | null;
  readonly version: number | null;
  readonly at: string;
  readonly device_id: string | null;
  readonly session_id: string | null;
  readonly envelope_hash: string | null;
  readonly hash: string;
  readonly prev_hash: string;
}

const linesOf = ({ text }: Answer): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

const bytes = (text: string | null) => (text === null ? undefined : new Uint8Array(Buffer.from(text, 'base64url')));

/** The hash of a line, made of nothing but what the line says. */
const hashOf = (userId: string, line: Line, prevHash: Uint8Array) =>
  toBase64url(
    historyHash({
      userId,
      seq: line.seq,
      type: line.type,
      entryId: line.entry_id ?? undefined,
      version: line.version ?? undefined,
      deviceId: line.device_id ?? undefined,
      sessionId: line.session_id ?? undefined,
      atMs: Date.parse(line.at),
      envelopeHash: bytes(line.envelope_hash),
      prevHash,
    }),
  );

describe('the history', () => {
  const api = useApi();
  const history = (user: TestUser, after?: number | string) =>
    user.get(`/history${after === undefined ? '' : `?after_seq=${after}`}`);
  const newUserOf = (tier: string) => (tier === 'uce' ? api.newUser() : api.newE2eUser());
  const send = (user: TestUser, method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    user.send(method, path, body && JSON.stringify(body), { headers });

  it.each(['uce', 'e2e'])('is a chain that anybody can make again from its lines alone: %s', async (tier) => {
    const user = await newUserOf(tier);
    const entry = noted({ tags: ['t'] });
    await user.post('/entries', draftOf(user, entry));
    await send(user, 'DELETE', `/entries/${entry.id}`);
    await user.post(`/entries/${entry.id}/restore`);
    await send(user, 'DELETE', `/entries/${entry.id}?permanent=true`, undefined, { 'if-match': '"1"' });
    await user.post('/auth/api-keys', { name: 'Script', scopes: ['inbox:write'] });
    const answer = await history(user);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/jsonl']);
    const lines = linesOf(answer);
    expect(lines.map(({ type }) => type)).toEqual([
      'account_created',
      'created',
      'deleted',
      'restored',
      'erased',
      'api_key_made',
    ]);
    let before: Uint8Array = new Uint8Array(32);
    for (const [index, line] of lines.entries()) {
      expect([line.seq, line.prev_hash]).toEqual([index + 1, toBase64url(before)]);
      expect(line.hash).toBe(hashOf(user.id, line, before));
      before = bytes(line.hash) ?? new Uint8Array();
    }
    expect(await verifiedLedger(api.database, user.id)).toHaveLength(lines.length);
  });

  it('begins behind the event that is known', async () => {
    const user = await api.newUser();
    await keep(user, [noted(), noted(), noted()]);
    const all = linesOf(await history(user));
    expect(linesOf(await history(user, 0))).toEqual(all);
    expect(linesOf(await history(user, 2))).toEqual(all.slice(2));
    expect((await history(user, 4)).text).toBe('');
    expect((await history(user, 999_999_999_999_999)).text).toBe('');
    expect((await history(user, 4)).headers.get('content-type')).toBe('application/jsonl');
  });

  it.each(['-1', '1.5', 'x', '', ' ', '1e3', '1000000000000000', '+1'])('does not begin behind "%s"', async (after) => {
    const user = await api.newUser();
    expectInvalid(await history(user, encodeURIComponent(after)), '#/query/after_seq');
  });

  it('is one’s own, and open to keys that may read', async () => {
    const [ada, bob] = [await api.newUser(), await api.newUser()];
    const { id } = (await ada.post('/entries', { content: 'Mine.' })).body;
    expect(linesOf(await history(bob))).toHaveLength(1);
    expectProblem(await bob.get(`/entries/${id}/history`), 404, 'entries/not-found');
    const { body } = await ada.post('/auth/api-keys', { name: 'Reader', scopes: ['entries:read'] });
    expect(linesOf(await api.http.get('/history', { token: body.key }))).toHaveLength(3);
    const writer = await ada.post('/auth/api-keys', { name: 'Writer', scopes: ['inbox:write'] });
    expect((await api.http.get('/history', { token: writer.body.key })).status).toBe(403);
    expectProblem(await api.http.get('/history'), 401, 'auth/signed-out');
  });

  it('can be read while the diary is locked: there is no content in it', async () => {
    const user = await api.newUser();
    await user.post('/entries', { content: 'Zanzibar' });
    await api.database.look("DELETE FROM slots WHERE user_id = $1 AND kind = 'access'", [user.id]);
    const { status, text } = await history(user);
    expect(status).toBe(200);
    expect(text).not.toContain('Zanzibar');
  });

  describe('of thousands of events', () => {
    const EVENTS = 3_301;
    let user: TestUser;
    beforeAll(async () => {
      user = await api.newUser();
      await keep(
        user,
        Array.from({ length: (EVENTS - 1) / 5 }, (_, n) => noted({ content: `Entry ${n}`, tags: ['garden'] })),
      );
      const [tag] = (await user.get('/entries/tags')).body.data;
      for (const name of ['a', 'b', 'c', 'd']) await send(user, 'PATCH', `/entries/tags/${tag.id}`, { name });
    }, 60_000);

    /** Tells of every slice that is read meanwhile; each may be waited before. */
    const slicesDuring = async (
      work: (slices: number[]) => Promise<unknown>,
      wait: (after: number) => number = () => 0,
    ) => {
      const ledger = api.get(Ledger);
      const list = ledger.list.bind(ledger);
      const slices: number[] = [];
      ledger.list = async (tx, userId, after, limit) => {
        await sleep(wait(after));
        const rows = await list(tx, userId, after, limit);
        slices.push(rows.length);
        return rows;
      };
      try {
        await work(slices);
      } finally {
        ledger.list = list;
      }
      return slices;
    };

    it('comes whole, read in slices', async () => {
      const slices = await slicesDuring(async () => {
        const lines = linesOf(await history(user));
        expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: EVENTS }, (_, n) => n + 1));
        expect(lines.every((line, n) => n === 0 || line.prev_hash === lines[n - 1]?.hash)).toBe(true);
      });
      expect(slices).toEqual([1_000, 1_000, 1_000, 301]);
    });

    it('goes on past events that are added meanwhile, in one chain', async () => {
      let isAdded = false;
      await slicesDuring(
        async () => {
          const lines = linesOf(await history(user, 500));
          expect(lines.every((line, n) => n === 0 || line.prev_hash === lines[n - 1]?.hash)).toBe(true);
          expect(lines[0]?.seq).toBe(501);
        },
        (after) => {
          if (after > 500 && !isAdded) isAdded = (void user.post('/entries', { content: 'Meanwhile.' }), true);
          return after > 500 ? 50 : 0;
        },
      );
    });

    it('is read no further once nobody listens', async () => {
      const slices = await slicesDuring(
        async (seen) => {
          const abort = new AbortController();
          const headers = { authorization: `Bearer ${user.accessToken}` };
          const answer = await fetch(`${api.http.base}/history`, { headers, signal: abort.signal });
          const reader = answer.body?.getReader();
          await reader?.read();
          abort.abort();
          await reader?.closed.catch(() => undefined);
          await eventually('no slice is under way', async () => {
            const before = seen.length;
            await sleep(400);
            return seen.length === before ? true : undefined;
          });
        },
        (after) => (after === 0 ? 0 : 150),
      );
      expect(slices.length).toBeLessThan(4);
      expect(linesOf(await history(user, EVENTS - 1)).length).toBeGreaterThan(0);
    });

    it('is not cut off where it takes longer than other answers may', async () => {
      await slicesDuring(
        async () => {
          expect(linesOf(await history(user)).length).toBeGreaterThanOrEqual(EVENTS);
        },
        (after) => (after === 0 ? 0 : 3_600),
      );
    }, 40_000);
  });

  describe('of an entry', () => {
    it.each(['uce', 'e2e'])('has what happened to it, and is there when the entry is not: %s', async (tier) => {
      const user = await newUserOf(tier);
      const [entry, other] = [noted(), noted()];
      await user.post('/entries', draftOf(user, entry));
      await user.post('/entries', draftOf(user, other));
      await send(user, 'DELETE', `/entries/${entry.id}`);
      await send(user, 'DELETE', `/entries/${entry.id}?permanent=true`, undefined, { 'if-match': '"1"' });
      const { status, body } = await user.get(`/entries/${entry.id}/history`);
      expect(status).toBe(200);
      expect(body.next_cursor).toBeNull();
      const all = linesOf(await history(user)).filter(({ entry_id }) => entry_id === entry.id);
      expect(body.data).toEqual(all.map((line) => ({ ...line, entry_id: undefined })));
      expect(body.data.map(({ type }: Line) => type)).toEqual(['created', 'deleted', 'erased']);
    });

    it('is walked page by page, and each page’s cursor is its own', async () => {
      const user = await api.newUser();
      const { id } = (await user.post('/entries', { content: 'x' })).body;
      const other = (await user.post('/entries', { content: 'x' })).body.id;
      for (const n of [1, 2, 3, 4]) await send(user, 'PATCH', `/entries/${id}`, { content: `${n}` });
      const seen: (number | null)[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `&cursor=${cursor}`;
        const { body } = await user.get(`/entries/${id}/history?limit=2${query}`);
        seen.push(...body.data.map(({ version }: Line) => version));
        cursor = body.next_cursor;
        if (cursor !== null)
          expectInvalid(await user.get(`/entries/${other}/history?cursor=${cursor}`), '#/query/cursor');
      } while (cursor !== null);
      expect(seen).toEqual([1, 2, 3, 4, 5]);
    });

    it('is none for an id that nothing happened to, nor for what is no entry', async () => {
      const user = await api.newUser();
      const { body: key } = await user.post('/auth/api-keys', { name: 'Script', scopes: ['inbox:write'] });
      const device = { device_name: 'Phone', device_type: 'mobile', platform: 'ios' };
      const { body } = await api.http.post('/auth/login', { email: user.email, password: PASSWORD, device });
      for (const id of [createId(), key.id, body.device.id, user.id])
        expectProblem(await user.get(`/entries/${id}/history`), 404, 'entries/not-found');
      const { id } = (await user.post('/entries', { id: key.id, content: 'Of the same id.' })).body;
      const { data } = (await user.get(`/entries/${id}/history`)).body;
      expect(data.map(({ type }: Line) => type)).toEqual(['created']);
      expectInvalid(await user.get('/entries/garden/history'), '#/path/id');
    });
  });

  it('has the head that every write answers as its last line', async () => {
    const user = await api.newUser();
    const id = (await user.post('/entries', { content: 'x', tags: ['a', 'b'] })).body.id;
    const tags = (await user.get('/entries/tags')).body.data;
    const writes: (() => Promise<Answer>)[] = [
      () => user.post('/entries', { content: 'y' }),
      () => user.post('/entries', { id, content: 'x', tags: ['a', 'b'] }),
      () => send(user, 'PUT', `/entries/${id}`, { content: 'x2', tags: ['a', 'b'] }),
      () => send(user, 'PATCH', `/entries/${id}`, { mood: 'calm' }),
      () => user.post(`/entries/${id}/versions/1/revert`, {}),
      () => user.post('/entries/batch', { entries: [{ content: 'z' }, { content: 'zz' }] }),
      () => send(user, 'PATCH', `/entries/tags/${tags[0].id}`, { name: 'c' }),
      () => send(user, 'DELETE', `/entries/tags/${tags[1].id}`),
      () => send(user, 'DELETE', `/entries/${id}`),
      () => send(user, 'DELETE', `/entries/${id}`),
      () => user.post(`/entries/${id}/restore`),
      () => user.post(`/entries/${id}/restore`),
      () => send(user, 'DELETE', `/entries/${id}?permanent=true`, undefined, { 'if-match': '"6"' }),
    ];
    for (const write of writes) {
      const { status, body, text } = await write();
      expect([status < 300 ? 'done' : text]).toEqual(['done']);
      const last = linesOf(await history(user)).at(-1);
      expect(body.history_head).toEqual({ seq: last?.seq, hash: last?.hash });
    }
  });
});
