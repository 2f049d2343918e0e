import { createId } from '@daybook/sdk/crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { findPgBouncer, type PgBouncer, startPgBouncer } from '../../scripts/pgbouncer.mjs';
import { postgresOptions } from '../../src/platform/database/data-source.js';
import { Database } from '../../src/platform/database/database.js';
import { UserId } from '../../src/platform/ids.js';
import { newDatabase, type TestDatabase } from '../harness/database.js';

const CLIENTS = 10;
const TRANSACTIONS = 200;
/** Two connections for all clients, so that each follows another at once. */
const POOL_SIZE = 2;

interface Seen {
  readonly backend: number;
  readonly who: string | null;
  readonly role: string;
}
const SEEN = `SELECT pg_backend_pid() AS backend, current_setting('app.user_id', true) AS who, current_user::text AS role`;

if (findPgBouncer() === undefined) {
  it.todo('PgBouncer between was not tested: there is no pgbouncer on this machine');
} else {
  describe('behind PgBouncer in transaction mode', () => {
    let database: TestDatabase;
    let pooler: PgBouncer;
    let source: DataSource;
    let url: string;

    beforeAll(async () => {
      database = await newDatabase();
      const postgresUrl = database.superuserUrl;
      const passwords = { daybook_api: 'api', daybook_owner: 'owner' };
      pooler = await startPgBouncer({ postgresUrl, passwords, poolSize: POOL_SIZE });
      url = pooler.url(database.url('api'));
      source = await new DataSource(postgresOptions(url, CLIENTS)).initialize();
    });
    afterAll(async () => {
      await source?.destroy();
      await pooler?.stop();
      await database?.drop();
    });

    /** What somebody finds who sets nothing, on a connection of their own to the pooler. */
    const stranger = async (through = url): Promise<Seen | undefined> => {
      const client = new pg.Client({ connectionString: through });
      await client.connect();
      try {
        return (await client.query<Seen>(SEEN)).rows[0];
      } finally {
        await client.end();
      }
    };

    it('each transaction sees its own user, and what follows on its connection sees none', async () => {
      const db = new Database(source);
      const backends = new Set<number>();
      await Promise.all(
        Array.from({ length: TRANSACTIONS }, async () => {
          const userId = UserId.parse(createId());
          const [seen]: Seen[] = await db.asUser({ userId }, (tx) => tx.query(SEEN));
          expect(seen?.who).toBe(userId);
          const [after]: Seen[] = await source.query(SEEN);
          expect([after?.who || null, after?.role]).toEqual([null, 'daybook_api']);
          for (const found of [seen, after]) if (found) backends.add(found.backend);
        }),
      );
      // Otherwise nobody followed anybody.
      expect(backends.size).toBeLessThanOrEqual(POOL_SIZE);
      const found = await stranger();
      expect([found?.who || null, backends.has(found?.backend ?? 0)]).toEqual([null, true]);
    });

    it('neither the user nor the system’s role stays behind after a transaction that failed', async () => {
      const db = new Database(source);
      const userId = UserId.parse(createId());
      for (let n = 0; n < POOL_SIZE * 4; n++) {
        await expect(db.asUser({ userId }, (tx) => tx.query('SELECT 1 / 0'))).rejects.toThrow('division by zero');
        await expect(db.asSystem((tx) => tx.query('SELECT FROM entries'))).rejects.toThrow('permission denied');
        const found = await stranger();
        expect([found?.who || null, found?.role]).toEqual([null, 'daybook_api']);
      }
    });

    it('the time limits of the role hold', async () => {
      const limits =
        "SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock";
      expect(await source.query(limits)).toEqual([{ statement: '3s', lock: '1s' }]);
    });

    it('a setting of a session would be seen by others: this is what the rest of these tests can notice', async () => {
      // The owner's connections are not those that the other tests share.
      const owner = pooler.url(database.url('owner'));
      const careless = new pg.Client({ connectionString: owner });
      await careless.connect();
      const userId = createId();
      const { rows } = await careless.query<{ backend: number }>(
        `SELECT pg_backend_pid() AS backend, set_config('app.user_id', $1, false)`,
        [userId],
      );
      await careless.end();
      const found = await Promise.all(Array.from({ length: POOL_SIZE * 4 }, () => stranger(owner)));
      expect(found.filter((one) => one?.who === userId).map((one) => one?.backend)).toContain(rows[0]?.backend);
    });
  });
}
