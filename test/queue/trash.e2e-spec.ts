import { getQueueToken } from '@nestjs/bullmq';
import { describe, expect, it } from '@jest/globals';
import type { Queue } from 'bullmq';
import pg from 'pg';
import { EMPTY_TRASH } from '../../src/modules/entries/entries.worker.js';
import { TrashSweep } from '../../src/modules/entries/trash.service.js';
import { Database } from '../../src/platform/database/database.js';
import { type E2eTestUser, type TestUser, useApi } from '../harness/api.js';
import { remove, room, sealedDraft } from '../harness/entries.js';
import { eventually } from '../harness/eventually.js';
import { verifiedLedger } from '../harness/ledger.js';
import { expectProblem } from '../harness/problems.js';

describe('the trash, after 30 days', () => {
  const api = useApi({ withWorkers: true });
  const queue = () => api.named<Queue>(getQueueToken('entries'));
  const sweep = () => api.get(TrashSweep).run();

  const trashed = async (user: TestUser): Promise<string> => {
    const draft = 'account' in user ? sealedDraft(user as E2eTestUser) : { content: 'First snow.', tags: ['garden'] };
    const { body } = await user.post('/entries', draft);
    await remove(user, body.id);
    return body.id;
  };
  /** Lets an entry have been in the trash for 30 days. */
  const age = (id: string) =>
    api.database.look("UPDATE due SET due_at = now() - interval '1 second' WHERE id = $1", [id]);
  const statusOf = async (user: TestUser, id: string) => (await user.get(`/entries/${id}`)).status;

  it('is asked for every day, once for all workers', async () => {
    const schedulers = await queue().getJobSchedulers();
    expect(schedulers.map(({ name, every }) => [name, Number(every)])).toEqual([[EMPTY_TRASH, 86_400_000]]);
  });

  it('is emptied by a job, of every user, and nothing else is', async () => {
    const users = [await api.newUser(), await api.newUser(), await api.newE2eUser()];
    const before = await Promise.all(users.map((user) => room(api.database, user)));
    const old = await Promise.all(users.map(trashed));
    await Promise.all(old.map(age));
    const [ada] = users;
    if (!ada) throw new Error('nobody is there');
    const young = await trashed(ada);
    const { body: kept } = await ada.post('/entries', { content: 'Kept.' });

    await queue().add(EMPTY_TRASH, {});
    for (const [index, user] of users.entries())
      await eventually('it is erased', async () =>
        (await statusOf(user, old[index] ?? '')) === 410 ? true : undefined,
      );
    expect([await statusOf(ada, young), await statusOf(ada, kept.id)]).toEqual([200, 200]);
    expect(await room(api.database, users[2] as TestUser)).toEqual(before[2]);
    for (const user of users) await verifiedLedger(api.database, user.id);
    const { body: history } = await ada.get(`/entries/${old[0]}/history`);
    expect(history.data.at(-1)).toMatchObject({ type: 'erased', device_id: null, session_id: null });
    expect(await api.database.look('SELECT FROM due WHERE id = ANY($1)', [old])).toEqual([]);
  });

  it('does not take an entry that was restored, nor one that was put there anew', async () => {
    const ada = await api.newUser();
    const [restored, anew] = [await trashed(ada), await trashed(ada)];
    await Promise.all([age(restored), age(anew)]);
    await ada.post(`/entries/${restored}/restore`);
    await ada.post(`/entries/${anew}/restore`);
    await remove(ada, anew);
    expect(await sweep()).toBe(0);
    expect([await statusOf(ada, restored), await statusOf(ada, anew)]).toEqual([200, 200]);
  });

  it('does not take an entry that is put there anew while the job waits for its diary', async () => {
    const ada = await api.newUser();
    const id = await trashed(ada);
    await age(id);
    const other = new pg.Client({ connectionString: api.database.superuserUrl });
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT FROM ledger_heads WHERE user_id = $1 FOR UPDATE', [ada.id]);
      const swept = sweep();
      await eventually('the job waits', async () => {
        const waiting = await api.database.look(
          "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        );
        return waiting.length > 0 ? true : undefined;
      });
      await other.query("UPDATE due SET due_at = now() + interval '30 days' WHERE id = $1", [id]);
      await other.query('COMMIT');
      expect(await swept).toBe(0);
    } finally {
      await other.end();
    }
    expect(await statusOf(ada, id)).toBe(200);
  });

  it('is emptied of all others when one diary is busy, and of that one the next time', async () => {
    const users = [await api.newUser(), await api.newUser(), await api.newUser()];
    const ids = await Promise.all(users.map(trashed));
    await Promise.all(ids.map(age));
    const [ada, bob, cleo] = users as [TestUser, TestUser, TestUser];
    const lock = api.database.hold(`SELECT FROM ledger_heads WHERE user_id = '${bob.id}' FOR UPDATE`);
    await lock.held;
    await expect(sweep()).rejects.toThrow('entries.erase: 1 that were due could not be done');
    await lock.release();
    expect([await statusOf(ada, ids[0] ?? ''), await statusOf(cleo, ids[2] ?? '')]).toEqual([410, 410]);
    expect(await statusOf(bob, ids[1] ?? '')).toBe(200);
    expect(await sweep()).toBe(1);
    expect(await statusOf(bob, ids[1] ?? '')).toBe(410);
  });

  it('is emptied of more than one slice', async () => {
    const ada = await api.newUser();
    const entries = Array.from({ length: 210 }, (_, n) => ({ content: `entry ${n}` }));
    const { body } = await ada.post('/entries/batch', { entries });
    for (const { entry } of body.data) await remove(ada, entry.id);
    await api.database.look("UPDATE due SET due_at = now() - interval '1 second' WHERE user_id = $1", [ada.id]);
    expect(await sweep()).toBe(210);
    expect(await room(api.database, ada)).toEqual({ counted: 0, stored: 0 });
    await verifiedLedger(api.database, ada.id);
  });

  it('is seen by the system role as far as it is due, and is not changed by it', async () => {
    const ada = await api.newUser();
    const [old, young] = [await trashed(ada), await trashed(ada)];
    await age(old);
    const db = api.get(Database);
    const seen: { id: string }[] = await db.asSystem((tx) =>
      tx.query('SELECT id FROM due WHERE user_id = $1', [ada.id]),
    );
    expect(seen.map(({ id }) => id)).toEqual([old]);
    for (const sql of [
      'DELETE FROM due',
      'UPDATE due SET due_at = now()',
      'SELECT FROM entries',
      'SELECT FROM tombstones',
    ])
      await expect(db.asSystem((tx) => tx.query(sql))).rejects.toMatchObject({ driverError: { code: '42501' } });
    expect(await sweep()).toBe(1);
    expectProblem(await ada.get(`/entries/${old}`), 410, 'entries/erased');
    expect(await statusOf(ada, young)).toBe(200);
  });

  it('goes with an account that is erased before', async () => {
    const ada = await api.newUser();
    const id = await trashed(ada);
    await age(id);
    await ada.post('/auth/erase', { password: 'a rainy sunday with cocoa' });
    await eventually('the account is gone', async () => {
      const rows = await api.database.look('SELECT FROM users WHERE user_id = $1', [ada.id]);
      return rows.length === 0 ? true : undefined;
    });
    expect(await api.database.look('SELECT FROM due WHERE user_id = $1', [ada.id])).toEqual([]);
    expect(await sweep()).toBe(0);
  });
});
