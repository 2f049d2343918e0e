import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startTestStore, type TestStore } from '../harness/store.js';
import { StoreWorld } from './store-world.js';

const RUNS = 150;

describe('a key in the embedded store', () => {
  let store: TestStore;
  let world: StoreWorld;
  beforeAll(async () => {
    store = await startTestStore();
    world = new StoreWorld(store.environment);
  });
  afterAll(async () => {
    world.close();
    await store.stop();
  });

  const put = (key: string) =>
    world.client.send(new PutObjectCommand({ Bucket: 'daybook', Key: key, Body: `of ${key}` }));
  const read = async (key: string) => {
    const { Body } = await world.client.send(new GetObjectCommand({ Bucket: 'daybook', Key: key }));
    return Body?.transformToString();
  };
  const isKey = (key: string) => Buffer.byteLength(key) <= 1024 && key !== '';
  const awkward = [
    '.',
    '..',
    '/',
    '//',
    'a',
    'é',
    '%2e%2e',
    '\\',
    '+',
    ' ',
    '\u0000',
    '\u0001',
    '\n',
    '&',
    '<',
    "'",
    '日',
    '😀',
  ];
  const keys = fc
    .oneof(
      fc.array(fc.constantFrom(...awkward), { minLength: 1, maxLength: 12 }).map((parts) => parts.join('')),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }),
      fc.integer({ min: 100, max: 1024 }).map((length) => 'k'.repeat(length)),
    )
    .filter(isKey);

  it('may be anything that UTF-8 has, up to 1024 bytes, and is nobody else’s', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(keys, async (key) => {
        await put(key);
        seen.add(key);
        expect(await read(key)).toBe(`of ${key}`);
      }),
      { numRuns: RUNS },
    );
    for (const key of seen) expect(await read(key)).toBe(`of ${key}`);
    const listed: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await world.store.list('', cursor, 40);
      listed.push(...page.items.map(({ key }) => key));
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    expect(listed).toEqual([...seen].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it('reaches nothing outside of its folder', async () => {
    const outside = async () => (await readdir(join(store.folder, '..'))).filter((name) => name.includes('escaped'));
    for (const key of [
      '../../escaped',
      '/../../escaped',
      '..\\..\\escaped',
      '%2e%2e/%2e%2e/escaped',
      'a/../../../escaped',
    ]) {
      await put(key);
      expect([await read(key), await outside()]).toEqual([`of ${key}`, []]);
      await world.client.send(new DeleteObjectCommand({ Bucket: 'daybook', Key: key }));
      await expect(read(key)).rejects.toMatchObject({ name: 'NoSuchKey' });
    }
    expect((await readdir(store.folder)).toSorted()).toEqual(['drafts', 'objects', 'uploads']);
  });

  it('has at most 1024 bytes', async () => {
    await put('é'.repeat(512));
    await expect(put(`${'é'.repeat(512)}x`)).rejects.toMatchObject({ name: 'KeyTooLongError' });
  });
});
