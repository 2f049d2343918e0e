import { beforeAll, describe, expect, it } from '@jest/globals';
import { E2eTestUser, PASSWORD, type TestUser, useApi } from '../harness/api.js';
import { draftOf, noted } from '../harness/diary.js';
import { change, remove } from '../harness/entries.js';
import { eventually } from '../harness/eventually.js';

/** What the migrations of the next release may do while this one is at work: the linter lets it pass (docs/migrations.md). */
const EXPANSION = `
  DO $$
  DECLARE name text;
  BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
      AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'migrations' LOOP
      EXECUTE format('ALTER TABLE %I ADD COLUMN later text', name);
      EXECUTE format('ALTER TABLE %I ADD COLUMN counted integer NOT NULL DEFAULT 0', name);
      EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (counted >= 0) NOT VALID', name, name || '_counted');
    END LOOP;
  END $$`;

describe('this release on the schema of the next one', () => {
  const api = useApi({ withWorkers: true });
  let people: { uce: TestUser; e2e: TestUser };
  const before = noted({ content: 'Before.', tags: ['snow'], mood: 'calm' });

  // The server has prepared its statements on the old tables when these change under it.
  beforeAll(async () => {
    people = { uce: await api.newUser(), e2e: await api.newE2eUser() };
    for (const user of Object.values(people)) {
      expect((await user.post('/entries', draftOf(user, before))).status).toBe(201);
      expect((await user.get(`/entries/${before.id}`)).status).toBe(200);
      expect((await user.get('/entries')).status).toBe(200);
    }
    await api.database.as('owner', EXPANSION);
  });

  it.each(['uce', 'e2e'] as const)('goes on in every way: %s', async (tier) => {
    const user = people[tier];
    const after = noted({ content: 'After.', tags: ['snow', 'rain'] });
    const written = await user.post('/entries', draftOf(user, after));
    expect(written.status).toBe(201);
    expect((await user.get(`/entries/${before.id}`)).status).toBe(200);
    expect((await user.get('/entries')).body.data).toHaveLength(2);
    expect((await user.get('/entries/tags')).status).toBe(200);
    expect((await user.get('/auth/sessions')).status).toBe(200);
    expect((await user.get('/auth/export')).status).toBe(200);
    expect((await user.get('/history')).text.trim().split('\n').length).toBeGreaterThan(2);
    expect((await remove(user, before.id)).status).toBeLessThan(300);
    expect((await user.post(`/entries/${before.id}/restore`)).status).toBe(200);
  });

  it('reads what the next release wrote, and leaves alone what it does not know', async () => {
    const { id } = people.uce;
    await api.database.look(`UPDATE entries SET later = 'of the next release', counted = 7 WHERE user_id = $1`, [id]);
    const { body } = await people.uce.get(`/entries/${before.id}`);
    expect(body).toMatchObject({ content: 'Before.' });
    expect(body).not.toHaveProperty('later');
    const changes = { content: 'Changed by this one.' };
    const changed = await change(people.uce, 'PATCH', before.id, changes, `"${body.version}"`);
    expect(changed.status).toBe(200);
    const kept = await api.database.look('SELECT later, counted FROM entries WHERE user_id = $1 AND id = $2', [
      id,
      before.id,
    ]);
    expect(kept).toEqual([{ later: 'of the next release', counted: 7 }]);
  });

  it('erases an account with all that the next release added', async () => {
    const { uce } = people;
    expect(uce).not.toBeInstanceOf(E2eTestUser);
    expect((await uce.post('/auth/erase', { password: PASSWORD })).status).toBe(202);
    await eventually('it is erased', async () => {
      const rows = await api.database.look('SELECT FROM users WHERE user_id = $1', [uce.id]);
      return rows.length === 0 ? true : undefined;
    });
  });
});
