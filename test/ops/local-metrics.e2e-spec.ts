import { request } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningProcess, startProcess } from '../harness/process.js';

/** Asks an address for /metrics, with headers as they are given, Host among them. */
function ask(origin: string, headers: Record<string, string> = {}): Promise<{ status?: number; text: string }> {
  return new Promise((resolve, reject) => {
    request(`${origin}/metrics`, { headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ ...(answer.statusCode && { status: answer.statusCode }), text }));
    })
      .on('error', reject)
      .end();
  });
}

const outside = Object.values(networkInterfaces())
  .flat()
  .find((found) => found?.family === 'IPv4' && !found.internal)?.address;

describe('the metrics of npm start', () => {
  let folder: string;
  let running: RunningProcess | undefined;

  async function start(environment: Record<string, string> = {}): Promise<RunningProcess> {
    running = await startProcess('standalone.js', { DATA_DIR: folder, LOG_LEVEL: 'silent', ...environment });
    return running;
  }
  async function stop(): Promise<void> {
    running?.child.kill('SIGTERM');
    await running?.ended();
    running = undefined;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-local-metrics-'));
  });
  afterEach(stop);
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('are on its port, for its own machine alone: no proxy, no page, no other name, no other address', async () => {
    const { origin } = await start();
    const { status, text } = await ask(origin);
    expect(status).toBe(200);
    for (const name of ['daybook_queue_jobs', 'daybook_argon2_running', 'daybook_outbox_events', 'process_cpu'])
      expect(text).toContain(name);
    const port = new URL(origin).port;
    for (const headers of [
      { host: `attacker.example:${port}` },
      { 'x-forwarded-for': '127.0.0.1' },
      { forwarded: 'for=127.0.0.1' },
      { via: '1.1 proxy' },
      { 'x-real-ip': '127.0.0.1' },
      { origin: `http://localhost:${port}` },
    ])
      expect(await ask(origin, headers)).toMatchObject({ status: 404 });
    if (outside)
      expect(await ask(`http://${outside}:${port}`, { host: `localhost:${port}` })).toMatchObject({ status: 404 });
  });

  it('are not on its port where others reach it, or where they have a port of their own', async () => {
    for (const environment of [{ PUBLIC_URL: 'https://diary.example' }, { TRUST_PROXY: '1' }, { OPS_PORT: '0' }]) {
      const { origin } = await start(environment);
      expect(await ask(origin)).toMatchObject({ status: 404 });
      await stop();
    }
  });
});
