import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createId } from '@daybook/sdk/crypto';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Collector } from '../src/modules/media/collector.js';
import { isTooMany } from '../src/modules/media/orphans.js';
import { daybook } from './harness/cli.js';
import { newFile, upload, useMedia } from './harness/media.js';
import { bytesOf } from './harness/store.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('what is in the store and unknown to the database', () => {
  const media = useMedia();
  const { api } = media;
  afterEach(() => void jest.restoreAllMocks());

  /** Says of every object in the store that it has been there for two days. */
  const age = async () => {
    const folder = join(media.store.folder, 'objects');
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const text = (await readFile(file)).toString('latin1');
      const older = text.replace(/"savedAt":(\d{13})/, (_all, at) => `"savedAt":${Number(at) - 2 * DAY_MS}`);
      await writeFile(file, older, 'latin1');
    }
  };
  const newOrphans = async (count: number) => {
    const keys = Array.from({ length: count }, () => `media/${createId()}/${createId()}/${createId()}`);
    for (const key of keys) await media.world.newObject(bytesOf(10), key);
    await age();
    return keys;
  };
  const command = (...args: string[]) =>
    daybook(['media', 'orphans', ...args], { environment: { ...api.environment(), ...media.store.environment } });

  it('is removed while it is little, and not when it is so much that the database may be the wrong one', async () => {
    const ada = await api.newUser();
    await upload(ada);
    const known = await media.held();
    await newOrphans(10);
    expect(await api.get(Collector).run()).toEqual({ orphans: 10, heldBack: 0, missing: 0, found: 0 });
    expect(await media.held()).toEqual(known);

    const orphans = await newOrphans(11);
    const said = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    expect(await api.get(Collector).run()).toMatchObject({ orphans: 0, heldBack: 11 });
    expect((await media.held()).toSorted()).toEqual([...known, ...orphans].toSorted());
    const msg = expect.stringContaining('docs/runbooks/object-store.md#nothing-is-removed-any-more');
    expect(said.mock.calls).toEqual([[{ msg, known: 1, orphans: 11 }]]);

    const shown = await command();
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    const lines = shown.stdout.trimEnd().split('\n');
    expect(lines.pop()).toBe('11 unknown, 1 known');
    expect(lines.toSorted()).toEqual(orphans.map((key) => `unknown ${key}`).toSorted());
    expect((await media.held()).length).toBe(12);

    expect((await command('--remove')).stdout).toContain('11 unknown, 1 known\n');
    expect(await media.held()).toEqual(known);
    expect(await api.get(Collector).run()).toMatchObject({ orphans: 0, heldBack: 0 });
  });

  it('stays when the database knows of nothing, however little there is', async () => {
    const ada = await api.newUser();
    await upload(ada, newFile(ada));
    await age();
    const there = await media.held();
    // As an empty database would look, or one that was restored from before the first upload.
    await api.database.look('CREATE TABLE kept AS SELECT * FROM media');
    await api.database.look('DELETE FROM media');
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    expect(await api.get(Collector).run()).toMatchObject({ orphans: 0, heldBack: there.length });
    expect(await media.held()).toEqual(there);
    await api.database.look('INSERT INTO media SELECT * FROM kept');
    expect(await api.get(Collector).run()).toMatchObject({ orphans: 0, heldBack: 0 });
    expect(await media.held()).toEqual(there);
  });

  it.each([
    [0, 0, false],
    [0, 1, true],
    [1, 10, false],
    [1, 11, true],
    [999, 10, false],
    [1089, 11, false],
    [1088, 12, true],
    [9900, 100, false],
    [9899, 101, true],
    [1_000_000, 1000, false],
    [1_000_000, 1001, true],
  ])('beside %d that are known, %d are too many: %s', (known, orphans, expected) => {
    expect(isTooMany({ known, orphans })).toBe(expected);
  });
});
