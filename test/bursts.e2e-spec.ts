import { describe, expect, it } from '@jest/globals';
import { useApi } from './harness/api.js';
import { eventually } from './harness/eventually.js';
import { verifiedLedger } from './harness/ledger.js';

const BURST = 50;
/** Together more than anybody waits for a connection, and less than a request may take. */
const STEP_MS = 60;

describe('a burst of requests by one user', () => {
  const api = useApi({ environment: { DATABASE_POOL_MAX: '10' } });

  it('is answered, though each has to wait for the one before', async () => {
    const ada = await api.newUser();
    await api.database.look(`
      CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(${STEP_MS} / 1000.0); RETURN NEW; END $$`);
    await api.database.look(
      'CREATE TRIGGER slow BEFORE UPDATE ON ledger_heads FOR EACH ROW EXECUTE FUNCTION take_time()',
    );
    try {
      const answers = await Promise.all(
        Array.from({ length: BURST }, (_, n) => ada.post('/entries', { content: `entry ${n}` })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(BURST).fill(201));
    } finally {
      await api.database.look('DROP TRIGGER slow ON ledger_heads');
    }
    await verifiedLedger(api.database, ada.id);
  });

  it('that has to wait does not keep others waiting', async () => {
    const [ada, bob] = [await api.newUser(), await api.newUser()];
    const lock = api.database.hold(`SELECT FROM ledger_heads WHERE user_id = '${ada.id}' FOR UPDATE`);
    await lock.held;
    const burst = Array.from({ length: BURST }, (_, n) => ada.post('/entries', { content: `entry ${n}` }));
    await eventually('the first of them wait', async () => {
      const waiting = await api.database.look(
        "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
      );
      return waiting.length > 1 ? true : undefined;
    });
    expect((await bob.get('/auth/me')).status).toBe(200);
    await lock.release();
    const statuses = new Set((await Promise.all(burst)).map(({ status }) => status));
    // Those that stood at the lock when it was held for too long are told to try again.
    expect([...statuses].filter((status) => status !== 201 && status !== 503)).toEqual([]);
    expect(statuses).toContain(201);
  });
});
