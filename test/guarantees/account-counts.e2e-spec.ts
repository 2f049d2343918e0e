import { describe, expect, it } from '@jest/globals';
import { useApi } from '../harness/api.js';
import { inSystemRole } from '../harness/system-role.js';

describe('counting accounts', () => {
  const api = useApi();
  const inRole = (sql: string, before?: string) => inSystemRole(api.database, sql, before);

  it('answers sums in one row, and leaves nothing open behind it', async () => {
    await api.newUser();
    const user = await api.newUser();
    await user.post('/entries', { content: 'First snow.' });
    await api.newE2eUser();
    const [sums, ...more] = await inRole('SELECT * FROM count_accounts()');
    expect(sums).toEqual({ uce: 2, e2e: 1, sessions: 3, storage_bytes: expect.any(Number) });
    expect(sums?.['storage_bytes']).toBeGreaterThan(0);
    expect(more).toEqual([]);
    for (const table of ['users', 'sessions', 'storage'])
      expect(await api.database.as('owner', `SELECT FROM ${table}`)).toEqual([]);
  });

  it('is all that the system role can do with accounts', async () => {
    for (const name of ['email', 'tier', 'user_id', 'count(*)'])
      await expect(inRole(`SELECT ${name} FROM users`)).rejects.toThrow('permission denied');
    await expect(inRole('SELECT sum(used_bytes) FROM storage')).rejects.toThrow('permission denied');
    // The setting that opens the rows to the function opens them to nobody else.
    expect(await inRole('SELECT id FROM sessions', `SET LOCAL app.counting = 'accounts'`)).toEqual([]);
  });

  it('is not for the role that serves requests, nor opens anything to it', async () => {
    await expect(api.database.as('api', 'SELECT * FROM count_accounts()')).rejects.toThrow('permission denied');
    await expect(api.database.as('queue', 'SELECT * FROM count_accounts()')).rejects.toThrow('does not exist');
    expect(
      await api.database.as('api', "SELECT set_config('app.counting', 'accounts', true), email FROM users"),
    ).toEqual([]);
  });
});
