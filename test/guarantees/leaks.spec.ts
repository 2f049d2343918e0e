import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createE2eAccount, createId, type NewE2eAccount, parseRecoveryCode, toBase64url } from '@daybook/sdk/crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { E2eTestUser, nativeArgon2, TestUser, weakestKdf } from '../harness/api.js';
import { Browser, OWN_PAGE } from '../harness/browser.js';
import { sealedDraft } from '../harness/entries.js';
import { eventually } from '../harness/eventually.js';
import { useFacebook } from '../harness/facebook/fake-graph.js';
import { FacebookLife } from '../harness/facebook/lived.js';
import { type Answer, Http } from '../harness/http.js';
import {
  bytesNeedle,
  embeddedSuperuserUrl,
  everyFile,
  everyRow,
  found,
  type Haystack,
  type Needle,
  sessionNeedles,
  textNeedle,
} from '../harness/leaks.js';
import { newFile, upload } from '../harness/media.js';
import { operations } from '../harness/openapi.js';
import { type RunningProcess, startProcess } from '../harness/process.js';

/** A text that is nowhere unless it was put there. */
const marker = (what: string) => `Marker-${what}-q7Zx2Kf9Wp`;
const secrets = {
  password: marker('password'),
  changedPassword: marker('changed-password'),
  resetPassword: marker('reset-password'),
  content: marker('content'),
  title: marker('title'),
  mood: marker('mood'),
  tag: marker('tag'),
  place: marker('place'),
  query: marker('query'),
  malformed: marker('malformed'),
  origin: marker('origin'),
  inAddress: marker('address'),
  e2ePassword: marker('e2e-password'),
  e2eContent: marker('e2e-content'),
  idempotencyKey: marker('idempotency-key'),
};
/** Stored in the clear, as docs/what-the-server-sees.md says: it shows that the search finds what is there. */
const email = 'known-to-the-server@example.com';
/** Several lives are led, with a server that starts and ends. */
const LIVES_MS_MAX = 120_000;
/** The databases that initdb makes: nothing of ours is ever in them. */
const TEMPLATES = /^postgres\/base\/[145]\//;
const deviceName = marker('device');
const source = marker('source');

