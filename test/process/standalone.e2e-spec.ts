import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PASSWORD } from '../harness/api.js';
import { eventually } from '../harness/eventually.js';
import { Http } from '../harness/http.js';
import { startProcess } from '../harness/process.js';

const ada = { tier: 'uce', email: 'ada@example.com', password: PASSWORD };

describe('npm start', () => {
  let folder: string;
  const start = (more: Record<string, string> = {}) =>
    startProcess('standalone.js', { DATA_DIR: folder, LOG_LEVEL: 'info', ...more });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-standalone-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('finds its data again after it was stopped, and after it was killed', async () => {
    const first = await start();
    const api = new Http(`${first.origin}/api/v1`);
    const { body } = await api.post('/auth/signup', ada);
    const token = body.tokens.access_token;
    const { body: entry } = await api.post('/entries', { content: 'Before.' }, { token });
    first.child.kill('SIGTERM');
    expect(await first.ended()).toBe(0);

    // The same address again: it is the issuer of the tokens.
    const port = new URL(first.origin).port;
    const second = await start({ PORT: port });
    expect((await api.get(`/entries/${entry.id}`, { token })).body.content).toBe('Before.');
    second.child.kill('SIGKILL');
    await second.ended();

    const third = await start({ PORT: port });
    expect((await api.get(`/entries/${entry.id}`, { token })).body.content).toBe('Before.');
    third.child.kill('SIGTERM');
    expect(await third.ended()).toBe(0);
  });

  it('says all that is wrong with its settings at once, before it starts anything', async () => {
    const wrong = { PORT: 'many', LOG_LEVEL: 'loud', LIMITS: 'perhaps', PUBLIC_URL: 'here' };
    const { code, said, made } = await refused(wrong);
    expect(code).toBe(1);
    for (const name of Object.keys(wrong)) expect(said).toContain(`${name}: `);
    expect(made).toEqual([]);
  });

  it('names the setting when its port is taken, before it starts anything', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const { code, said, made } = await refused({ HOST: '127.0.0.1', PORT: String(port) });
    holder.close();
    expect([code, said, made]).toEqual([
      1,
      `Daybook cannot start. The API cannot listen on port ${port}: set PORT to one that is free.\n`,
      [],
    ]);
  });

  /** How a start ends that cannot be, and what it has left in its folder. */
  async function refused(environment: Record<string, string>) {
    const dataDir = await mkdtemp(join(tmpdir(), 'daybook-refused-'));
    const child = spawn(process.execPath, [resolve('dist/src/standalone.js')], {
      env: { PATH: process.env['PATH'], DATA_DIR: dataDir, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    const made = await readdir(dataDir);
    await rm(dataDir, { recursive: true });
    return { code: Number(code), said, made };
  }

  it('says what it started, where the documents are, and a first thing to try', async () => {
    const running = await start();
    const output = await eventually('it greets', async () =>
      running.output().includes('Ctrl-C') ? running.output() : undefined,
    );
    for (const part of [running.origin.replace('127.0.0.1', 'localhost'), '/api/v1/docs', 'curl', folder])
      expect(output).toContain(part);
    running.child.kill('SIGINT');
    expect(await running.ended()).toBe(0);
  });

  it('turns unready and serves on while it drains, then ends in order', async () => {
    const running = await start({ DRAIN_NOTICE_MS: '1500' });
    const http = new Http(running.origin);
    running.child.kill('SIGTERM');
    const ready = await eventually('it turns unready', async () => {
      const answer = await http.get('/health/ready');
      return answer.status === 503 ? answer : undefined;
    });
    expect(ready.body).toMatchObject({ type: 'server/not-ready', status: 503 });
    const live = await http.get('/health/live');
    expect(live.status).toBe(200);
    expect(live.headers.get('connection')).toBe('close');
    expect(await running.ended()).toBe(0);
  });

  it('finishes what it has begun when it is asked to stop', async () => {
    const running = await start();
    const api = new Http(`${running.origin}/api/v1`);
    const signUps = Array.from({ length: 4 }, (_, n) =>
      api.post('/auth/signup', { ...ada, email: `drain-${n}@example.com` }),
    );
    // Argon2id takes its time: once one is answered, others are still at it.
    await Promise.race(signUps);
    running.child.kill('SIGTERM');
    const answers = await Promise.all(signUps);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(await running.ended()).toBe(0);
  });

  it('is not kept from stopping by a client that connected and says nothing', async () => {
    const running = await start();
    const silent = connect(Number(new URL(running.origin).port), '127.0.0.1');
    await once(silent, 'connect');
    running.child.kill('SIGTERM');
    expect(await running.ended()).toBe(0);
    silent.destroy();
  });

  it('writes its log as JSON lines, with a request id and without addresses of entries', async () => {
    const running = await start();
    const answer = await new Http(`${running.origin}/api/v1`).get('/entries/019a0000-0000-7000-8000-00000000abcd');
    running.child.kill('SIGTERM');
    await running.ended();
    const lines = running
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    const told = lines
      .map((line): Record<string, unknown> => JSON.parse(line))
      .find(({ route }) => route === '/api/v1/entries/:id');
    expect(told).toMatchObject({ level: 'info', method: 'GET', status: 401 });
    // What was answered says enough: a line about an answer has no sentence of its own.
    expect(told).not.toHaveProperty('msg');
    expect(answer.body.instance).toBe(`urn:uuid:${String(told?.['requestId'])}`);
    expect(running.output()).not.toContain('00000000abcd');
  });
});
