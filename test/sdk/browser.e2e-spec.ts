import { readFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import type { Fetch, NewAccount, Progress, UploadRecord } from '@daybook/sdk';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ObjectStore } from '../../src/platform/storage/object-store.js';
import { PASSWORD, useApi, weakestKdf } from '../harness/api.js';
import { CHROMIUM, isChromiumThere, useChromium } from '../harness/chromium.js';
import { startTestStore, type TestStore } from '../harness/store.js';

/** What the SDK imports, served as it lies in its packages: no bundler takes part. */
const IMPORTS = {
  '@daybook/sdk': '/sdk/dist/index.js',
  'openapi-fetch': '/node_modules/openapi-fetch/dist/index.mjs',
  'libsodium-wrappers-sumo': '/node_modules/libsodium-wrappers-sumo/dist/modules-sumo-esm/libsodium-wrappers.mjs',
  'libsodium-sumo': '/node_modules/libsodium-sumo/dist/modules-sumo-esm/libsodium-sumo.mjs',
  '@zxcvbn-ts/language-common': '/node_modules/@zxcvbn-ts/language-common/dist/index.mjs',
  '@zxcvbn-ts/dictionary-compression/decompress': '/node_modules/@zxcvbn-ts/dictionary-compression/dist/decompress.mjs',
  '@noble/hashes/': '/node_modules/@noble/hashes/',
};
const PAGE = `<!doctype html><meta charset="utf-8"><title>Daybook</title>
<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>`;
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.mjs': 'text/javascript' };

/** The page, the modules, and the API behind one origin, as a web app has it. */
function serve(apiOrigin: () => string): Server {
  return createServer((asked, answer) => {
    const path = normalize(new URL(asked.url ?? '/', 'http://localhost').pathname);
    if (path.startsWith('/api/')) return passOn(asked, answer, apiOrigin());
    if (path === '/') return answer.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
    readFile(join(process.cwd(), path)).then(
      (file) => answer.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/plain' }).end(file),
      () => answer.writeHead(404).end(),
    );
    return undefined;
  });
}

function passOn(asked: IncomingMessage, answer: ServerResponse, origin: string): void {
  const onward = request(new URL(asked.url ?? '/', origin), { method: asked.method, headers: asked.headers });
  onward.on('response', (got) => got.pipe(answer.writeHead(got.statusCode ?? 502, got.headers)));
  onward.on('error', () => answer.writeHead(502).end());
  asked.pipe(onward);
}

/** Runs in the page: signs up, writes, and reads again on a second client. */
async function keepDiary(account: NewAccount & { readonly url: string }) {
  const { Daybook } = await import('@daybook/sdk');
  const { daybook, recoveryCodes } = await Daybook.signUp(account);
  const { id } = await daybook.entries.write({ title: 'Schnee', content: 'First snow. 雪が降った。', mood: 'still' });
  const second = await Daybook.signIn(account);
  const entry = await second.entries.read(id);
  const { data } = await second.entries.list();
  const unknown = await second.entries.read(second.user.id).catch((error: Error) => `${error.name} ${error.message}`);
  await second.signOut();
  return { entry, listed: data.length, recoveryCodes: recoveryCodes.length, unknown };
}

/** Runs in the page: seals two files, one of them in parts, and has them back. */
async function keepPhotos(account: NewAccount & { readonly url: string }) {
  const { Daybook } = await import('@daybook/sdk');
  const { daybook } = await Daybook.signUp(account);
  const answers = [];
  for (const size of [100_000, 17 * 1024 * 1024]) {
    const plain = new Uint8Array(size).map((_, at) => at % 251);
    const thumbnail = { source: new Blob(['small']), contentType: 'image/webp' };
    const options = { contentType: 'image/jpeg', metadata: { file_name: 'Schnee.jpg' }, thumbnail };
    const { id } = await daybook.media.upload(new File([plain], 'Schnee.jpg'), options);
    const { item, blob } = await daybook.media.download(id);
    const there = new Uint8Array(await (await blob()).arrayBuffer());
    const small = await (await daybook.media.thumbnail(id))?.blob();
    const isSame = there.length === size && there.every((byte, at) => byte === at % 251);
    answers.push({ isSame, metadata: item.metadata, small: await small?.text() });
  }
  return answers;
}

