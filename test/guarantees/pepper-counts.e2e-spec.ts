import { describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { CountPeppers1795250250000 } from '../../migrations/1795250250000-CountPeppers.js';
import { LockAccounts1795250251000 } from '../../migrations/1795250251000-LockAccounts.js';
import { ShowMigrations1795250252000 } from '../../migrations/1795250252000-ShowMigrations.js';
import { useApi } from '../harness/api.js';
import { inSystemRole } from '../harness/system-role.js';

describe('counting peppers', () => {
  const api = useApi();
  const inRole = (sql: string, before?: string) => inSystemRole(api.database, sql, before);

  it('is all that the system role can do with passwords: no column of no row is to be had', async () => {
    await api.newUser();
    const columns = await api.database.look<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'passwords'`,
    );
    for (const { name } of [...columns, { name: '1' }, { name: 'count(*)' }])
      await expect(inRole(`SELECT ${name} FROM passwords`)).rejects.toThrow('permission denied');
  });

  it('shows the system role no slot that has not expired, and of an expired one not its pepper', async () => {
    await api.newUser();
    const visible = await inRole('SELECT user_id, id FROM slots');
    expect(visible).toEqual([]);
    await expect(inRole('SELECT pepper_id FROM slots')).rejects.toThrow('permission denied');
    // The setting that opens the rows to the function opens them to nobody else.
    const opened = await inRole('SELECT user_id, id FROM slots', `SET LOCAL app.counting = 'peppers'`);
    expect(opened).toEqual([]);
  });

  it('is not for the role that serves requests', async () => {
    await expect(api.database.as('api', 'SELECT * FROM count_peppers()')).rejects.toThrow('permission denied');
    // To the queue's role not even the schema is there.
    await expect(api.database.as('queue', 'SELECT * FROM count_peppers()')).rejects.toThrow('does not exist');
  });

  it('answers kind, pepper and count, and leaves nothing open behind it', async () => {
    await api.newUser();
    const rows = await inRole('SELECT * FROM count_peppers()');
    expect(rows.map((row) => Object.keys(row))).toEqual(rows.map(() => ['kind', 'pepper_id', 'count']));
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(['access', 'password', 'refresh', 'verifier']));
    const owned = await api.database.as('owner', 'SELECT FROM passwords');
    expect(owned).toEqual([]);
  });

  it('can be taken back, with the other migrations of the commands, and made again', async () => {
    const source = await new DataSource({ type: 'postgres', url: api.database.url('owner') }).initialize();
    const runner = source.createQueryRunner();
    const migrations = [CountPeppers1795250250000, LockAccounts1795250251000, ShowMigrations1795250252000];
    try {
      for (const migration of migrations.toReversed()) await new migration().down(runner);
      await expect(inRole('SELECT * FROM count_peppers()')).rejects.toThrow('does not exist');
      for (const migration of migrations) await new migration().up(runner);
      expect((await inRole('SELECT * FROM count_peppers()')).length).toBeGreaterThan(0);
    } finally {
      await runner.release();
      await source.destroy();
    }
  });
});
