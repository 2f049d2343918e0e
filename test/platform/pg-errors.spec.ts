import { setTimeout as sleep } from 'node:timers/promises';
import { createId } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { Database, type Tx } from '../../src/platform/database/database.js';
import { isBusy, isRepeatable, SqlState, sqlState } from '../../src/platform/database/pg-errors.js';
import { UserId } from '../../src/platform/ids.js';
import { type E2eTestUser, useApi } from '../harness/api.js';
import { sealedDraft } from '../harness/entries.js';
import { eventually } from '../harness/eventually.js';
import { expectProblem } from '../harness/problems.js';

interface Caught {
  readonly state: string | undefined;
  readonly isBusy: boolean;
  readonly isRepeatable: boolean;
  readonly attempts: number;
}

/** A place where two wait for each other. */
function meeting(): () => Promise<void> {
  let arrived = 0;
  let open: () => void = () => undefined;
  const both = new Promise<void>((resolve) => (open = resolve));
  return () => {
    if (++arrived === 2) open();
    return both;
  };
}

describe('a transaction', () => {
  const api = useApi();
  const principal = { userId: UserId.parse(createId()) };

  /** What comes out of work that fails, and how often it was tried. */
  async function caught(work: (tx: Tx) => Promise<unknown>): Promise<Caught> {
    let attempts = 0;
    const failed = api.get(Database).asUser(principal, (tx) => {
      attempts++;
      return work(tx);
    });
    const error: unknown = await failed.then(
      () => new Error('it did not fail'),
      (reason: unknown) => reason,
    );
    return { state: sqlState(error), isBusy: isBusy(error), isRepeatable: isRepeatable(error), attempts };
  }

  const counterRow = async (tx: Tx, { id }: E2eTestUser) => {
    await tx.query(`SET LOCAL app.user_id = '${id}'`);
    await tx.query('SELECT FROM ledger_heads FOR UPDATE');
  };
  const userRow = async (tx: Tx, { id }: E2eTestUser) => {
    await tx.query(`SET LOCAL app.user_id = '${id}'`);
    await tx.query('SELECT FROM users FOR UPDATE');
  };

  it('that breaks a unique constraint fails at once: that is for the caller to know', async () => {
    const insert = (tx: Tx) => tx.query("INSERT INTO sign_in_names VALUES ('email', 'twice', $1)", [principal.userId]);
    const answer = await caught(async (tx) => [await insert(tx), await insert(tx)]);
    expect(answer).toEqual({ state: SqlState.uniqueViolation, isBusy: false, isRepeatable: false, attempts: 1 });
  });

  it('that finds a row locked, time and again, says busy', async () => {
    const eve = await api.newE2eUser();
    const lock = api.database.hold(`SELECT FROM ledger_heads WHERE user_id = '${eve.id}' FOR UPDATE`);
    await lock.held;
    const answer = await caught((tx) => counterRow(tx, eve));
    expect(answer).toEqual({ state: SqlState.lockNotAvailable, isBusy: true, isRepeatable: true, attempts: 3 });
    await lock.release();
  });

  it('that did not get a lock in time is run again, and done when the lock is free', async () => {
    const eve = await api.newE2eUser();
    const lock = api.database.hold(`SELECT FROM ledger_heads WHERE user_id = '${eve.id}' FOR UPDATE`);
    await lock.held;
    let attempts = 0;
    await api.get(Database).asUser(principal, async (tx) => {
      if (++attempts === 2) await lock.release();
      await counterRow(tx, eve);
    });
    expect(attempts).toBe(2);
  });

  it('that runs too long is ended, and says busy', async () => {
    const answer = await caught(async (tx) => {
      await tx.query("SET LOCAL statement_timeout = '50ms'");
      await tx.query('SELECT pg_sleep(5)');
    });
    expect(answer).toEqual({ state: SqlState.queryCanceled, isBusy: true, isRepeatable: false, attempts: 1 });
  });

  it('that does nothing for too long is ended, and says busy', async () => {
    const answer = await caught(async (tx) => {
      await tx.query("SET LOCAL idle_in_transaction_session_timeout = '50ms'");
      await sleep(300);
      await tx.query('SELECT 1');
    });
    expect(answer).toMatchObject({ isBusy: true, isRepeatable: false, attempts: 1 });
    expect((await api.http.get('/nothing')).status).toBe(404);
  });

  it('whose connection the server ends says busy, and the next one has another connection', async () => {
    const answer = await caught((tx) => tx.query('SELECT pg_terminate_backend(pg_backend_pid())'));
    expect(answer).toEqual({ state: SqlState.adminShutdown, isBusy: true, isRepeatable: false, attempts: 1 });
    await api.get(Database).ping();
  });

  it('whose connection is lost between two statements says busy', async () => {
    const answer = await caught(async (tx) => {
      const [{ pid }]: [{ pid: number }] = await tx.query('SELECT pg_backend_pid() AS pid');
      await api.database.look('SELECT pg_terminate_backend($1, 1000)', [pid]);
      await sleep(50);
      await tx.query('SELECT 1');
    });
    expect(answer).toMatchObject({ isBusy: true, isRepeatable: false, attempts: 1 });
  });

  it('that always loses against others is given up after three tries, and says busy', async () => {
    const raise = (state: string) => (tx: Tx) => tx.query(`DO $$ BEGIN RAISE EXCEPTION SQLSTATE '${state}'; END $$`);
    for (const state of [SqlState.serializationFailure, SqlState.deadlockDetected])
      expect(await caught(raise(state))).toEqual({ state, isBusy: true, isRepeatable: true, attempts: 3 });
  });

  it('that lost a serialization conflict is run again, and both finish', async () => {
    const eve = await api.newE2eUser();
    const meet = meeting();
    let attempts = 0;
    const seqOf = async (tx: Tx): Promise<number> => {
      const rows: { seq: number }[] = await tx.query('SELECT seq FROM ledger_heads');
      return rows[0]?.seq ?? -1;
    };
    const increase = () =>
      api.get(Database).asUser({ userId: UserId.parse(eve.id) }, async (tx) => {
        await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
        const seq = await seqOf(tx);
        if (++attempts <= 2) await meet();
        await tx.query('UPDATE ledger_heads SET seq = $1', [seq + 1]);
      });
    const before = await api.get(Database).asUser({ userId: UserId.parse(eve.id) }, seqOf);
    await Promise.all([increase(), increase()]);
    expect(attempts).toBe(3);
    expect(await api.get(Database).asUser({ userId: UserId.parse(eve.id) }, seqOf)).toBe(before + 2);
  });

  it('that lost a deadlock is run again, and both finish', async () => {
    const [eve, meet] = [await api.newE2eUser(), meeting()];
    let attempts = 0;
    const lock = (...order: (typeof userRow)[]) =>
      api.get(Database).asUser(principal, async (tx) => {
        const isFirst = ++attempts <= 2;
        await order[0]?.(tx, eve);
        if (isFirst) await meet();
        // The server looks for deadlocks after a while only; the role's limit for locks is as long.
        await tx.query("SET LOCAL lock_timeout = '10s'");
        await order[1]?.(tx, eve);
      });
    await Promise.all([lock(counterRow, userRow), lock(userRow, counterRow)]);
    expect(attempts).toBe(3);
  });
});