describe('what is private', () => {
  const graph = useFacebook();
  let folder: string;
  let server: RunningProcess | undefined;
  let origin: string;
  let http: Http;
  const needles: Needle[] = Object.entries(secrets).map(([name, text]) => textNeedle(name, text));
  let rows: Haystack[];
  let files: Haystack[];
  let output: Haystack;
  let metrics: Haystack;

  const device = { device_name: deviceName, device_type: 'web', platform: 'firefox' };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-leaks-'));
    const running = await startProcess('standalone.js', {
      ...graph.environment(),
      DATA_DIR: folder,
      LOG_LEVEL: 'debug',
    });
    server = running;
    origin = running.origin;
    http = new Http(`${origin}/api/v1`);
    await liveUce();
    await liveInBrowser();
    await liveE2e();
    await sendRubbish();
    await failWithTheirWords();
    await eventually('the mails are there', async () => {
      const names = await readdir(join(folder, 'mail')).catch(() => []);
      return names.filter((name) => name.endsWith('.eml')).length >= 4 ? true : undefined;
    });
    const superuser = await embeddedSuperuserUrl(folder, 'daybook');
    rows = await everyRow(superuser);
    metrics = { place: 'the metrics', text: await (await fetch(`${origin}/metrics`)).text() };
    await asSuperuser('CHECKPOINT');
    running.child.kill('SIGTERM');
    await running.ended();
    files = (await everyFile(folder)).filter(({ place }) => !TEMPLATES.test(place));
    output = { place: 'the log', text: Buffer.from(running.output()).toString('latin1') };
  }, LIVES_MS_MAX);
  afterAll(async () => {
    // Also after a failure on the way: a server that is left behind would keep the tests from ending.
    server?.child.kill('SIGTERM');
    await server?.ended();
    await rm(folder, { recursive: true, force: true });
  });

  async function asSuperuser(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: await embeddedSuperuserUrl(folder, 'daybook') });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }

  /** Everything secret that a sign-in answers. */
  function noteTokens(name: string, { body }: Answer): string {
    const { access_token: access, refresh_token: refresh } = body.tokens;
    needles.push(...sessionNeedles(name, access, refresh));
    return access;
  }

  function noteCodes(name: string, codes: readonly string[]): void {
    for (const [index, code] of codes.entries()) {
      needles.push(textNeedle(`${name}: recovery code ${index}`, code));
      needles.push(textNeedle(`${name}: recovery code ${index}, without dashes`, parseRecoveryCode(code)));
    }
  }

  async function liveUce(): Promise<void> {
    const { password } = secrets;
    const signedUp = await http.post('/auth/signup', { tier: 'uce', email, password, device });
    noteTokens('uce sign-up', signedUp);
    noteCodes('uce', signedUp.body.recovery_codes);
    await http.post('/auth/login', { email, password: `${password} wrong` });
    await http.post('/auth/prelogin', { email });
    const token = noteTokens('uce sign-in', await http.post('/auth/login', { email, password, device }));
    const headers = { 'idempotency-key': secrets.idempotencyKey };
    const draft = {
      title: secrets.title,
      content: `${secrets.content} `.repeat(200),
      mood: secrets.mood,
      tags: [secrets.tag],
      location: { name: secrets.place },
      source,
    };
    const written = await http.post('/entries', draft, { token, headers });
    const again = await http.post('/entries', draft, { token, headers });
    expect([written.status, again.body.id]).toEqual([201, written.body.id]);
    expect(written.body.content).toContain(secrets.content);
    await http.get(`/entries/${written.body.id}`, { token });
    await http.get('/entries', { token });
    const { body: found } = await http.post('/search', { query: `${secrets.content} or ${secrets.query}` }, { token });
    expect(found.data[0].entry.id).toBe(written.body.id);
    const { job_id } = (await http.post('/search/index', undefined, { token })).body;
    expect((await http.get(`/jobs/${job_id}/events`, { token })).text).toContain('"state":"done"');
    await http.get('/auth/me', { token });
    await liveWithMedia(token);
    await liveWithInbox(token, {
      title: secrets.title,
      content: secrets.content,
      mood: secrets.mood,
      tags: [secrets.tag],
    });
    await liveWithFacebook('uce', token, written.body.id);
    const { refresh_token } = signedUp.body.tokens;
    const next = noteTokens('uce refresh', await http.post('/auth/refresh', { refresh_token }));
    noteTokens('uce refresh again', await http.post('/auth/refresh', { refresh_token }));
    await http.post('/auth/logout', undefined, { token: next });
    await comeAndGo(token, signedUp.body.recovery_codes[0]);
  }

  /** A script brings something in plain text, and its owner looks at it. */
  async function liveWithInbox(token: string, said: object): Promise<void> {
    const made = await http.post('/auth/api-keys', { name: 'inbox', scopes: ['inbox:write'] }, { token });
    needles.push(textNeedle('API key of the inbox', made.body.key));
    const brought = await http.post('/inbox', said, { token: made.body.key });
    expect(brought.status).toBe(201);
    expect((await http.get('/inbox', { token })).body.data[0].id).toBe(brought.body.id);
  }

  async function liveWithFacebook(tier: string, token: string, entryId: string): Promise<void> {
    const said = (what: string) => marker(`facebook-${tier}-${what}`);
    const words = { post: said('post'), text: said('text'), waiting: said('waiting') };
    needles.push(...(await new FacebookLife(graph, http, token, words).live(entryId)));
  }

  /** The key of media goes through the server raw, both ways; what it opens does not. */
  async function liveWithMedia(token: string): Promise<void> {
    const user = new TestUser(http.base, createId(), email, { tokens: { access_token: token } });
    const file = newFile(user);
    needles.push(bytesNeedle('media key', file.announced.key));
    const written = await upload(user, file);
    expect(written.body.key).toBe(file.announced.key);
    for (const path of ['/media', `/media/${written.body.id}`])
      expect((await user.get(path)).text).toContain(file.announced.key);
    const headers = { 'idempotency-key': `${secrets.idempotencyKey}-media` };
    const other = newFile(user).announced;
    needles.push(bytesNeedle('reserved media key', other.key));
    for (const status of [201, 201]) expect((await user.post('/media/upload', other, { headers })).status).toBe(status);
    const spoilt = { ...newFile(user).announced, byte_size: 1 };
    needles.push(bytesNeedle('refused media key', spoilt.key));
    expect((await user.post('/media/upload', spoilt)).status).toBe(422);
  }

  /** The ways in and out that bring or give something secret. */
  async function comeAndGo(token: string, code: string): Promise<void> {
    const made = await http.post('/auth/api-keys', { name: 'script', scopes: ['entries:read'] }, { token });
    const secret = made.body.key.split('_')[2];
    needles.push(textNeedle('API key', made.body.key), textNeedle('API key: secret', secret));
    expect((await http.get('/entries', { token: made.body.key })).status).toBe(200);
    const renewed = await http.post('/auth/recovery-codes', {}, { token });
    noteCodes('uce renewed', renewed.body.recovery_codes);
    await http.post('/auth/verify-recovery-code', { email, code });
    const change = { current_password: secrets.password, new_password: secrets.changedPassword };
    const changed = await http.post('/auth/change-password', change, { token });
    noteTokens('uce change', changed);
    const checked = await http.post('/auth/verify-recovery-code', { email, code: renewed.body.recovery_codes[0] });
    const { recovery_token } = checked.body;
    needles.push(textNeedle('recovery token', recovery_token));
    needles.push({
      name: 'recovery secret',
      bytes: Buffer.from(recovery_token.slice(4), 'base64url').subarray(32, 64),
    });
    const reset = await http.post('/auth/reset-password', { recovery_token, new_password: secrets.resetPassword });
    noteTokens('uce reset', reset);
    const { access_token } = reset.body.tokens;
    await http.post('/auth/erase', { password: secrets.password }, { token: access_token });
    expect((await http.get('/auth/export', { token: access_token })).status).toBe(200);
  }

  /** A session in cookies: served, refused for where it comes from and for its form, refreshed, and ended. */
  async function liveInBrowser(): Promise<void> {
    const browser = new Browser(http);
    await browser.post('/auth/login', { email, password: secrets.resetPassword, mode: 'cookie' });
    needles.push(...sessionNeedles('cookies', ...browser.tokens));
    expect((await browser.get('/entries')).text).toContain(secrets.content);
    const cookie = [...browser.cookies].map(([name, { value }]) => `${name}=${value}${secrets.malformed}`).join('; ');
    for (const path of ['/auth/logout', '/auth/refresh']) {
      expect((await browser.post(path, undefined, { origin: `https://${secrets.origin}.example` })).status).toBe(403);
      expect((await browser.post(path, undefined, { ...OWN_PAGE, cookie })).status).toBe(401);
    }
    await browser.post('/auth/refresh');
    needles.push(...sessionNeedles('cookies, refreshed', ...browser.tokens));
    await browser.post('/auth/logout');
  }

  async function liveE2e(): Promise<void> {
    const account: NewE2eAccount = await createE2eAccount({
      userId: createId(),
      email: `e2e-${email}`,
      password: secrets.e2ePassword,
      kdf: weakestKdf,
      argon2: nativeArgon2,
    });
    const { signUp, recoveryCodes, identity } = account;
    noteCodes('e2e', recoveryCodes);
    needles.push(bytesNeedle('e2e: authentication key', signUp.password));
    needles.push(bytesNeedle('e2e: X25519 key', toBase64url(identity.x25519.privateKey)));
    needles.push(bytesNeedle('e2e: Ed25519 seed', toBase64url(identity.ed25519.seed)));
    for (const [index, { verifier }] of signUp.recovery.entries())
      needles.push(bytesNeedle(`e2e: recovery verifier ${index}`, verifier));
    const answer = await http.post('/auth/signup', { ...signUp, device });
    expect(answer.status).toBe(201);
    const token = noteTokens('e2e sign-up', answer);
    const user = new E2eTestUser(http.base, `e2e-${email}`, answer.body, account);
    const draft = sealedDraft(user, { content: secrets.e2eContent, title: secrets.e2eContent });
    await user.post('/entries', draft, { headers: { 'idempotency-key': secrets.idempotencyKey } });
    await user.get('/entries');
    await liveWithInbox(token, { content: secrets.e2eContent });
    await liveWithFacebook('e2e', token, draft.id);
    const login = { tier: 'e2e', email: `e2e-${email}`, password: signUp.password };
    noteTokens('e2e sign-in', await http.post('/auth/login', login));
    const { refresh_token } = answer.body.tokens;
    noteTokens('e2e refresh', await http.post('/auth/refresh', { refresh_token }));
    // In the other tier's form, by mistake: refused, and forgotten.
    await user.post('/entries', { content: secrets.e2eContent }, { token });
    await http.post('/auth/login', { email: `e2e-${email}`, password: secrets.e2ePassword });
  }

  /** What is refused is forgotten too: every operation gets bodies, addresses and headers that it cannot use. */
  async function sendRubbish(): Promise<void> {
    const said = secrets.malformed;
    const bodies = [
      said,
      `{"x":"${said}"`,
      JSON.stringify({ [said]: said }),
      `["${said}\\u0000"]`,
      `{"x":1,"x":"${said}"}`,
    ];
    for (const { method, path, hasBody } of operations()) {
      const address = `${origin}${path.replaceAll(/\{\w+\}/g, secrets.inAddress)}?cursor=${secrets.inAddress}`;
      const headers = {
        authorization: `Bearer ${said}.${said}.${said}`,
        cookie: `x=${said}`,
        'user-agent': said,
        'idempotency-key': said,
      };
      await (await fetch(address, { method, headers })).text();
      for (const body of hasBody ? bodies : [])
        for (const type of ['application/json', `text/${said}`])
          await (await fetch(address, { method, headers: { ...headers, 'content-type': type }, body })).text();
    }
    await (await fetch(`${origin}/${secrets.inAddress}%zz`)).text();
  }

  /** The database fails and repeats, in its error, what it was given. */
  async function failWithTheirWords(): Promise<void> {
    await asSuperuser(`
      CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the source is %', NEW.source USING DETAIL = NEW.source, HINT = NEW.source; END $$;
      CREATE TRIGGER fail BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION fail()`);
    const { body } = await http.post('/auth/login', { email, password: secrets.resetPassword });
    const options = { token: body.tokens.access_token, headers: { 'idempotency-key': `${secrets.idempotencyKey}-2` } };
    const answer = await http.post('/entries', { content: 'x', source }, options);
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain(source);
    await asSuperuser('DROP TRIGGER fail ON entries; DROP FUNCTION fail()');
  }

  it('is searched for in places where it would be found', () => {
    const known = [textNeedle('the address', email), textNeedle('the device', deviceName)];
    const places = found(known, [...rows, ...files]);
    expect(places).toEqual(
      expect.arrayContaining([
        'the address in public.users',
        'the address in public.sign_in_names',
        'the device in public.devices',
        expect.stringMatching(/^the address in mail\/.+\.eml$/),
        expect.stringMatching(/^the address in postgres\/base\//),
        expect.stringMatching(/^the address in postgres\/pg_wal\//),
        expect.stringMatching(/^the device in postgres\//),
      ]),
    );
    const hidden = textNeedle('hidden', secrets.title);
    for (const spelling of ['hex', 'base64', 'base64url'] as const)
      for (const before of ['', 'x', 'xy', 'xyz']) {
        const text = Buffer.from(`${before}${secrets.title}${before}`).toString(spelling);
        expect(found([hidden], [{ place: spelling, text }])).toEqual([`hidden in ${spelling}`]);
      }
    expect(rows.map(({ place }) => place)).toEqual(
      expect.arrayContaining(['public.entries', 'public.media', 'public.slots']),
    );
    expect(rows.find(({ place }) => place === 'public.idempotency_keys')?.text.split('\n')).toHaveLength(9);
    expect(rows.some(({ place }) => place.startsWith('bullmq.'))).toBe(true);
    for (const table of ['connections', 'connection_pages', 'connects', 'publications', 'inbox_items', 'jobs'])
      expect(rows.find(({ place }) => place === `public.${table}`)?.text).toMatch(/./);
    expect(output.text).toContain('"status":201');
    expect(output.text).toContain('"server/unexpected"');
    expect(needles.length).toBeGreaterThan(50);
  });

  it('is in no row of any table', () => {
    expect(found(needles, rows)).toEqual([]);
  });

  it('is in no file under the data folder: not in the database, its log, its WAL, nor in a mail', () => {
    expect(found(needles, files)).toEqual([]);
  });

  it('is not in the log', () => {
    expect(found(needles, [output])).toEqual([]);
  });

  it('does not get into the log through an error that repeats what was sent, nor do addresses and names', () => {
    const more = [
      textNeedle('the source', source),
      textNeedle('the device', deviceName),
      textNeedle('the address', email),
    ];
    expect(found(more, [output])).toEqual([]);
  });

  it('is in no metric, nor is an address, a name or the id of anybody or anything', () => {
    const more = [
      textNeedle('the source', source),
      textNeedle('the device', deviceName),
      textNeedle('the address', email),
    ];
    expect(found([...needles, ...more], [metrics])).toEqual([]);
    expect(metrics.text).toContain('route="/api/v1/entries/:id",status_class="2xx"');
    expect(metrics.text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|@/);
  });
});
