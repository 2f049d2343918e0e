import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PASSWORD } from '../harness/api.js';
import { daybook } from '../harness/cli.js';
import { Http } from '../harness/http.js';
import { type RunningProcess, startProcess } from '../harness/process.js';

const email = 'ada@example.com';
const asChangedBy = (file: string, args: string[]) => {
  const before = readFileSync(file, 'utf8');
  return async (more: Record<string, string>) => {
    const answer = await daybook(args, { environment: more });
    return { ...answer, before, after: readFileSync(file, 'utf8') };
  };
};

describe('daybook --embedded', () => {
  let folder: string;
  let running: RunningProcess | undefined;
  const run = (args: string[], input?: string) =>
    daybook(['--embedded', ...args], { environment: { DATA_DIR: folder }, ...(input !== undefined && { input }) });
  const start = async () => {
    running = await startProcess('standalone.js', { DATA_DIR: folder, LOG_LEVEL: 'silent' });
    return new Http(`${running.origin}/api/v1`);
  };
  const stop = async () => {
    running?.child.kill('SIGTERM');
    await running?.ended();
    running = undefined;
  };
  const signIn = (http: Http) => http.post('/auth/login', { email, password: PASSWORD });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-embedded-'));
  });
  afterAll(async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('makes no instance where there is none', async () => {
    for (const args of [['doctor'], ['keys', 'status'], ['keys', 'rotate', 'token']])
      expect(await run(args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(folder) });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('works beside an instance that runs, whatever database the environment names', async () => {
    const http = await start();
    expect(await run(['user', 'create', '--email', email, '--tier', 'uce'], PASSWORD)).toMatchObject({ code: 0 });
    expect((await signIn(http)).status).toBe(200);
    const environment = { DATA_DIR: folder, DATABASE_URL: 'postgres://daybook_api@127.0.0.1:9/other' };
    const { code, stdout } = await daybook(['--embedded', 'doctor'], { environment });
    expect([code, stdout.match(/^ok /gm)?.length]).toEqual([0, 14]);
    expect(await run(['user', 'lock', email])).toMatchObject({ code: 0 });
    expect((await signIn(http)).status).toBe(401);
    // It was a guest: what runs goes on running.
    expect((await new Http(running?.origin ?? '').get('/health/ready')).status).toBe(200);
  });

  it('starts one that does not run for as long as it takes', async () => {
    await stop();
    expect(await run(['user', 'unlock', email])).toMatchObject({ code: 0 });
    expect(await run(['doctor'])).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'postgres.owner'))).toBe(false);
    expect(existsSync(join(folder, 'postgres', 'postmaster.pid'))).toBe(false);
  });

  it('rotates the keys in secrets.json, keeps the file as it was, and everybody still gets in', async () => {
    const file = join(folder, 'secrets.json');
    for (const kind of ['token', 'password-pepper', 'session-pepper']) {
      const change = asChangedBy(file, ['--embedded', 'keys', 'rotate', kind]);
      const { code, stdout, before, after } = await change({ DATA_DIR: folder });
      expect(code).toBe(0);
      const member = `${kind.replace('-', '_')}${kind === 'token' ? '_keys' : 's'}`;
      const [old, fresh]: Record<string, string>[] = [JSON.parse(before), JSON.parse(after)];
      expect(fresh).toEqual({
        ...old,
        [member]: expect.stringMatching(new RegExp(`^[a-z0-9-]+:[\\w-]{43},${old?.[member]}$`)),
      });
      const backup = /as it was: (\S+)$/m.exec(stdout)?.[1] ?? '';
      expect(readFileSync(backup, 'utf8')).toBe(before);
      for (const name of [file, backup]) expect(statSync(name).mode & 0o777).toBe(0o600);
      for (const secret of after.match(/[\w-]{43}/g) ?? []) expect(stdout).not.toContain(secret);
    }
    expect(readdirSync(folder).filter((name) => name.includes('draft'))).toEqual([]);
    const http = await start();
    expect((await signIn(http)).status).toBe(200);
    const { stdout } = await run(['keys', 'status']);
    expect(stdout).toMatch(/^ {2}p1 +older +0 verifiers, 0 slots$/m);
    expect(stdout).toMatch(/^ {2}p\d{8}-\w{4} +current +1 verifiers, 1 slots$/m);
  });
});
