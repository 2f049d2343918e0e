import { getQueueToken } from '@nestjs/bullmq';
import { describe, expect, it } from '@jest/globals';
import type { Queue } from 'bullmq';
import { EXPIRE } from '../../src/modules/auth/auth.worker.js';
import { type TestUser, useApi } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';

describe('what has expired', () => {
  const api = useApi({ withWorkers: true });
  const queue = () => api.named<Queue>(getQueueToken('auth'));
  const kinds = async ({ id }: TestUser) => {
    const rows = await api.database.look<{ kind: string }>('SELECT kind FROM slots WHERE user_id = $1', [id]);
    return new Set(rows.map(({ kind }) => kind));
  };

  it('is asked for every hour, once for all workers', async () => {
    const schedulers = await queue().getJobSchedulers();
    expect(schedulers.map(({ name, every }) => [name, Number(every)])).toEqual([[EXPIRE, 3_600_000]]);
  });

  it('is deleted, of every user, and nothing else is', async () => {
    const [ada, grace] = [await api.newUser(), await api.newUser()];
    await ada.post('/auth/refresh', { refresh_token: ada.refreshToken });
    expect(await kinds(ada)).toEqual(new Set(['password', 'recovery', 'refresh', 'access', 'grace']));
    await api.database.look(
      `UPDATE slots SET expires_at = now() - interval '1 second' WHERE kind IN ('access', 'grace') AND user_id = $1`,
      [ada.id],
    );
    await api.database.look(`UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [
      grace.id,
    ]);

    await queue().add(EXPIRE, {});
    await eventually('the expired slots are gone', async () => ((await kinds(ada)).has('access') ? undefined : true));
    expect(await kinds(ada)).toEqual(new Set(['password', 'recovery', 'refresh']));
    // The session of Grace has ended, and its slots went with it; what her password opens is still there.
    await eventually('the expired session is gone', async () =>
      (await kinds(grace)).has('refresh') ? undefined : true,
    );
    expect(await kinds(grace)).toEqual(new Set(['password', 'recovery']));
    expect((await ada.post('/entries', { content: 'x' })).status).toBe(423);
  });

  it('takes the slot of an API key along when the key expires', async () => {
    const ada = await api.newUser();
    const expires_at = new Date(Date.now() + 60 * 60 * 1000).toISOString();
    await ada.post('/auth/api-keys', { name: 'x', scopes: ['entries:read'], expires_at });
    expect(await kinds(ada)).toContain('api_key');
    await api.database.look(
      `UPDATE slots SET expires_at = expires_at - interval '61 minutes' WHERE kind = 'api_key' AND user_id = $1`,
      [ada.id],
    );
    await queue().add(EXPIRE, {});
    await eventually('its slot is gone', async () => ((await kinds(ada)).has('api_key') ? undefined : true));
  });

  it('is deleted of what was sent with an Idempotency-Key, and nothing else is', async () => {
    const ada = await api.newUser();
    const write = (key: string) => ada.post('/entries', { content: key }, { headers: { 'idempotency-key': key } });
    await write('old');
    await api.database.look(`UPDATE idempotency_keys SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [
      ada.id,
    ]);
    await write('new');
    const kept = () => api.database.look('SELECT FROM idempotency_keys WHERE user_id = $1', [ada.id]);
    expect(await kept()).toHaveLength(2);

    await queue().add(EXPIRE, {});
    await eventually('the expired record is gone', async () => ((await kept()).length < 2 ? true : undefined));
    expect(await kept()).toHaveLength(1);
  });

  it('is deleted of codes for an address that were not used', async () => {
    const [ada, bob] = [await api.newUser(), await api.newUser()];
    await api.database.look(`UPDATE email_codes SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [
      ada.id,
    ]);
    const kept = ({ id }: TestUser) => api.database.look('SELECT FROM email_codes WHERE user_id = $1', [id]);
    await queue().add(EXPIRE, {});
    await eventually('the expired code is gone', async () => ((await kept(ada)).length === 0 ? true : undefined));
    expect(await kept(bob)).toHaveLength(1);
  });

  it('is deleted of jobs, and those that are told of stay', async () => {
    const ada = await api.newUser();
    await ada.post('/entries', { content: 'Rain.' });
    const { job_id: old } = (await ada.post('/search/index')).body;
    await ada.post(`/jobs/${old}/cancel`);
    const { job_id: recent } = (await ada.post('/search/index')).body;
    await api.database.look(`UPDATE jobs SET expires_at = now() - interval '1 second' WHERE id = $1`, [old]);
    await queue().add(EXPIRE, {});
    const isThere = async (id: string) => (await ada.get(`/jobs/${id}`)).status === 200;
    await eventually('the expired job is gone', async () => ((await isThere(old)) ? undefined : true));
    expect(await isThere(recent)).toBe(true);
  });

  it('is all that the system role can see of slots, and not what is in them', async () => {
    const ada = await api.newUser();
    const asSystem = (sql: string) => api.database.as('api', `BEGIN; SET LOCAL ROLE daybook_system; ${sql}; COMMIT`);
    await expect(asSystem('SELECT wrapped FROM slots')).rejects.toThrow('permission denied');
    await asSystem('DELETE FROM slots');
    expect(await kinds(ada)).toContain('password');
  });
});
