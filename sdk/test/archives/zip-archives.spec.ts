import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readJson } from '../../src/archives/archive-files.js';
import { type ArchiveLimits, defaultLimits } from '../../src/archives/limits.js';
import { tryArchives } from '../../src/archives/index.js';
import { ZipArchives } from '../../src/archives/zip-archives.js';
import { byteEscaped, FACEBOOK_POSTS, facebookPost, useArchives, zipOf } from './making.js';

const MIB = 1024 * 1024;
const CENTRAL = Buffer.from('PK\x01\x02', 'latin1');
const text = 'Snow fell, and fell.';

/** `bytes` with what `change` does at the first entry of the list of files; fields as APPNOTE.TXT 4.3.12 has them. */
function withList(bytes: Buffer, change: (list: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy.subarray(copy.indexOf(CENTRAL)));
  return copy;
}

/** Every `from` in names replaced; of the same length, since the format has lengths in it. */
function renamed(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');
}

/** What `work` fails with. */
const refusalOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

async function drained(portions: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const portion of portions) length += portion.length;
  return length;
}

describe('a ZIP archive', () => {
  const { write, make } = useArchives();
  const open = (path: string, limits: Partial<ArchiveLimits> = {}) =>
    ZipArchives.open([path], { ...defaultLimits, ...limits });
  const inspect = async (path: string, limits: Partial<ArchiveLimits> = {}) => {
    const archives = await open(path, limits);
    return { archives, names: [...archives.files.keys()], skipped: archives.skipped };
  };
  const read = async (path: string, name: string, limits: Partial<ArchiveLimits> = {}) => {
    const { archives } = await inspect(path, limits);
    const file = archives.files.get(name);
    if (!file) throw new Error('it is not there');
    return drained(file.open('media')).finally(() => archives.close());
  };

  it.each([{ compress: true }, { compress: false }, { forceZip64Format: true }])(
    'is read when it was made with %j',
    async (options) => {
      const zip = await zipOf({ 'a/b.json': { text } }, options, { isZip64: 'forceZip64Format' in options });
      const { archives } = await inspect(await write(zip));
      const file = archives.files.get('a/b.json');
      expect(file && (await readJson(file))).toMatchObject({ value: { text } });
      archives.close();
    },
  );

  it('is refused with its reason when it cannot be read', async () => {
    const zip = await zipOf({ 'a.json': text.repeat(100), 'b.json': text });
    const list = zip.indexOf(CENTRAL);
    const refusal = async (bytes: Buffer) => refusalOf(open(await write(bytes)));
    const reason = (name: string) => ({ name: 'ArchiveRefused', reason: name });
    for (const length of [list - 10, list + 10, zip.length - 22, zip.length - 1]) {
      expect(await refusal(zip.subarray(0, length))).toMatchObject(reason('truncated'));
    }
    expect(await refusal(Buffer.from('{"posts": []}'))).toMatchObject(reason('not-a-zip'));
    expect(await refusal(Buffer.alloc(0))).toMatchObject(reason('not-a-zip'));
    expect(await refusal(withList(zip, (at) => at.writeUInt16LE(0x1, 8)))).toMatchObject(reason('encrypted'));
    expect(await refusal(withList(zip, (at) => at.writeUInt16LE(0x41, 8)))).toMatchObject(reason('encrypted'));
    expect(await refusal(withList(zip, (at) => at.write('PKxx', 0)))).toMatchObject(reason('damaged'));
    const split = Buffer.from(zip);
    split.writeUInt16LE(3, split.length - 22 + 4);
    expect(await refusal(split)).toMatchObject(reason('split'));
    await expect(open('/nowhere/x.zip')).rejects.toMatchObject(reason('not-found'));
    await expect(open(dirname(await write(zip)))).rejects.toMatchObject(reason('not-found'));
    const zip64 = await zipOf({ 'a.json': text }, { forceZip64Format: true }, { isZip64: true });
    const broken = Buffer.from(zip64);
    broken.write('PKxx', broken.lastIndexOf(Buffer.from('PK\x06\x06', 'latin1')), 'latin1');
    expect(await refusal(broken)).toMatchObject(reason('damaged'));
  });

  it('with too many files is refused', async () => {
    const path = await make(Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`${n}.txt`, 'x'])));
    await expect(open(path, { filesMax: 10 })).rejects.toMatchObject({ reason: 'too-many-files' });
    (await open(path, { filesMax: 11 })).close();
    // Those that are left out take their place in a list as well.
    const links = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`${n}.txt`, '/etc/passwd']));
    const refused = open(await make(links, { mode: 0o120777 }), { filesMax: 10 });
    await expect(refused).rejects.toMatchObject({ reason: 'too-many-files' });
  });

  it('leads nowhere with the names in it, and leaves nothing on the disk', async () => {
    const zip = await zipOf({ 'xx/xx/a.json': text, 'c-/b.json': text, '-c.json': text, 'fine/c.json': text });
    const names = renamed(renamed(renamed(zip, 'xx/xx/', '../../'), 'c-/b', 'C:/b'), '-c.', '/c.');
    const path = await write(names);
    const before = await readdir(dirname(path));
    const { archives, names: kept, skipped } = await inspect(path);
    expect(kept).toEqual(['fine/c.json']);
    expect(skipped).toEqual(
      ['../../a.json', 'C:/b.json', '/c.json'].map((place) => ({ place, reason: 'unsafe-name' })),
    );
    archives.close();
    await tryArchives({ format: 'day-one', paths: [path] });
    expect(await readdir(dirname(path))).toEqual(before);
  });

  it('follows no links, takes the first of two files with one name, and tells large letters from small ones', async () => {
    const link = await inspect(await make({ 'photos/link.jpg': '/etc/passwd' }, { mode: 0o120777 }));
    expect(link).toMatchObject({ names: [], skipped: [{ place: 'photos/link.jpg', reason: 'link' }] });
    const twice = await write(renamed(await zipOf({ 'a1.txt': 'first', 'a2.txt': 'the second' }), 'a2.txt', 'a1.txt'));
    expect(await inspect(twice)).toMatchObject({ names: ['a1.txt'], skipped: [{ place: 'a1.txt', reason: 'twice' }] });
    expect(await read(twice, 'a1.txt')).toBe('first'.length);
    expect(await inspect(await make({ 'A.txt': '1', 'a.txt': '2' }))).toMatchObject({
      names: ['A.txt', 'a.txt'],
      skipped: [],
    });
  });

  it('is not inflated beyond its limits', async () => {
    const path = await make({ 'a.bin': Buffer.alloc(3 * MIB), 'b.txt': text });
    const refusal = (limits: Partial<ArchiveLimits>) => refusalOf(read(path, 'a.bin', limits));
    expect(await refusal({})).toMatchObject({ name: 'FileRefused', reason: 'packed-too-tight' });
    expect(await refusal({ mediaBytesMax: 3 * MIB - 1, ratioMax: 2000 })).toMatchObject({ reason: 'too-large' });
    expect(await refusal({ totalBytesMax: MIB, ratioMax: 2000 })).toMatchObject({
      name: 'ArchiveRefused',
      reason: 'too-large',
    });
    expect(await read(path, 'a.bin', { ratioMax: 2000 })).toBe(3 * MIB);
    expect(await read(path, 'b.txt', { totalBytesMax: text.length })).toBe(text.length);
  });

  it('is not believed about sizes', async () => {
    const zip = await zipOf({ 'a.bin': Buffer.alloc(64 * MIB) });
    const lying = await write(withList(zip, (at) => at.writeUInt32LE(1000, 24)));
    const { archives } = await inspect(lying);
    const seen: number[] = [];
    const reading = (async () => {
      for await (const portion of archives.files.get('a.bin')?.open('media') ?? []) seen.push(portion.length);
    })();
    await expect(reading).rejects.toMatchObject({ name: 'FileRefused' });
    expect(seen.reduce((sum, length) => sum + length, 0)).toBeLessThan(2 * MIB);
    archives.close();
    // Stored, it would have to say so; packed it says what it is, and is still counted.
    const honest = await write(zip);
    await expect(read(honest, 'a.bin', { ratioMax: 10_000, mediaBytesMax: MIB })).rejects.toMatchObject({
      reason: 'too-large',
    });
    await expect(read(honest, 'a.bin', { totalBytesMax: MIB, ratioMax: 10_000 })).rejects.toMatchObject({
      name: 'ArchiveRefused',
    });
  });

  it('with the same packed bytes behind many names is counted every time', async () => {
    const zip = await zipOf({ 'a1.bin': Buffer.alloc(600_000), 'a2.bin': Buffer.alloc(600_000) });
    const first = zip.indexOf(CENTRAL);
    const second = zip.indexOf(CENTRAL, first + 4);
    zip.writeUInt32LE(zip.readUInt32LE(first + 42), second + 42);
    const archives = await open(await write(zip), { totalBytesMax: MIB });
    const both = async () => {
      for (const file of archives.files.values()) await drained(file.open('media'));
    };
    await expect(both()).rejects.toMatchObject({ name: 'ArchiveRefused', reason: 'too-large' });
    archives.close();
  });

  it('has damaged files, which are told from whole ones', async () => {
    const zip = await zipOf({ 'a.txt': text }, { compress: false });
    const damaged = renamed(zip, 'Snow fell', 'Snow fall');
    await expect(read(await write(damaged), 'a.txt')).rejects.toMatchObject({ reason: 'damaged' });
    const packed = await zipOf({ 'a.txt': text.repeat(50) });
    packed.fill(0xff, 40, 60);
    await expect(read(await write(packed), 'a.txt')).rejects.toMatchObject({ reason: 'damaged' });
    const other = withList(await zipOf({ 'a.txt': text }), (at) => at.writeUInt16LE(14, 10));
    await expect(read(await write(other), 'a.txt')).rejects.toMatchObject({ reason: 'unknown-packing' });
  });
});

