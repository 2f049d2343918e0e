import { describe, expect, it } from '@jest/globals';
import { PASSWORD, useApi } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';
import { operations } from '../harness/openapi.js';
import { metricsOf, samplesIn, valueOf } from '../harness/metrics.js';

const environment = { OPS_PORT: '0', LIMITS: 'on', ARGON2_CONCURRENCY: '1', ARGON2_QUEUE_MAX: '0' };

describe('the metrics', () => {
  const api = useApi({ withWorkers: true, environment });
  const text = () => metricsOf(api.ops);
  const now = async (name: string, ...labels: string[]) => valueOf(await text(), name, ...labels);

  it('count accounts by tier, sessions and storage', async () => {
    await api.newUser();
    const user = await api.newE2eUser();
    await user.get('/entries');
    const said = await text();
    expect(valueOf(said, 'daybook_accounts', 'tier="uce"')).toBe(1);
    expect(valueOf(said, 'daybook_accounts', 'tier="e2e"')).toBe(1);
    expect(valueOf(said, 'daybook_sessions')).toBe(2);
    expect(valueOf(said, 'daybook_storage_used_bytes')).toBe(0);
  });

  it('time answers by the pattern of their route and the class of their status, never by their URL', async () => {
    const user = await api.newUser();
    const { body } = await user.post('/entries', { content: 'First snow.' });
    await user.get(`/entries/${body.id}`);
    await user.get(`/entries/${body.id}x`);
    await api.http.get('/nowhere-at-all');
    await api.http.send('PURGE', '/nowhere-at-all', undefined, {});
    const said = await text();
    const count = (...labels: string[]) => valueOf(said, 'daybook_http_request_duration_seconds_count', ...labels);
    expect(count('method="GET"', 'route="/api/v1/entries/:id"', 'status_class="2xx"')).toBe(1);
    expect(count('method="GET"', 'route="/api/v1/entries/:id"', 'status_class="4xx"')).toBe(1);
    expect(count('method="any"', 'route="none"', 'status_class="4xx"')).toBe(2);
    expect(said).not.toContain(body.id);
    expect(said).not.toContain('nowhere');
    expect(said).not.toContain('PURGE');
  });

  it('count ways in by outcome, and refusals by limit', async () => {
    const { email } = await api.newUser();
    const signIn = (password: string) => api.http.post('/auth/login', { email, password });
    await signIn(PASSWORD);
    for (const _ of Array(6).keys()) await signIn('not the password');
    const said = await text();
    const tries = (outcome: string) =>
      valueOf(said, 'daybook_sign_ins_total', 'way="password"', `outcome="${outcome}"`);
    expect(tries('ok')).toBe(1);
    expect(tries('auth/invalid-credentials')).toBe(5);
    expect(tries('request/too-many')).toBe(1);
    expect(valueOf(said, 'daybook_sign_ins_total', 'way="reset"', 'outcome="ok"')).toBe(0);
    expect(valueOf(said, 'daybook_limits_refused_total', 'limit="login-pair"')).toBe(1);
    expect(valueOf(said, 'daybook_limits_refused_total', 'limit="search"')).toBe(0);
    expect(said).not.toContain(email);
  });

  it('tell of password runs that go on, and of those that are refused', async () => {
    const before = (await now('daybook_argon2_runs_total')) ?? NaN;
    const login = { tier: 'uce', email: 'nobody@example.com', password: PASSWORD };
    const answers = await Promise.all(Array.from({ length: 4 }, () => api.http.post('/auth/login', login)));
    const refused = answers.filter(({ status }) => status === 503).length;
    expect(refused).toBeGreaterThan(0);
    const said = await text();
    expect(valueOf(said, 'daybook_argon2_refused_total')).toBe(refused);
    expect(valueOf(said, 'daybook_argon2_runs_total')).toBe(before + answers.length - refused);
    expect(valueOf(said, 'daybook_argon2_running_max')).toBe(1);
    expect(valueOf(said, 'daybook_argon2_running')).toBe(0);
    expect(valueOf(said, 'daybook_argon2_waiting')).toBe(0);
  });

  it('follow an event from the outbox through its queue to its worker', async () => {
    await eventually('the outbox is empty', async () =>
      (await now('daybook_outbox_events')) === 0 ? true : undefined,
    );
    const said = await text();
    expect(valueOf(said, 'daybook_jobs_total', 'task="auth.signed-up"', 'outcome="done"')).toBeGreaterThan(0);
    expect(valueOf(said, 'daybook_jobs_total', 'task="auth.signed-up"', 'outcome="failed"')).toBe(0);
    expect(valueOf(said, 'daybook_job_duration_seconds_count', 'task="auth.signed-up"')).toBeGreaterThan(0);
    for (const state of ['waiting', 'active', 'delayed'])
      expect(valueOf(said, 'daybook_queue_jobs', 'queue="auth"', `state="${state}"`)).toBeGreaterThanOrEqual(0);
    expect(valueOf(said, 'daybook_queue_oldest_seconds', 'queue="auth"')).toBeDefined();
    expect(valueOf(said, 'daybook_outbox_oldest_seconds')).toBe(0);
  });

  it('tell of the pool of connections, and of the process', async () => {
    const said = await text();
    expect(valueOf(said, 'daybook_database_pool_max')).toBe(10);
    expect(valueOf(said, 'daybook_database_pool_wait_seconds_count')).toBeGreaterThan(0);
    expect(valueOf(said, 'daybook_database_pool_waiting')).toBe(0);
    expect(valueOf(said, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
    expect(valueOf(said, 'daybook_build_info', 'version="0.1.0"')).toBe(1);
  });

  it('have labels from short lists alone', async () => {
    const routes = new Set([...operations()].map(({ path }) => path.replaceAll(/\{(\w+)\}/g, ':$1')));
    for (const { name, labels } of samplesIn(await text())) {
      const route = /route="([^"]*)"/.exec(labels)?.[1];
      if (route !== undefined) expect([...routes, 'none']).toContain(route);
      expect({ name, labels }).not.toEqual({ name, labels: expect.stringMatching(/[0-9a-f]{8}-[0-9a-f]{4}|@/) });
    }
  });
});
