import { describe, expect, it } from '@jest/globals';
import { lint, sqlOf } from '../../scripts/migrations/lint.mjs';

/** Each with the rule that must name it; all on tables that were there before. */
const FAULTS: readonly (readonly [rule: string, sql: string])[] = [
  ['new-not-null-column', 'ALTER TABLE entries ADD COLUMN mood text NOT NULL'],
  ['new-not-null-column', 'ALTER TABLE entries ADD a text, ADD b integer NOT NULL'],
  ['drop-column', 'ALTER TABLE entries DROP COLUMN kind'],
  ['drop-column', 'ALTER TABLE entries DROP kind'],
  ['drop-table', 'DROP TABLE IF EXISTS tags'],
  ['drop-function', 'DROP FUNCTION count_peppers()'],
  ['drop-function', 'DROP TYPE mood'],
  ['drop-function', 'DROP SCHEMA extra'],
  ['rename', 'ALTER TABLE entries RENAME COLUMN kind TO sort'],
  ['rename', 'ALTER TABLE "entries" RENAME TO pages'],
  ['type-change', 'ALTER TABLE public.entries ALTER COLUMN version TYPE numeric'],
  ['type-change', 'alter table entries\n  alter version set data type numeric'],
  ['set-not-null', 'ALTER TABLE entries ALTER COLUMN source SET NOT NULL'],
  ['rewrite', 'ALTER TABLE entries ADD COLUMN n bigserial'],
  ['rewrite', 'ALTER TABLE entries ADD COLUMN made timestamptz DEFAULT clock_timestamp()'],
  ['rewrite', 'ALTER TABLE entries ADD COLUMN name uuid DEFAULT gen_random_uuid()'],
  ['rewrite', 'ALTER TABLE entries ADD COLUMN name uuid DEFAULT uuidv7()'],
  ['rewrite', 'ALTER TABLE entries ADD COLUMN n float DEFAULT random()'],
  ['rewrite', 'ALTER TABLE entries ADD COLUMN made text DEFAULT timeofday()'],
  ['rewrite', "ALTER TABLE entries ADD COLUMN n bigint DEFAULT nextval('numbers')"],
  ['rewrite', 'ALTER TABLE entries ADD COLUMN n integer GENERATED ALWAYS AS (version * 2) STORED'],
  ['blocking-index', 'CREATE INDEX entries_by_kind ON entries (user_id, kind)'],
  ['blocking-index', 'CREATE UNIQUE INDEX ON ONLY entries (user_id, kind)'],
  ['blocking-index', 'ALTER TABLE entries ADD CONSTRAINT once UNIQUE (user_id, kind)'],
  ['blocking-index', 'ALTER TABLE entries ADD PRIMARY KEY (user_id, id)'],
  ['blocking-index', 'ALTER TABLE entries ADD EXCLUDE USING gist (id WITH =)'],
  ['unvalidated-constraint', 'ALTER TABLE entries ADD CONSTRAINT sane CHECK (version > 0)'],
  ['unvalidated-constraint', 'ALTER TABLE entries ADD FOREIGN KEY (device_id) REFERENCES devices (id)'],
  ['unvalidated-constraint', 'ALTER TABLE entries ADD COLUMN book uuid REFERENCES books'],
  ['data', "UPDATE entries SET kind = 'note'"],
  ['data', 'DELETE FROM entries WHERE kind IS NULL'],
  ['data', 'INSERT INTO tags SELECT * FROM entries'],
  ['data', 'WITH old AS (SELECT 1) DELETE FROM entries'],
  ['truncate', 'TRUNCATE entries'],
  ['lock', 'LOCK TABLE entries'],
  ['lock', 'CLUSTER entries'],
  ['lock', 'VACUUM FULL entries'],
  ['lock', 'REINDEX TABLE entries'],
  ['revoke', 'REVOKE SELECT ON entries FROM daybook_api'],
  ['lock-timeout', "SET LOCAL lock_timeout = '1min'"],
  ['drop-column', `DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN kind', 'x'); END $$`],
  ['data', `DO $body$ BEGIN UPDATE entries SET kind = 'a'; END $body$`],
];

const rules = (faults: readonly string[]) => faults.map((fault) => fault.slice(0, fault.indexOf(':')));

describe('the linter of migrations', () => {
  it.each(FAULTS)('finds %s in: %s', (rule, sql) => {
    expect(rules(lint(sql))).toEqual([rule]);
    expect(rules(lint(`CREATE TABLE other (id uuid);\n${sql};\nSELECT 1`))).toEqual([rule]);
  });

  it.each(FAULTS)('lets %s pass where a comment gives a reason: %s', (rule, sql) => {
    expect(lint(`-- allow ${rule}: nothing has used it since 1.4\n${sql}`)).toEqual([]);
    expect(rules(lint(`-- allow ${rule}:\n${sql}`))).toEqual([rule]);
    expect(rules(lint(`-- allow other: a reason\n${sql}`))).toEqual([rule]);
    expect(rules(lint(`-- allow ${rule}: for this one\nSELECT 1;\n${sql}`))).toEqual([rule]);
  });

  it('wants CONCURRENTLY outside of a transaction, and a constraint validated after the one that added it', () => {
    const index = 'CREATE INDEX CONCURRENTLY entries_by_kind ON entries (user_id, kind)';
    expect(rules(lint(index))).toEqual(['transaction']);
    expect(lint(index, false)).toEqual([]);
    const added = 'ALTER TABLE entries ADD CONSTRAINT sane CHECK (version > 0) NOT VALID';
    const validated = 'ALTER TABLE entries VALIDATE CONSTRAINT sane';
    expect(lint(added)).toEqual([]);
    expect(lint(validated)).toEqual([]);
    expect(rules(lint(`${added};${validated}`))).toEqual(['validated-at-once']);
    expect(lint(`${added};${validated}`, false)).toEqual([]);
  });

  it('has nothing against what adds, nor against anything on a table that the migration makes itself', () => {
    const adding = [
      'ALTER TABLE entries ADD COLUMN a text, ADD COLUMN b numeric(10, 2) NOT NULL DEFAULT 0',
      "COMMENT ON TABLE entries IS 'DROP TABLE entries; UPDATE entries SET a = 1'",
      '-- DROP TABLE entries;\n/* TRUNCATE entries; */ SELECT 1',
      'GRANT SELECT ON entries TO daybook_api',
      'ALTER TABLE entries ADD CONSTRAINT once UNIQUE USING INDEX entries_once',
      'ALTER TABLE entries DROP CONSTRAINT sane',
      'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM entries; $$',
    ];
    expect(lint(adding.join(';'))).toEqual([]);
    const own = [
      'CREATE TABLE pages (user_id uuid NOT NULL REFERENCES users)',
      'CREATE INDEX pages_by_user ON pages (user_id)',
      'ALTER TABLE pages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, ADD COLUMN n integer NOT NULL',
      'UPDATE pages SET n = 1',
    ];
    expect(lint(own.join(';'))).toEqual([]);
  });

  it('looks at what the migration asks, and refuses what it cannot look at', async () => {
    const asking = {
      up: async (runner: { query(sql: string): Promise<unknown> }) => void (await runner.query('SELECT 1')),
    };
    expect(await sqlOf(asking)).toBe('SELECT 1');
    const hiding = { up: async (runner: { dropTable(name: string): Promise<void> }) => runner.dropTable('entries') };
    await expect(sqlOf(hiding)).rejects.toThrow('calls dropTable()');
  });
});
