import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { newDatabase, type TestDatabase } from '../harness/database.js';
import { distributionRules, findObstacles, type Obstacle } from '../harness/distribution.js';

/** Tables that are not distributed by user, each with what it would be on Citus and why. */
const LISTED: Record<string, string> = {
  migrations: 'a local table of the coordinator: the migration job alone writes it',
  sign_in_names: 'a reference table: it is asked who is meant, before there is a user to ask as',
};

/** What has to be written anew before a distribution, and is known (docs/scale.md, Citus). */
const KNOWN: Obstacle[] = ['has a policy with a subquery', 'has a restrictive policy'].flatMap((rule) =>
  ['key_log', 'ledger_events', 'ledger_heads', 'security_events', 'users'].map((table) => ({
    table,
    rule,
    what: 'kept',
  })),
);

/** For each rule a change that breaks it, and what is found then. */
const FAULTS: Record<string, { readonly sql: string; readonly found: Omit<Obstacle, 'rule'> }> = {
  'has no user_id, and is not listed': {
    sql: 'CREATE TABLE moods (id uuid PRIMARY KEY)',
    found: { table: 'moods', what: 'moods' },
  },
  'has a user_id that may be null, or is no uuid': {
    sql: 'CREATE TABLE moods (user_id text, id uuid, PRIMARY KEY (user_id, id))',
    found: { table: 'moods', what: 'moods' },
  },
  'has no primary key': {
    sql: 'CREATE TABLE moods (user_id uuid NOT NULL)',
    found: { table: 'moods', what: 'moods' },
  },
  'has a unique or exclusion index that does not begin with the user': {
    sql: 'CREATE UNIQUE INDEX moods ON tombstones (id, user_id)',
    found: { table: 'tombstones', what: 'moods' },
  },
  'has a foreign key that does not go from user to user first': {
    sql: `ALTER TABLE entry_cards ADD CONSTRAINT moods FOREIGN KEY (entry_id, user_id) REFERENCES entries (id, user_id)`,
    found: { table: 'entry_cards', what: 'moods' },
  },
  'has a foreign key that would set the user anew': {
    sql: `ALTER TABLE tombstones ADD CONSTRAINT moods FOREIGN KEY (user_id) REFERENCES users ON DELETE SET NULL`,
    found: { table: 'tombstones', what: 'moods' },
  },
  'is pointed to by a listed table': {
    sql: 'ALTER TABLE sign_in_names ADD CONSTRAINT moods FOREIGN KEY (user_id) REFERENCES users',
    found: { table: 'users', what: 'moods' },
  },
  'has a trigger': {
    sql: `CREATE TRIGGER moods BEFORE UPDATE ON tags FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
    found: { table: 'tags', what: 'moods' },
  },
  'has a rule': {
    sql: 'CREATE RULE moods AS ON DELETE TO tags DO INSTEAD NOTHING',
    found: { table: 'tags', what: 'moods' },
  },
  'takes numbers from a sequence, which is one for all users': {
    sql: 'CREATE SEQUENCE moods; ALTER TABLE entries ALTER COLUMN version SET DEFAULT nextval($$moods$$)',
    found: { table: 'entries', what: 'version' },
  },
  'inherits from another table': {
    sql: 'CREATE TABLE moods (PRIMARY KEY (user_id)) INHERITS (base)',
    found: { table: 'moods', what: 'base' },
  },
  'has a policy with a subquery': {
    sql: 'CREATE POLICY moods ON tags USING (user_id IN (SELECT user_id FROM entries))',
    found: { table: 'tags', what: 'moods' },
  },
  'has a restrictive policy': {
    sql: 'CREATE POLICY moods ON tags AS RESTRICTIVE USING (true)',
    found: { table: 'tags', what: 'moods' },
  },
};

describe('the tables, for a database that is distributed by user', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await newDatabase();
    client = new pg.Client({ connectionString: database.superuserUrl });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });
  beforeEach(() => client.query('BEGIN'));
  afterEach(() => client.query('ROLLBACK'));

  it('have nothing in the way but what is known', async () => {
    const byRule = (one: Obstacle, other: Obstacle) =>
      one.rule.localeCompare(other.rule) || one.table.localeCompare(other.table);
    const found = await findObstacles(client, Object.keys(LISTED));
    expect(found.toSorted(byRule)).toEqual(KNOWN.toSorted(byRule));
  });

  it('are distributed, but for the listed ones, which are there', async () => {
    const { rows } = await client.query('SELECT relname FROM pg_class WHERE relname = ANY ($1)', [Object.keys(LISTED)]);
    expect(rows.length).toBe(Object.keys(LISTED).length);
    // Not listed, either of them is in the way.
    const tables = new Set((await findObstacles(client, [])).map(({ table }) => table));
    expect([...tables]).toEqual(expect.arrayContaining(Object.keys(LISTED)));
  });

  it('are looked at by rules that each have a fault here', () => {
    expect(Object.keys(FAULTS)).toEqual(distributionRules);
  });

  it.each(Object.entries(FAULTS))('would be found out if one %s', async (rule, { sql, found }) => {
    if (sql.includes('INHERITS'))
      await client.query('CREATE TABLE base (user_id uuid NOT NULL, PRIMARY KEY (user_id))');
    await client.query(sql);
    expect(await findObstacles(client, Object.keys(LISTED))).toContainEqual({ rule, ...found });
  });
});
