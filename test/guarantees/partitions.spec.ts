import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { describeDatabase } from '../../scripts/schema.mjs';
import { migrate } from '../../src/platform/database/migrate.js';
import { emptyDatabase, type TestDatabase } from '../harness/database.js';
import { partition, PARTS } from '../harness/partition.mjs';

/** Tables that stay whole: sign_in_names has no user first in its key, migrations no users at all. */
const WHOLE = ['migrations', 'sign_in_names'];

interface Part {
  readonly name: string;
  readonly parent: string;
}

describe('tables that are partitioned by a hash of their user', () => {
  let database: TestDatabase;
  let before: string;
  let parts: Part[];
  /** The same in every run, so that they are always in the same parts. */
  const users = Array.from({ length: 40 }, (_, n) => `01a1ff00-0000-7000-8000-${String(n).padStart(12, '0')}`);

  beforeAll(async () => {
    database = await emptyDatabase();
    await migrate(database.url('owner'));
    before = await describeDatabase(database.superuserUrl);
    await partition(database.superuserUrl);
    parts = await database.look<Part>(
      'SELECT inhrelid::regclass::text AS name, inhparent::regclass::text AS parent FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE relkind = $1 ORDER BY 1',
      ['r'],
    );
    for (const id of users)
      await database.look(`INSERT INTO users (user_id, tier, email, created_at) VALUES ($1, 'uce', 'x', now())`, [id]);
  });
  afterAll(() => database.drop());

  it('have the columns, constraints, indexes, policies and grants of those that are not', async () => {
    expect(await describeDatabase(database.superuserUrl)).toBe(before);
  });

  it('are all but the listed ones, in eight parts each', async () => {
    const tables = await database.look<{ name: string; kind: string }>(
      `SELECT relname AS name, relkind AS kind FROM pg_class
       WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace ORDER BY 1`,
    );
    expect(tables.filter(({ kind }) => kind === 'r').map(({ name }) => name)).toEqual(WHOLE);
    const counts = Object.groupBy(parts, ({ parent }) => parent);
    for (const { name, kind } of tables)
      expect([name, counts[name]?.length ?? 0]).toEqual([name, kind === 'p' ? PARTS : 0]);
  });

  it('spread their users over all parts', async () => {
    const used = await database.look('SELECT DISTINCT tableoid FROM users');
    expect(used.length).toBe(PARTS);
  });

  it('show a user the rows that are theirs, whichever part these are in', async () => {
    for (const id of users) expect(await database.actAs('SELECT FROM users', id)).toBe(1);
    expect(await database.actAs('SELECT FROM users')).toBe(0);
  });

  it('have one part looked into by a statement of one user, whether or not it names the user', async () => {
    const [user = ''] = users;
    const client = new pg.Client({ connectionString: database.url('api') });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SET LOCAL app.user_id = '${user}'`);
      for (const where of ['', ` WHERE user_id = '${user}'`]) {
        const { rows } = await client.query<Record<string, string>>(`EXPLAIN (ANALYZE) SELECT tier FROM users${where}`);
        const scanned = rows.flatMap((row) => /Scan .*on (users_\d)/.exec(Object.values(row)[0] ?? '')?.[1] ?? []);
        expect([where, new Set(scanned).size]).toEqual([where, 1]);
      }
    } finally {
      await client.end();
    }
  });

  it('have parts that no role may touch, around their row security', async () => {
    expect(parts.length).toBeGreaterThan(100);
    const open = await database.look(
      `SELECT c.oid::regclass AS part, role FROM pg_class c, unnest('{daybook_api,daybook_queue,daybook_system}'::text[]) AS role
       WHERE c.relispartition AND c.relkind = 'r' AND (
         has_table_privilege(role, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
         OR has_any_column_privilege(role, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
         OR NOT (c.relrowsecurity AND c.relforcerowsecurity)
         OR EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid))`,
    );
    expect(open).toEqual([]);
    const [user = ''] = users;
    for (const { name } of parts.filter(({ parent }) => parent === 'users' || parent === 'entries'))
      for (const sql of [`SELECT FROM ${name}`, `DELETE FROM ${name}`, `UPDATE ${name} SET user_id = user_id`])
        await expect(database.actAs(sql, user)).rejects.toMatchObject({ code: '42501' });
    expect(await database.as('owner', 'SELECT FROM users_0')).toEqual([]);
  });
});
