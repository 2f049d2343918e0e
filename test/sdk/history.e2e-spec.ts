import { ConnectionFailed, Daybook, type Fetch, HistoryRefused, MemorySessionStore, type Tier } from '@daybook/sdk';
import type { HistoryType } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from '../harness/api.js';
import { openHistories, rewriteHistory, swapEvents, swapLinks } from '../harness/tampered-history.js';

const EVENTS = 9;

describe('a history that the SDK verifies', () => {
  const api = useApi();
  const credentials = (tier: Tier, email: string) => {
    const native = { kdf: weakestKdf, argon2: nativeArgon2 };
    return { url: api.origin, tier, email, password: PASSWORD, ...native };
  };

  // What row security keeps an owner of the tables from, an operator can switch off.
  beforeAll(() => openHistories(api.database));

  const asOwner = (sql: string, ...parameters: unknown[]) => api.database.as('owner', sql, parameters);

  /** A diary with a history of nine events, verified and kept in a store. */
  const keptHistory = async (tier: Tier = 'uce') => {
    const email = api.newEmail();
    const store = new MemorySessionStore();
    const { daybook } = await Daybook.signUp({ ...credentials(tier, email), store });
    await daybook.entries.writeAll(['one', 'two', 'three', 'four', 'five'].map((content) => ({ content })));
    const { data } = await daybook.entries.list();
    const [first, second, third] = data.map(({ id }) => id) as [string, string, string];
    await daybook.entries.patch(first, { content: 'Changed.' });
    await daybook.entries.remove(second);
    await daybook.entries.erase(third, 1);
    const head = await daybook.verifyHistory();
    return { daybook, store, head, userId: daybook.user.id, email };
  };

  const refusal = (call: Promise<unknown>) =>
    call.then(
      () => 'nothing was noticed',
      (error: unknown) => {
        if (!(error instanceof HistoryRefused)) throw error;
        return [error.fault, error.seq];
      },
    );

  it.each<Tier>(['uce', 'e2e'])('is sound where nobody meddled, and its head is kept: %s', async (tier) => {
    const { daybook, store, head } = await keptHistory(tier);
    expect(head.seq).toBe(EVENTS);
    expect((await store.load())?.history_head).toEqual(head);
    const written = await daybook.entries.write({ content: 'More.' });
    expect(await daybook.verifyHistory()).toEqual(written.history_head);
    expect(await daybook.verifyHistory({ onlyNew: true })).toEqual(written.history_head);
  });

  it('is read event by event, from any place on', async () => {
    const { daybook } = await keptHistory();
    const types: HistoryType[] = [];
    for await (const { type } of daybook.history()) types.push(type);
    const created = Array.from({ length: 5 }, () => 'created');
    expect(types).toEqual(['account_created', ...created, 'updated', 'deleted', 'erased']);
    const seqs: number[] = [];
    for await (const { seq } of daybook.history({ afterSeq: 6 })) seqs.push(seq);
    expect(seqs).toEqual([7, 8, 9]);
    for await (const { seq } of daybook.history()) {
      expect(seq).toBe(1);
      break;
    }
    for await (const event of daybook.history({ afterSeq: 9 })) throw new Error(`there is no event ${event.seq}`);
  });

  describe('names the event', () => {
    const columns = [
      ['type', '3'],
      ['at', "at + interval '1 millisecond'"],
      ['entry_id', 'gen_random_uuid()'],
      ['version', 'version + 1'],
      ['device_id', 'gen_random_uuid()'],
      ['session_id', 'NULL'],
      ['envelope_hash', "sha256('x')"],
      ['hash', "sha256('x')"],
    ];

    it.each(columns)('whose %s was altered', async (column, value) => {
      const { daybook, userId } = await keptHistory();
      await asOwner(`UPDATE ledger_events SET ${column} = ${value} WHERE user_id = $1 AND seq = 4`, userId);
      expect(await refusal(daybook.verifyHistory())).toEqual(['altered', 4]);
    });

    it('that points to another one before it', async () => {
      const { daybook, userId } = await keptHistory();
      await asOwner("UPDATE ledger_events SET prev_hash = sha256('x') WHERE user_id = $1 AND seq = 4", userId);
      expect(await refusal(daybook.verifyHistory())).toEqual(['unchained', 4]);
    });

    it('behind one that was altered with its hash', async () => {
      const { daybook, userId } = await keptHistory();
      await rewriteHistory(api.database, userId, 4, 4);
      expect(await refusal(daybook.verifyHistory())).toEqual(['unchained', 5]);
    });

    it('that was seen before, when all behind an altered one was made anew to fit', async () => {
      const { daybook, store, userId } = await keptHistory();
      await rewriteHistory(api.database, userId, 4, EVENTS);
      expect(await refusal(daybook.verifyHistory())).toEqual(['other-past', EVENTS]);
      const resumed = await Daybook.resume({ url: api.origin, store });
      expect(await refusal(resumed.verifyHistory())).toEqual(['other-past', EVENTS]);
    });

    it('of what is new alone, where only that is looked at', async () => {
      const { daybook, userId } = await keptHistory();
      for (let n = 0; n < 3; n++) await daybook.api.POST('/api/v1/entries', { body: { content: 'x', kind: 'diary' } });
      await asOwner("UPDATE ledger_events SET at = at + interval '1 ms' WHERE user_id = $1 AND seq IN (4, 11)", userId);
      expect(await refusal(daybook.verifyHistory({ onlyNew: true }))).toEqual(['altered', 11]);
      expect(await refusal(daybook.verifyHistory())).toEqual(['altered', 4]);
    });

    it('that was removed from the middle, from the beginning, or in a row of several', async () => {
      for (const [from, to] of [
        [4, 4],
        [1, 1],
        [3, 6],
      ] as const) {
        const { daybook, userId } = await keptHistory();
        await asOwner('DELETE FROM ledger_events WHERE user_id = $1 AND seq BETWEEN $2 AND $3', userId, from, to);
        expect(await refusal(daybook.verifyHistory())).toEqual(['gap', from]);
      }
    });

    it('that was removed and the rest moved up', async () => {
      const { daybook, userId } = await keptHistory();
      await asOwner('DELETE FROM ledger_events WHERE user_id = $1 AND seq = 4', userId);
      for (let seq = 5; seq <= EVENTS; seq++)
        await asOwner('UPDATE ledger_events SET seq = seq - 1 WHERE user_id = $1 AND seq = $2', userId, seq);
      expect(await refusal(daybook.verifyHistory())).toEqual(['unchained', 4]);
    });

    it('that changed places with another', async () => {
      const { daybook, userId } = await keptHistory();
      await swapEvents(api.database, userId, 4, 5);
      expect(await refusal(daybook.verifyHistory())).toEqual(['unchained', 4]);
    });

    it('that changed places with another, place in the chain and all', async () => {
      const { daybook, userId } = await keptHistory();
      await swapEvents(api.database, userId, 4, 6);
      await swapLinks(api.database, userId, 4, 6);
      expect(await refusal(daybook.verifyHistory())).toEqual(['altered', 4]);
    });

    it('that was the last, when the end was cut off, with the head or without', async () => {
      const { daybook, store, userId, head } = await keptHistory();
      await asOwner('DELETE FROM ledger_events WHERE user_id = $1 AND seq > 6', userId);
      expect(await refusal(daybook.verifyHistory())).toEqual(['rolled-back', EVENTS]);
      await asOwner(
        `UPDATE ledger_heads SET seq = 6, hash = (SELECT hash FROM ledger_events WHERE user_id = $1 AND seq = 6)
         WHERE user_id = $1`,
        userId,
      );
      expect(await refusal(daybook.verifyHistory())).toEqual(['rolled-back', EVENTS]);
      expect(await refusal(daybook.verifyHistory({ onlyNew: true }))).toEqual(['rolled-back', EVENTS]);
      expect((await store.load())?.history_head).toEqual(head);
    });

    it('from which on another history goes on, after the end was cut off', async () => {
      const { daybook, store, userId, email } = await keptHistory();
      await asOwner('DELETE FROM ledger_events WHERE user_id = $1 AND seq > 6', userId);
      await asOwner(
        `UPDATE ledger_heads SET seq = 6, hash = (SELECT hash FROM ledger_events WHERE user_id = $1 AND seq = 6)
         WHERE user_id = $1`,
        userId,
      );
      const other = await Daybook.signIn(credentials('uce', email));
      for (let n = 0; n < 5; n++) await other.entries.write({ content: 'Another past.' });
      expect((await other.verifyHistory()).seq).toBe(11);
      const resumed = await Daybook.resume({ url: api.origin, store });
      for (const client of [daybook, resumed]) {
        expect(await refusal(client.verifyHistory())).toEqual(['other-past', EVENTS]);
        expect(await refusal(client.verifyHistory({ onlyNew: true }))).toEqual(['other-past', EVENTS]);
      }
    });

    it('that a write of this client was told, though it was never verified', async () => {
      const email = api.newEmail();
      const { daybook } = await Daybook.signUp(credentials('uce', email));
      await daybook.entries.write({ content: 'One.' });
      const userId = daybook.user.id;
      await rewriteHistory(api.database, userId, 2, 2);
      await asOwner(
        'UPDATE ledger_heads SET hash = (SELECT hash FROM ledger_events WHERE user_id = $1 AND seq = 2) WHERE user_id = $1',
        userId,
      );
      await daybook.entries.write({ content: 'Two.' });
      expect(await refusal(daybook.verifyHistory())).toEqual(['other-past', 2]);
      const newcomer = await Daybook.signIn(credentials('uce', email));
      expect((await newcomer.verifyHistory()).seq).toBe(3);
    });

    it('that another user has', async () => {
      const [one, two] = [await keptHistory(), await keptHistory()];
      const event = 'type, entry_id, version, device_id, session_id, at, envelope_hash, hash';
      await asOwner(
        `UPDATE ledger_events SET (${event}) = (SELECT ${event} FROM ledger_events WHERE user_id = $2 AND seq = 1)
         WHERE user_id = $1 AND seq = 1`,
        one.userId,
        two.userId,
      );
      expect(await refusal(one.daybook.verifyHistory())).toEqual(['altered', 1]);
    });
  });

  describe('on its way', () => {
    /** A client to which `change` is done to the text of the history. */
    const clientWith = async (email: string, change: (text: string) => string | ReadableStream) => {
      const fetch: Fetch = async (url, init) => {
        const answer = await globalThis.fetch(url, init);
        if (!url.includes('/api/v1/history')) return answer;
        return new Response(change(await answer.text()), { headers: answer.headers });
      };
      return Daybook.signIn({ ...credentials('uce', email), fetch });
    };
    const lines = (change: (lines: string[]) => string[]) => (text: string) =>
      `${change(text.split('\n').slice(0, -1)).join('\n')}\n`;

    it.each([
      ['repeated', lines(([a = '', ...rest]) => [a, a, ...rest]), ['order', 1]],
      ['in another order', lines((all) => all.toReversed()), ['gap', 1]],
      ['no JSON', lines(([a = '', ...rest]) => [a, '<html>', ...rest]), ['unreadable', 2]],
      [
        'of a type that there is not',
        lines((all) => all.map((line) => line.replace('updated', 'improved'))),
        ['unreadable', 7],
      ],
      ['without a hash', lines((all) => all.map((line) => line.replace('"hash"', '"hush"'))), ['unreadable', 1]],
      [
        'with a hash that is none',
        lines((all) => all.map((line) => line.replace('"hash":"', '"hash":"!'))),
        ['altered', 1],
      ],
      [
        'on a day that there is not',
        lines((all) => all.map((line) => line.replace('"at":"2', '"at":"x'))),
        ['altered', 1],
      ],
    ])('is refused where events come %s', async (_what, change, expected) => {
      const { email } = await keptHistory();
      expect(await refusal((await clientWith(email, change)).verifyHistory())).toEqual(expected);
    });

    it('is a broken connection where it ends within a line', async () => {
      const { email } = await keptHistory();
      const client = await clientWith(email, (text) => text.slice(0, -20));
      await expect(client.verifyHistory()).rejects.toThrow(ConnectionFailed);
      const broken = await clientWith(
        email,
        (text) =>
          new ReadableStream({
            start(controller) {
              controller.enqueue(new TextEncoder().encode(text.slice(0, 700)));
              controller.error(new TypeError('terminated'));
            },
          }),
      );
      await expect(broken.verifyHistory()).rejects.toThrow(ConnectionFailed);
    });

    it('may come in pieces of any size', async () => {
      const { email, head } = await keptHistory();
      const client = await clientWith(email, (text) => {
        const bytes = new TextEncoder().encode(text);
        let at = 0;
        return new ReadableStream({
          pull: (controller) =>
            at < bytes.length ? controller.enqueue(bytes.slice(at, (at += 7))) : controller.close(),
        });
      });
      expect(await client.verifyHistory()).toEqual(head);
    });

    it('is refused by the server only with a reason', async () => {
      const { daybook } = await keptHistory();
      const events = daybook.history({ afterSeq: -1 });
      await expect(events.next()).rejects.toMatchObject({ type: 'request/invalid' });
    });
  });
});
