import { randomFillSync } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { Daybook, type Entry, type Fetch, type Tier, unwrap } from '@daybook/sdk';
import { importArchives, type ImportProgress, type ImportReport, tryArchives } from '@daybook/sdk/archives';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  byteEscaped,
  dayOneEntry,
  FACEBOOK_POSTS,
  facebookPost,
  md5,
  useArchives,
} from '../../sdk/test/archives/making.js';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from '../harness/api.js';
import { startTestStore, type TestStore } from '../harness/store.js';

const MIB = 1024 * 1024;
const bytes = (length: number) => randomFillSync(Buffer.alloc(length));
const uuidOf = (n: number) => n.toString(16).toUpperCase().padStart(32, '0');

/** A diary in both formats: every third entry has a photo, one of them sent in parts, one shared by two entries. */
function diaries(entries: number) {
  const photos = Array.from({ length: Math.ceil(entries / 3) }, (_, n) => bytes(n === 0 ? 17 * MIB : 2000));
  const photoOf = (n: number) => (n % 3 === 0 ? photos[n / 3] : n === 1 ? photos[0] : undefined);
  const dayOne = Array.from({ length: entries }, (_, n) => {
    const photo = photoOf(n);
    const at = new Date(Date.UTC(2024, 0, 1 + n, 23, 30)).toISOString().replace('.000', '');
    const about = {
      tags: ['garden'],
      starred: n === 0,
      location: { placeName: 'Wien', latitude: 48.2, longitude: 16.4 },
    };
    const attached = photo && { photos: [{ identifier: md5(photo).toUpperCase(), md5: md5(photo), type: 'jpeg' }] };
    return dayOneEntry(uuidOf(n), at, `# Tag ${n}\nSchnee \\#${n}\\. ❄`, { ...about, ...attached });
  });
  const posts = dayOne.map(({ creationDate }, n) => {
    const photo = photoOf(n);
    return facebookPost(
      Date.parse(creationDate) / 1000,
      `Schnee ${n} ❄`,
      photo ? [`posts/media/${md5(photo)}.jpg`] : [],
    );
  });
  return {
    photos,
    'day-one': {
      'Tagebuch.json': { metadata: { version: '1.0' }, entries: dayOne },
      ...Object.fromEntries(photos.map((photo) => [`photos/${md5(photo)}.jpeg`, photo])),
    },
    facebook: {
      [FACEBOOK_POSTS]: byteEscaped(posts),
      ...Object.fromEntries(photos.map((photo) => [`posts/media/${md5(photo)}.jpg`, photo])),
    },
  };
}