/** Runs in the page: an upload that breaks off and goes on, and one that is given up. */
async function breakOff(account: NewAccount & { readonly url: string }) {
  const { Daybook } = await import('@daybook/sdk');
  const sent: (string | null)[] = [];
  let isBroken = true;
  const ownFetch: Fetch = (url, init) => {
    const number = new URL(url).searchParams.get('partNumber');
    if (isBroken && number === '2') return Promise.reject(new TypeError('Failed to fetch'));
    if (number !== null) sent.push(number);
    return fetch(url, init);
  };
  const { daybook } = await Daybook.signUp({ ...account, fetch: ownFetch, retry: { triesMax: 1 } });
  const film = new File([new Uint8Array(20 * 1024 * 1024).map((_, at) => at % 251)], 'Schnee.mp4');
  const options = { contentType: 'video/mp4' };
  const records: UploadRecord[] = [];
  const broken = await daybook.media
    .upload(film, { ...options, onRecord: (record) => void records.push(record) })
    .catch((error: Error) => error.name);
  isBroken = false;
  const done: number[] = [];
  const record = JSON.parse(JSON.stringify(records.at(-1))) as UploadRecord;
  const onProgress = ({ doneBytes, totalBytes }: Progress) => void done.push(doneBytes / totalBytes);
  const { id, state } = await daybook.media.resume(record, film, { onProgress });
  const there = new Uint8Array(await (await (await daybook.media.download(id)).blob()).arrayBuffer());
  const isSame = there.length === film.size && there.every((byte, at) => byte === at % 251);

  const leaving = new AbortController();
  const givenUp = await daybook.media
    .upload(film, { ...options, signal: leaving.signal, onProgress: () => leaving.abort(new Error('the user left')) })
    .catch((error: Error) => error.message);
  const left = (await daybook.media.list()).data.map((item) => item.id === id);
  return { user: daybook.user.id, broken, state, isSame, done, parts: sent.slice(0, 3), givenUp, left };
}

if (!isChromiumThere) it(`the SDK was not tried in a browser: there is no chromium at ${CHROMIUM}`, () => {});

(isChromiumThere ? describe : describe.skip)('in a browser', () => {
  const environment: Record<string, string> = {};
  let store: TestStore;
  beforeAll(async () => {
    store = await startTestStore();
    Object.assign(environment, store.environment);
  });
  afterAll(() => store.stop());
  const api = useApi({ environment });
  const chromium = useChromium();
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    server = serve(() => api.origin);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  });

  for (const tier of ['uce', 'e2e'] as const) {
    it(`the SDK signs up a ${tier} user, and writes and reads an entry`, async () => {
      const page = await chromium.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(origin);
      const account = { url: origin, tier, email: api.newEmail(), password: PASSWORD, kdf: weakestKdf };
      const { entry, ...seen } = await page.evaluate(keepDiary, account);
      expect(entry).toMatchObject({
        tier,
        title: 'Schnee',
        content: 'First snow. 雪が降った。',
        mood: 'still',
        version: 1,
      });
      expect(seen).toMatchObject({ listed: 1, recoveryCodes: 10 });
      expect(seen.unknown).toMatch(/^DaybookProblem entries\/not-found/);
      expect(complaints).toEqual([]);
      await page.close();
    });

    it(`the SDK seals, uploads and downloads the files of a ${tier} user, who is at another origin than the store`, async () => {
      const page = await chromium.newPage();
      await page.goto(origin);
      const account = { url: origin, tier, email: api.newEmail(), password: PASSWORD, kdf: weakestKdf };
      const answer = { isSame: true, metadata: { v: 1, file_name: 'Schnee.jpg' }, small: 'small' };
      expect(await page.evaluate(keepPhotos, account)).toEqual([answer, answer]);
      await page.close();
    });

    it(`the SDK goes on with an upload of a ${tier} user that broke off, says how far it is, and gives one up`, async () => {
      const page = await chromium.newPage();
      await page.goto(origin);
      const account = { url: origin, tier, email: api.newEmail(), password: PASSWORD, kdf: weakestKdf };
      const { user, done, ...seen } = await page.evaluate(breakOff, account);
      const came = { broken: 'ConnectionFailed', state: 'ready', isSame: true, parts: ['1', '2', '3'] };
      expect(seen).toEqual({ ...came, givenUp: 'the user left', left: [true] });
      expect([done.length, done.at(-1)]).toEqual([3, 1]);
      expect(done).toEqual(done.toSorted((one, other) => one - other));
      const objects = await api.get(ObjectStore).list(`media/${user}/`);
      const uploads = await api.get(ObjectStore).listUploads(`media/${user}/`);
      expect([objects.items.length, uploads.items.length]).toEqual([1, 0]);
      await page.close();
    });
  }
});
