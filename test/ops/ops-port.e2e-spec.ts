import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { useApi } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';
import { Http } from '../harness/http.js';
import { metricsOf, valueOf } from '../harness/metrics.js';
import { expectProblem } from '../harness/problems.js';
import { freePort, startProcess } from '../harness/process.js';

describe('the port for operators', () => {
  const api = useApi({ environment: { OPS_PORT: '0' } });

  it('has metrics and probes, and nothing else', async () => {
    const metrics = await api.ops.get('/metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(metrics.headers.get('cache-control')).toBe('no-store');
    for (const path of ['/health', '/health/live', '/health/ready', '/health/live?from=probe'])
      expect((await api.ops.get(path)).body).toEqual({ status: 'ok' });
    for (const path of ['/', '/api/v1/entries', '/metrics/', '/constructor', '/__proto__'])
      expectProblem(await api.ops.get(path), 404);
    expectProblem(await api.ops.post('/metrics', {}), 400);
    expect((await fetch(`${api.ops.base}/metrics`, { method: 'HEAD' })).status).toBe(200);
  });

  it('is the only place where they are', async () => {
    expectProblem(await new Http(api.origin).get('/metrics'), 404);
  });

  it('is on this machine alone unless OPS_HOST says otherwise', () => {
    expect(api.ops.base).toContain('127.0.0.1');
  });
});

describe('an API without OPS_PORT', () => {
  const api = useApi();

  it('shows its numbers nowhere', async () => {
    expectProblem(await new Http(api.origin).get('/metrics'), 404);
  });
});

describe('metrics of a process whose database is away', () => {
  const api = useApi({ withWorkers: true, environment: { OPS_PORT: '0' } });

  it('are still told, without what only the database knows; it lives, and is not ready', async () => {
    expect(valueOf(await metricsOf(api.ops), 'daybook_sessions')).toBe(0);
    await api.database.look(`ALTER DATABASE ${api.database.name} CONNECTION LIMIT 0`);
    await api.database.look(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'daybook_%' AND datname = current_database()`,
    );
    const said = await eventually('the reading fails', async () => {
      const text = await metricsOf(api.ops);
      return (valueOf(text, 'daybook_metrics_failures_total', 'reading="outbox"') ?? 0) > 0 ? text : undefined;
    });
    expect(valueOf(said, 'daybook_outbox_events')).toBeUndefined();
    expect(valueOf(said, 'daybook_database_pool_max')).toBe(10);
    expect((await api.ops.get('/health/live')).status).toBe(200);
    expectProblem(await api.ops.get('/health/ready'), 503);
    await api.database.look(`ALTER DATABASE ${api.database.name} CONNECTION LIMIT -1`);
    await eventually('it is ready again', async () =>
      (await api.ops.get('/health/ready')).status === 200 ? true : undefined,
    );
  });
});

describe('the process that works on jobs', () => {
  const api = useApi();

  it('answers probes and shows its numbers at OPS_PORT, and stops in order while somebody is connected', async () => {
    const port = String(await freePort());
    const running = await startProcess('worker.js', { ...api.environment(), PORT: port, OPS_PORT: port });
    const text = await metricsOf(new Http(running.origin));
    expect(valueOf(text, 'daybook_queue_jobs', 'queue="auth"', 'state="waiting"')).toBe(0);
    const silent = connect(Number(port), '127.0.0.1');
    await once(silent, 'connect');
    running.child.kill('SIGTERM');
    expect(await running.ended()).toBe(0);
    silent.destroy();
  });

  it('does not start where the port is taken', async () => {
    const port = new URL(api.origin).port;
    const running = startProcess('worker.js', { ...api.environment(), PORT: String(await freePort()), OPS_PORT: port });
    await expect(running).rejects.toThrow(/Daybook cannot start.*EADDRINUSE/);
  });
});
