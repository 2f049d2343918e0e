import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { migrate } from '../../src/platform/database/migrate.js';
import { migrations } from '../../src/platform/database/migrations.js';
import { newDatabase, type TestDatabase } from '../harness/database.js';
import { eventually } from '../harness/eventually.js';

class AddColour1999000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tags ADD COLUMN colour text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tags DROP COLUMN colour');
  }
}

class AddColourOfUsers1999000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN colour text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP COLUMN colour');
  }
}

const next = [...migrations, AddColour1999000000000, AddColourOfUsers1999000000001];

describe('a migration beside a server at work', () => {
  let database: TestDatabase;
  // TypeORM says each failure on the console as well.
  const said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  beforeEach(async () => {
    database = await newDatabase();
  });
  afterEach(async () => {
    await database.drop();
  });
  const isWaiting = async () =>
    (await database.look(`SELECT FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass`)).length > 0;

  it('steps back where it does not get its lock, lets others through, and tries again', async () => {
    const report = database.hold('LOCK TABLE users IN ACCESS SHARE MODE');
    await report.held;
    const migrating = migrate(database.url('owner'), {
      migrations: next,
      lockTimeoutMs: 100,
      pausesMs: Array.from({ length: 200 }, () => 100),
    });
    await eventually('it waits', async () => ((await isWaiting()) ? true : undefined));
    await eventually('it stepped back', async () => ((await isWaiting()) ? undefined : true));
    await report.release();
    expect(await migrating).toEqual([AddColour1999000000000.name, AddColourOfUsers1999000000001.name]);
    expect(said).toHaveBeenCalled();
  });

  it('gives up in the end, says which it was, keeps those before it, and goes on from there the next time', async () => {
    const report = database.hold('LOCK TABLE users IN ACCESS SHARE MODE');
    await report.held;
    const options = { migrations: next, lockTimeoutMs: 20, pausesMs: [1, 1] };
    await expect(migrate(database.url('owner'), options)).rejects.toThrow(
      /^The migration AddColourOfUsers1999000000001 did not get a lock on a table in 3 attempts, and nothing of it was done/,
    );
    await report.release();
    expect(await migrate(database.url('owner'), options)).toEqual([AddColourOfUsers1999000000001.name]);
  });

  it('does not wait longer than three seconds at a time unless told otherwise', async () => {
    const asked: string[] = [];
    class Ask1999000000002 implements MigrationInterface {
      async up(runner: QueryRunner): Promise<void> {
        const [row]: { lock_timeout: string }[] = await runner.query('SHOW lock_timeout');
        asked.push(row?.lock_timeout ?? '');
      }

      async down(): Promise<void> {}
    }
    await migrate(database.url('owner'), { migrations: [...migrations, Ask1999000000002] });
    expect(asked).toEqual(['3s']);
  });
});
