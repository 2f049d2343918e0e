import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { migrationOptions } from '../../src/platform/database/data-source.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { migrations } from '../../src/platform/database/migrations.js';
import { emptyDatabase, isPartitioned, newDatabase, type TestDatabase } from '../harness/database.js';
import { partition } from '../harness/partition.mjs';

/** Everything that a migration can make, one line each, in the order of the words. */
const SCHEMA = `
  SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS line
  FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT 'policy ' || tablename || ' ' || policyname || ' ' || roles::text || ' ' || cmd || ' ' || coalesce(qual, '') || ' ' || coalesce(with_check, '')
  FROM pg_policies WHERE schemaname = 'public'
  UNION ALL SELECT 'security ' || relname || ' ' || relrowsecurity || ' ' || relforcerowsecurity
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
  UNION ALL SELECT 'grant ' || grantee || ' ' || table_name || ' ' || privilege_type
  FROM information_schema.role_table_grants WHERE table_schema = 'public'
  UNION ALL SELECT 'column grant ' || grantee || ' ' || table_name || '.' || column_name || ' ' || privilege_type
  FROM information_schema.column_privileges WHERE table_schema = 'public'
  UNION ALL SELECT 'comment ' || objoid::regclass || ' ' || objsubid || ' ' || description
  FROM pg_description JOIN pg_class ON pg_class.oid = objoid
  WHERE classoid = 'pg_class'::regclass AND relnamespace = 'public'::regnamespace
  UNION ALL SELECT 'function ' || proname || ' ' || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT 'type ' || typname || ' ' || typtype::text FROM pg_type WHERE typnamespace = 'public'::regnamespace
  ORDER BY 1`;

const names = migrations.map(({ name }) => name);
const isBookkeeping = (line: string) => /^\w+( grant)? (public\.)?_?migrations|\bmigrations(_id_seq|\b)/.test(line);

describe('the migrations', () => {
  let database: TestDatabase | undefined;
  afterEach(async () => {
    await database?.drop();
    database = undefined;
  });

  const start = async () => (database = await emptyDatabase());
  const schemaOf = async ({ look }: TestDatabase) => {
    const lines = await look<{ line: string }>(SCHEMA);
    return lines.map(({ line }) => line).filter((line) => !isBookkeeping(line));
  };

  /** Takes back every migration, newest first. */
  async function undoAll(url: string): Promise<void> {
    const source = await new DataSource(migrationOptions(url)).initialize();
    try {
      for (let undone = 0; undone < migrations.length; undone++) await source.undoLastMigration();
    } finally {
      await source.destroy();
    }
  }

  it('go up, down to nothing, and up again to the same schema', async () => {
    const empty = await start();
    const url = empty.url('owner');
    expect(await schemaOf(empty)).toEqual([]);
    expect(await migrate(url)).toEqual(names);
    const first = await schemaOf(empty);
    expect(first.filter((line) => line.startsWith('policy')).length).toBeGreaterThan(10);

    await undoAll(url);
    expect(await schemaOf(empty)).toEqual([]);
    expect(await empty.look('SELECT FROM migrations')).toEqual([]);

    expect(await migrate(url)).toEqual(names);
    expect(await schemaOf(empty)).toEqual(first);
  });

  it('do nothing the second time', async () => {
    const { url } = await start();
    await migrate(url('owner'));
    expect(await migrate(url('owner'))).toEqual([]);
  });

  it('run once when several jobs start at once', async () => {
    const empty = await start();
    const ran = await Promise.all([1, 2, 3].map(() => migrate(empty.url('owner'))));
    expect(ran.flat()).toEqual(names);
    expect(await empty.look('SELECT name FROM migrations ORDER BY id')).toEqual(names.map((name) => ({ name })));
  });

  it('leave nothing behind of one that fails', async () => {
    const empty = await start();
    await empty.look('CREATE TABLE entries (id int)');
    // TypeORM says it on the console as well.
    const said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    await expect(migrate(empty.url('owner'))).rejects.toThrow('already exists');
    said.mockRestore();
    const tables = await empty.look<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname LIKE 'ledger%'",
    );
    expect(tables).toEqual([]);
    await empty.look('DROP TABLE entries');
    await migrate(empty.url('owner'));
    expect(await empty.look('SELECT name FROM migrations ORDER BY id')).toEqual(names.map((name) => ({ name })));
  });

  it('are those of the template that every test copies', async () => {
    const empty = await start();
    await migrate(empty.url('owner'));
    if (isPartitioned) await partition(empty.superuserUrl);
    const copy = await newDatabase();
    expect(await schemaOf(copy)).toEqual(await schemaOf(empty));
    await copy.drop();
  });
});
