import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PASSWORD } from '../harness/api.js';
import { Http } from '../harness/http.js';
import { embeddedSuperuserUrl, everyFile, everyRow, found, type Haystack, textNeedle } from '../harness/leaks.js';
import { type RunningProcess, startProcess } from '../harness/process.js';

const ENTRIES = 100;
const WORDS_PER_TEXT = 4;
const letters = (n: number) => [...randomBytes(n)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
/** The words of one place begin alike, so that one search finds each of them: no language has such a word. */
const kinds = ['title', 'text', 'tag', 'mood', 'place', 'query', 'planted'] as const;
type Kind = (typeof kinds)[number];
const beginnings = new Map<Kind, string>(kinds.map((kind) => [kind, `zq${letters(14)}`]));
const beginningOf = (kind: Kind) => beginnings.get(kind) ?? '';

/** Makes words, and keeps them. */
class Words {
  readonly all: string[] = [];

  word(kind: Kind): string {
    const word = `${beginningOf(kind)}${letters(6)}`;
    this.all.push(word);
    return word;
  }

  text(kind: Kind, count: number): string {
    return Array.from({ length: count }, () => this.word(kind)).join(' and the ');
  }
}

describe('a thousand words of a uce diary', () => {
  const words = new Words();
  const secret = kinds.filter((kind) => kind !== 'planted').map((kind) => textNeedle(kind, beginningOf(kind)));
  const planted = [textNeedle('planted', beginningOf('planted'))];
  let folder: string;
  let server: RunningProcess | undefined;
  let rows: Haystack[];
  let files: Haystack[];
  let output: Haystack;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-words-'));
    server = await startProcess('standalone.js', { DATA_DIR: folder, LOG_LEVEL: 'debug', LIMITS: 'off' });
    await live(new Http(`${server.origin}/api/v1`));
    const superuser = new pg.Client({ connectionString: await embeddedSuperuserUrl(folder, 'daybook') });
    await superuser.connect();
    await superuser.query(`CREATE TABLE planted AS SELECT '${words.word('planted')}' AS word`);
    rows = await everyRow(await embeddedSuperuserUrl(folder, 'daybook'));
    await superuser.query('CHECKPOINT');
    await superuser.end();
    server.child.kill('SIGTERM');
    await server.ended();
    files = await everyFile(folder);
    output = { place: 'the log', text: Buffer.from(server.output()).toString('latin1') };
  });
  afterAll(async () => {
    server?.child.kill('SIGTERM');
    await server?.ended();
    await rm(folder, { recursive: true, force: true });
  });

  async function live(http: Http): Promise<void> {
    const signUp = { tier: 'uce', email: 'writer@example.com', password: PASSWORD };
    const token: string = (await http.post('/auth/signup', signUp)).body.tokens.access_token;
    const entries = Array.from({ length: ENTRIES }, (_, n) => ({
      title: words.word('title'),
      content: words.text('text', WORDS_PER_TEXT),
      tags: [words.word('tag'), words.word('tag')],
      mood: words.word('mood'),
      location: { name: words.word('place') },
      entry_date: `2026-0${1 + (n % 9)}-1${n % 10}`,
    }));
    const { body, status } = await http.post('/entries/batch', { entries }, { token });
    expect(status).toBe(200);
    const [first, second] = body.data.map(({ entry }: { entry: { id: string } }) => entry.id);
    await search(http, token);
    const { job_id: job } = (await http.post('/search/index', undefined, { token })).body;
    expect((await http.get(`/jobs/${job}/events`, { token })).text).toContain('"state":"done"');
    expect((await http.send('DELETE', `/entries/${first}`, undefined, { token })).status).toBeLessThan(300);
    expect((await http.get(`/entries/${second}`, { token })).text).toContain(beginningOf('text'));
  }

  /** For words that are there and words that are not, in every part of the query language and in wrong queries. */
  async function search(http: Http, token: string): Promise<void> {
    const ask = (query: object) => http.post('/search', query, { token });
    const [title = '', text = '', other = '', , , tag = '', , mood = ''] = words.all;
    for (const query of [
      title,
      `"${text} and the ${other}"`,
      `${text} -${title}x`,
      `${text.slice(0, -2)}*`,
      `tag:${tag}`,
    ])
      expect((await ask({ query })).body.data).toHaveLength(1);
    expect((await ask({ query: text, tags: [tag], mood })).status).toBe(200);
    for (let n = 0; n < ENTRIES; n++) {
      const query = words.word('query');
      const isBroken = n % 10 === 0;
      expect((await ask({ query: isBroken ? `"${query}` : query })).status).toBe(isBroken ? 422 : 200);
    }
  }

  it('are a thousand, and what is planted is found', () => {
    expect(words.all.length).toBeGreaterThanOrEqual(1_000);
    expect(found(planted, rows)).toEqual(['planted in public.planted']);
    const places = found(planted, files);
    expect(places).toContainEqual(expect.stringMatching(/^planted in postgres\/base\//));
    expect(places).toContainEqual(expect.stringMatching(/^planted in postgres\/pg_wal\//));
    expect(found(planted, [{ place: 'a log', text: `{"msg":"${words.all.at(-1)}"}` }])).toEqual(['planted in a log']);
    expect(rows.map(({ place }) => place)).toEqual(
      expect.arrayContaining([
        'public.entry_cards',
        'public.entry_signatures',
        'public.tags',
        'public.search_languages',
      ]),
    );
    expect(rows.some(({ place }) => place.startsWith('bullmq.'))).toBe(true);
    expect(output.text).toContain('"status":200');
  });

  it('are in no row of any table, the queue included', () => expect(found(secret, rows)).toEqual([]));
  it('are in no file: not in the database, nor its WAL, nor its log', () => expect(found(secret, files)).toEqual([]));
  it('are not in the log', () => expect(found(secret, [output])).toEqual([]));
});