describe('the server', () => {
  const api = useApi({ environment: { DATABASE_POOL_MAX: '3' } });
  const kill = () =>
    api.database.look(`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND usename = 'daybook_api'`);
  /** Whether somebody waits for a lock. */
  const waits = async () => {
    const rows = await api.database.look(`
      SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND usename = 'daybook_api' AND wait_event_type = 'Lock'`);
    return rows.length > 0 ? true : undefined;
  };

  it('answers busy when its connection is lost in the middle of a request, and lives on', async () => {
    const eve = await api.newE2eUser();
    const lock = api.database.hold(`SELECT FROM ledger_heads WHERE user_id = '${eve.id}' FOR UPDATE`);
    await lock.held;
    const writing = eve.post('/entries', sealedDraft(eve));
    await eventually('the request waits for the lock', waits);
    await kill();
    const answer = await writing;
    expectProblem(answer, 503, 'server/unavailable');
    expect(answer.headers.get('retry-after')).toBe('2');
    await lock.release();
    expect((await eve.post('/entries', sealedDraft(eve))).status).toBe(201);
  });

  it('lives on when its idle connections are lost', async () => {
    const eve = await api.newE2eUser();
    for (let turn = 0; turn < 3; turn++) {
      await kill();
      const answers = await Promise.all(Array.from({ length: 6 }, () => eve.get('/auth/me')));
      for (const { status } of answers) expect([200, 503]).toContain(status);
      expect((await eve.get('/auth/me')).status).toBe(200);
    }
  });

  it('answers busy when a row stays locked, and nothing is written', async () => {
    const eve = await api.newE2eUser();
    const lock = api.database.hold(`SELECT FROM ledger_heads WHERE user_id = '${eve.id}' FOR UPDATE`);
    await lock.held;
    expectProblem(await eve.post('/entries', sealedDraft(eve)), 503, 'server/unavailable');
    await lock.release();
    expect(await api.database.look('SELECT FROM entries WHERE user_id = $1', [eve.id])).toEqual([]);
  });

  it('answers busy when no connection gets free, and is well again afterwards', async () => {
    const eve = await api.newE2eUser();
    const lock = api.database.hold(`LOCK TABLE entries, sessions IN ACCESS EXCLUSIVE MODE`);
    await lock.held;
    const answers = await Promise.all(Array.from({ length: 12 }, () => eve.get('/entries')));
    for (const answer of answers) expectProblem(answer, 503, 'server/unavailable');
    await lock.release();
    expect((await eve.get('/entries')).status).toBe(200);
    expect((await fetch(`${api.origin}/health/ready`)).status).toBe(200);
  });
});
