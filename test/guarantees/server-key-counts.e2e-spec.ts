import { describe, expect, it } from '@jest/globals';
import type { TestUser } from '../harness/api.js';
import { useIntegrations } from '../harness/facebook/connected.js';
import { inSystemRole } from '../harness/system-role.js';

const SEALED = ['connections', 'connection_pages', 'connects', 'publications'];

describe('counting what server keys seal', () => {
  const { api, graph, connect } = useIntegrations();
  const inRole = (sql: string, before?: string) => inSystemRole(api.database, sql, before);

  /** Somebody of whom each table has something: connected, with a page, about to connect again, with a text that waits. */
  const live = async (): Promise<TestUser> => {
    const user = await api.newUser();
    await connect(user, graph.world.newPerson({ pages: ['Garden notes'] }));
    await user.post('/integrations/facebook/connect');
    const { body: entry } = await user.post('/entries', { content: 'First snow.' });
    graph.fail({ method: 'POST', path: /\/feed$/, how: 'away', times: 100 });
    await user.post('/integrations/facebook/push', { entry_id: entry.id });
    return user;
  };

  it('answers key and count, of every table, and leaves nothing open behind it', async () => {
    const ada = await live();
    for (const table of SEALED)
      expect([table, await api.database.look(`SELECT FROM ${table} WHERE user_id = $1`, [ada.id])]).toEqual([
        table,
        [{}],
      ]);
    const before = await inRole('SELECT * FROM count_server_secrets()');
    expect(before).toEqual([{ server_key_id: 'k1', count: 4 }]);
    for (const [index, table] of SEALED.entries()) {
      await api.database.look(`UPDATE ${table} SET server_key_id = 'k0' WHERE user_id = $1`, [ada.id]);
      const counts = await inRole('SELECT * FROM count_server_secrets() ORDER BY 1');
      expect(counts[0]).toEqual({ server_key_id: 'k0', count: index + 1 });
    }
    for (const table of SEALED) {
      await api.database.look(`UPDATE ${table} SET server_key_id = 'k1' WHERE user_id = $1`, [ada.id]);
      expect(await api.database.as('owner', `SELECT FROM ${table}`)).toEqual([]);
    }
    const setting = `SELECT current_setting('app.counting', true) AS counting`;
    const left = await inRole(`SELECT set.counting FROM count_server_secrets(), (${setting}) AS set`);
    expect(left.filter(({ counting }) => counting)).toEqual([]);
  });

  it('is all that the system role can do with them: no sealed column, no key id, and no row that has not expired', async () => {
    await live();
    for (const table of SEALED) {
      const columns = await api.database.look<{ name: string }>(
        `SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1
         AND (column_name LIKE 'sealed%' OR column_name IN ('server_key_id', 'state_hash', 'provider_user_id', 'page_id', 'entry_id'))`,
        [table],
      );
      expect(columns.length).toBeGreaterThan(1);
      for (const { name } of columns)
        await expect(inRole(`SELECT ${name} FROM ${table}`)).rejects.toThrow('permission denied');
    }
    for (const table of ['connections', 'connection_pages'])
      await expect(inRole(`SELECT count(*) FROM ${table}`)).rejects.toThrow('permission denied');
    // The setting that opens the rows to the function opens them to nobody else.
    for (const table of ['connects', 'publications'])
      expect(await inRole(`SELECT user_id FROM ${table}`, `SET LOCAL app.counting = 'server-keys'`)).toEqual([]);
  });

  it('is not for the role that serves requests', async () => {
    const sql = 'SELECT * FROM count_server_secrets()';
    await expect(api.database.as('api', sql)).rejects.toThrow('permission denied');
    // To the queue's role not even the schema is there.
    await expect(api.database.as('queue', sql)).rejects.toThrow('does not exist');
  });
});
