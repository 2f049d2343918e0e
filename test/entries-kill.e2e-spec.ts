import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PASSWORD } from './harness/api.js';
import type { TestDatabase } from './harness/database.js';
import { Http } from './harness/http.js';
import { embeddedSuperuserUrl } from './harness/leaks.js';
import { verifiedLedger } from './harness/ledger.js';
import { freePort, type RunningProcess, startProcess } from './harness/process.js';

const WRITERS = 4;
const KILLED_AT = 60;

interface Acknowledged {
  readonly id: string;
  readonly version: number;
  readonly content: string;
}

describe('a server that is killed in the middle of edits', () => {
  let folder: string;
  let port: string;
  let running: RunningProcess;
  const start = async () => {
    running = await startProcess('standalone.js', { DATA_DIR: folder, PORT: port, LOG_LEVEL: 'warn', LIMITS: 'off' });
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-kill-'));
    port = String(await freePort());
    await start();
  });
  afterEach(async () => {
    running.child.kill('SIGTERM');
    await running.ended();
    await rm(folder, { recursive: true, force: true });
  });

  /** Edits one entry again and again, on the version it saw last, until nobody answers; tells of every answer. */
  async function edit(http: Http, id: string, onAcknowledged: (edit: Acknowledged) => void): Promise<void> {
    for (let version = 1; ; version++) {
      const content = `edit ${version} of ${id}`;
      const headers = { 'if-match': `"${version}"` };
      const answer = await http
        .send('PUT', `/entries/${id}`, JSON.stringify({ content }), { headers })
        .catch(() => undefined);
      if (answer?.status !== 200) return;
      onAcknowledged({ id, version: version + 1, content });
    }
  }

  it('has every version that it acknowledged, at most one more of each entry, and an unbroken history', async () => {
    const open = new Http(`${running.origin}/api/v1`);
    const signUp = { tier: 'uce', email: 'ada@example.com', password: PASSWORD };
    const { body: signedUp } = await open.post('/auth/signup', signUp);
    const http = new Http(open.base, signedUp.tokens.access_token);
    const ids: string[] = [];
    for (let n = 0; n < WRITERS; n++) ids.push((await http.post('/entries', { content: 'First.' })).body.id);

    const acknowledged: Acknowledged[] = [];
    const note = (done: Acknowledged) => {
      if (acknowledged.push(done) === KILLED_AT) running.child.kill('SIGKILL');
    };
    await Promise.all(ids.map((id) => edit(http, id, note)));
    expect([await running.ended(), running.output()]).toEqual(['SIGKILL', expect.any(String)]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(KILLED_AT);

    await start();
    for (const { id, version, content } of acknowledged)
      expect((await http.get(`/entries/${id}/versions/${version}`)).body).toMatchObject({ version, content });
    for (const id of ids) {
      const last = Math.max(1, ...acknowledged.filter((done) => done.id === id).map(({ version }) => version));
      const { body: entry } = await http.get(`/entries/${id}`);
      expect([last, last + 1]).toContain(entry.version);
      const { body: history } = await http.get(`/entries/${id}/history?limit=200`);
      const versions = Array.from({ length: entry.version }, (_, n) => n + 1);
      expect(history.data.map(({ version }: { version: number }) => version)).toEqual(versions);
      expect((await http.send('PATCH', `/entries/${id}`, '{"mood":"calm"}')).body.version).toBe(entry.version + 1);
    }
    await expectSound(signedUp.user.id);
  });

  /** That the ledger is a chain, and that what is counted is what is stored. */
  async function expectSound(userId: string): Promise<void> {
    const client = new pg.Client({ connectionString: await embeddedSuperuserUrl(folder, 'daybook') });
    await client.connect();
    try {
      const look = async (sql: string, parameters?: unknown[]) => (await client.query(sql, parameters)).rows;
      await verifiedLedger({ look } as TestDatabase, userId);
      const bytes = 'sum(octet_length(sealed) + octet_length(wrapped_key))';
      const [row] = await look(
        `SELECT used_bytes = (SELECT ${bytes} FROM entries) + (SELECT ${bytes} FROM entry_versions) AS same FROM storage`,
      );
      expect(row).toEqual({ same: true });
    } finally {
      await client.end();
    }
  }
});