describe('an import that is tried', () => {
  const { make, write } = useArchives();

  it('goes on after what is bad, and tells it with its reason', async () => {
    const bomb = 'posts/media/bomb.png';
    const posts = byteEscaped([facebookPost(86_400, 'é', [bomb]), facebookPost(0, 'first', ['posts/media/a.jpg']), {}]);
    const path = await make({ [FACEBOOK_POSTS]: posts, [bomb]: Buffer.alloc(4 * MIB), 'posts/media/a.jpg': 'jpg' });
    expect(await tryArchives({ format: 'facebook', paths: [path], timeZone: 'UTC' })).toEqual({
      v: 1,
      format: 'facebook',
      is_dry_run: true,
      entries: { new: 2, present: 0 },
      media: { new: 1, present: 0 },
      days: { from: '1970-01-01', to: '1970-01-02' },
      skipped: [
        { place: `${FACEBOOK_POSTS}#/2`, reason: 'no-time' },
        { place: bomb, reason: 'packed-too-tight' },
      ],
    });
  });

  it('takes several archives as one', async () => {
    const paths = [
      await make({ [FACEBOOK_POSTS]: [facebookPost(1, 'x', ['posts/media/a.jpg'])] }),
      await make({ 'posts/media/a.jpg': 'jpg' }),
    ];
    expect(await tryArchives({ format: 'facebook', paths })).toMatchObject({ media: { new: 1 }, skipped: [] });
  });

  it('does not open a bomb of JSON', async () => {
    const path = await make({ [FACEBOOK_POSTS]: `[${' '.repeat(8 * MIB)}]` });
    const report = await tryArchives({ format: 'facebook', paths: [path] });
    expect(report.skipped).toEqual([{ place: FACEBOOK_POSTS, reason: 'packed-too-tight' }]);
    const large = await tryArchives({ format: 'facebook', paths: [path], limits: { jsonBytesMax: MIB } });
    expect(large.skipped).toEqual([{ place: FACEBOOK_POSTS, reason: 'too-large' }]);
  });

  it('is refused when it is of another service, and ends when it is told to', async () => {
    const facebook = await make({ [FACEBOOK_POSTS]: [facebookPost(1, 'x')], 'start_here.html': 'x' });
    const dayOne = await make({ 'Journal.json': { entries: [] } });
    const html = await make({ 'posts/your_posts_1.html': '<p>' });
    for (const [format, path] of [
      ['day-one', facebook],
      ['facebook', dayOne],
      ['facebook', html],
    ] as const) {
      await expect(tryArchives({ format, paths: [path] })).rejects.toMatchObject({ reason: 'other-format' });
    }
    const reason = new Error('the user left');
    const signal = AbortSignal.abort(reason);
    await expect(tryArchives({ format: 'facebook', paths: [facebook], signal })).rejects.toBe(reason);
    await expect(tryArchives({ format: 'facebook', paths: [await write(Buffer.from('PK'))] })).rejects.toMatchObject({
      reason: 'not-a-zip',
    });
  });
});