describe.each<Tier>(['uce', 'e2e'])('an archive that is imported into a diary of the tier %s', (tier) => {
  const environment: Record<string, string> = {};
  let store: TestStore;
  beforeAll(async () => {
    store = await startTestStore();
    Object.assign(environment, { ...store.environment, UPLOAD_BYTES_MAX: String(20 * MIB) });
  });
  const api = useApi({ environment });
  const archives = useArchives();
  afterAll(() => store.stop());

  const signUp = async () => {
    const native = { kdf: weakestKdf, argon2: nativeArgon2 };
    const account = { url: api.origin, tier, email: api.newEmail(), password: PASSWORD, ...native };
    const { daybook } = await Daybook.signUp(account);
    const signIn = (fetch: Fetch) => Daybook.signIn({ ...account, fetch, retry: { triesMax: 1 } });
    return { daybook, account, signIn };
  };

  /** All that there is: entries with their media, and what happened so far. */
  const stateOf = async (daybook: Daybook) => {
    const entries = await everyOf(daybook.entries.all());
    const media = await everyOf(daybook.media.all());
    const events = await everyOf(daybook.history());
    return { entries, media: media.map(({ id, state }) => ({ id, state })), events: events.length };
  };
  const byDay = (entries: readonly Entry[]) =>
    entries.toSorted((a, b) => ((a.entry_date ?? '') < (b.entry_date ?? '') ? -1 : 1));
  const tallyOf = ({ entries, media, skipped }: ImportReport) => ({ entries, media, skipped });

  it.each(['day-one', 'facebook'] as const)('is there as it was, and is there once: %s', async (format) => {
    const { daybook } = await signUp();
    const made = diaries(7);
    const paths = [await archives.make(made[format])];
    const options = { format, paths, timeZone: 'Europe/Vienna' } as const;
    const before = await stateOf(daybook);
    const tried = await tryArchives(options, daybook);
    expect(await stateOf(daybook)).toEqual(before);
    const seen: ImportProgress[] = [];
    const first = await importArchives(daybook, { ...options, onProgress: (progress) => void seen.push(progress) });
    expect(first).toEqual({ ...tried, is_dry_run: false });
    expect(first).toMatchObject({ entries: { new: 7, present: 0 }, media: { new: 3, present: 0 }, skipped: [] });
    expect(first.days).toEqual({ from: '2024-01-02', to: '2024-01-08' });
    expect(seen.at(-1)).toEqual({ entriesDone: 7, entriesTotal: 7, mediaDone: 4, mediaTotal: 4 });

    const after = await stateOf(daybook);
    expect(after.media).toHaveLength(3);
    const [day, shared] = byDay(after.entries);
    const text =
      format === 'day-one' ? { title: 'Tag 0', content: 'Schnee #0. ❄' } : { title: null, content: 'Schnee 0 ❄' };
    expect(day).toMatchObject({ ...text, tier, entry_date: '2024-01-02', source: format });
    expect(shared?.media_ids).toEqual(day?.media_ids);
    if (format === 'day-one') {
      expect(day).toMatchObject({
        tags: ['Starred', 'garden'],
        location: { name: 'Wien', latitude: 48.2, longitude: 16.4 },
      });
    }
    const { item, blob } = await daybook.media.download(day?.media_ids[0] ?? '');
    expect(item.metadata?.file_name).toContain(md5(made.photos[0] ?? bytes(0)));
    expect(Buffer.from(await (await blob()).arrayBuffer()).equals(made.photos[0] ?? bytes(0))).toBe(true);

    const second = await importArchives(daybook, { ...options, timeZone: 'Asia/Tokyo' });
    expect(tallyOf(second)).toEqual({ entries: { new: 0, present: 7 }, media: { new: 0, present: 4 }, skipped: [] });
    expect(await stateOf(daybook)).toEqual(after);
  });

  it('tells the server by no id what the archive calls anything', async () => {
    const [one, other] = [await signUp(), await signUp()];
    const idsOf = async (daybook: Daybook) => {
      const paths = [
        await archives.make({ 'J.json': { entries: [dayOneEntry(uuidOf(77), '2026-03-01T12:00:00Z', 'Snow')] } }),
      ];
      await importArchives(daybook, { format: 'day-one', paths });
      const [wire] = unwrap(await daybook.api.GET('/api/v1/entries')).data;
      return wire;
    };
    const [mine, theirs] = [await idsOf(one.daybook), await idsOf(other.daybook)];
    expect(mine?.external_id).toBe(mine?.id);
    expect(mine?.id).not.toBe(theirs?.id);
    expect(mine?.id.slice(0, 13)).toBe(theirs?.id.slice(0, 13)); // the time of the entry, by which a day is in order
    expect(JSON.stringify(mine)).not.toContain(uuidOf(77));
  });

  it.each(['/upload', 'partNumber=2', '/media/', '/complete', '/entries/batch'])(
    'is finished by a second import when the first was killed at %s',
    async (step) => {
      const { daybook, signIn } = await signUp();
      const made = diaries(7);
      const options = { format: 'day-one', paths: [await archives.make(made['day-one'])] } as const;
      let isDead = false;
      // A process that is killed: what it was about to send is sent, and nothing after it, no tidying up either.
      const dying = await signIn(async (url, init) => {
        if (isDead) throw new TypeError('fetch failed');
        const isStep = step === '/media/' ? !url.startsWith(api.origin) : url.includes(step);
        if (!isStep) return fetch(url, init);
        isDead = true;
        await (await fetch(url, init)).arrayBuffer();
        throw new TypeError('fetch failed');
      });
      await expect(importArchives(dying, options)).rejects.toBeInstanceOf(Error);
      expect(isDead).toBe(true);

      await importArchives(daybook, options);
      const { entries, media } = await stateOf(daybook);
      expect(byDay(entries).map(({ entry_date }) => entry_date)).toEqual(
        Array.from({ length: 7 }, (_, n) => `2024-01-0${n + 2}`),
      );
      expect(new Set(media.map(({ id }) => id))).toEqual(new Set(entries.flatMap(({ media_ids }) => media_ids)));
      expect(media.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready']);
      const again = await importArchives(daybook, options);
      expect(tallyOf(again)).toEqual({ entries: { new: 0, present: 7 }, media: { new: 0, present: 4 }, skipped: [] });
    },
  );

  it('stops when it is told to, and leaves no file half there', async () => {
    const { daybook } = await signUp();
    const stopping = new AbortController();
    const paths = [await archives.make(diaries(7)['day-one'])];
    const onProgress = () => stopping.abort(new Error('the user left'));
    const options = { format: 'day-one', paths, onProgress, signal: stopping.signal } as const;
    await expect(importArchives(daybook, options)).rejects.toThrow('the user left');
    const { entries, media } = await stateOf(daybook);
    expect(entries).toEqual([]);
    expect(media.filter(({ state }) => state !== 'ready')).toEqual([]);
  });

  it('is not brought back where it was removed, and not over what was changed', async () => {
    const { daybook } = await signUp();
    const made = diaries(4);
    const options = { format: 'day-one', paths: [await archives.make(made['day-one'])] } as const;
    await importArchives(daybook, options);
    const [erased, changed, trashed] = byDay((await stateOf(daybook)).entries);
    if (!erased || !changed || !trashed) throw new Error('they are not there');
    await daybook.entries.erase(erased.id, erased.version);
    await daybook.entries.patch(changed.id, { title: 'Mine' });
    await daybook.entries.remove(trashed.id);
    const before = await stateOf(daybook);
    const report = await importArchives(daybook, options);
    expect(report).toMatchObject({ entries: { new: 0, present: 3 }, media: { new: 0 } });
    expect(report.skipped).toEqual([{ place: 'Tagebuch.json#/entries/0', reason: 'removed-before' }]);
    expect(await stateOf(daybook)).toEqual(before);
  });

  it('leaves out a file that the server does not take, and keeps the entry', async () => {
    const { daybook } = await signUp();
    const uris = ['a.jpg', 'b.jpg', 'c.jpg'].map((name) => `posts/media/${name}`);
    const [large = '', cut = '', fine = ''] = uris;
    const path = await archives.make(
      {
        [FACEBOOK_POSTS]: [facebookPost(86_400, 'x', uris)],
        [large]: bytes(21 * MIB),
        [cut]: 'marked bytes',
        [fine]: bytes(10),
      },
      { compress: false },
    );
    const damaged = (await readFile(path)).toString('latin1').replace('marked bytes', 'marked bytez');
    const paths = [await archives.write(Buffer.from(damaged, 'latin1'))];
    const report = await importArchives(daybook, { format: 'facebook', paths });
    expect(report.skipped).toEqual([
      { place: large, reason: 'too-large' },
      { place: cut, reason: 'damaged' },
    ]);
    const { entries, media } = await stateOf(daybook);
    expect(entries.map(({ media_ids }) => media_ids.length)).toEqual([1]);
    expect(media).toEqual([{ id: entries[0]?.media_ids[0], state: 'ready' }]);
  });

  it('is imported by the program, which is given the password on standard input', async () => {
    const { daybook, account } = await signUp();
    const path = await archives.make({
      'J.json': { entries: [dayOneEntry(uuidOf(1), '2026-03-01T12:00:00Z', 'secret snow'), 5] },
    });
    const where = ['--url', account.url, '--tier', tier, '--email', account.email];
    const tried = await program(['day-one', path, '--dry-run'], '');
    expect(tried).toMatchObject({ code: 0, stdout: expect.stringContaining('Entries: 1 would be imported') });
    expect((await stateOf(daybook)).entries).toEqual([]);
    const done = await program(['dayone', path, ...where, '--json'], `${PASSWORD}\n`);
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({
      v: 1,
      entries: { new: 1 },
      skipped: [{ place: 'J.json#/entries/1' }],
    });
    expect((await stateOf(daybook)).entries.map(({ content }) => content)).toEqual(['secret snow']);
    const again = await program(['day-one', path, ...where], PASSWORD);
    expect(again.stdout).toContain('Entries: 0 imported, 1 there before');
    const wrong = await program(['day-one', path, ...where], 'another password');
    expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('(auth/invalid-credentials)') });
    for (const { stdout, stderr } of [tried, done, again, wrong])
      expect(stdout + stderr).not.toMatch(/secret|rainy|^\s+at /m);
  });

  it('is not looked at by the program when it is called in a wrong way', async () => {
    const where = ['--tier', tier, '--email', 'ada@example.com'];
    const calls = [
      [],
      ['diaro', 'x.zip'],
      ['day-one'],
      ['day-one', 'x.zip'],
      ['day-one', 'x.zip', ...where],
      ['day-one', 'x.zip', ...where, '--url', 'http://diary.example.org'],
      ['day-one', 'x.zip', ...where, '--url', 'https://diary.example.org', '--password', 'x'],
      ['day-one', 'x.zip', '--dry-run', '--time-zone', 'Middle/Earth'],
      ['day-one', 'x.zip', '--dry-run', '--limit', 'luck=7'],
    ];
    for (const args of calls) expect(await program(args, PASSWORD)).toMatchObject({ code: 2, stdout: '' });
    expect(await program(['--help'], '')).toMatchObject({ code: 0, stderr: '' });
    const missing = await program(['day-one', '/nowhere/x.zip', '--dry-run'], '');
    expect(missing).toMatchObject({ code: 1, stderr: 'There is no file of this name, or it may not be read\n' });
  });
});

async function everyOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function program(args: readonly string[], input: string) {
  const child = spawn(process.execPath, [resolve('sdk/dist/cli/daybook-import.js'), ...args], {
    env: { PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined); // it may end without reading
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: Number(code), stdout, stderr };
}
