import { mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { joinInstance, startInstance } from '../../src/platform/embedded/instance.js';

it('does not start with new secrets beside an old database', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-instance-'));
  try {
    const first = await startInstance(folder);
    await first.stop();
    await unlink(join(folder, 'secrets.json'));
    await expect(startInstance(folder)).rejects.toThrow('secrets.json is missing');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it('gives secrets.json of an older version what it lacks of the object store, and changes nothing else in it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-instance-'));
  const file = join(folder, 'secrets.json');
  try {
    const first = await startInstance(folder);
    await first.stop();
    const { store: _store, ...older } = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify(older));
    const second = await startInstance(folder);
    const completed = JSON.parse(await readFile(file, 'utf8'));
    expect(completed).toEqual({
      ...older,
      store: { access_key_id: expect.any(String), secret_access_key: expect.any(String) },
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(second.environment).toMatchObject({
      S3_ENDPOINT: `http://127.0.0.1:${second.storePort}`,
      S3_SECRET_ACCESS_KEY: completed.store.secret_access_key,
    });
    await second.stop();

    // What opens diaries is never made anew.
    const { password_peppers: _peppers, ...damaged } = completed;
    await writeFile(file, JSON.stringify(damaged));
    await expect(startInstance(folder)).rejects.toThrow('password_peppers');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(damaged);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it('tells commands beside it where its object store is, for as long as it runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-instance-'));
  try {
    const running = await startInstance(folder);
    expect((await joinInstance(folder)).environment).toEqual(running.environment);
    await running.stop();
    await expect(stat(join(folder, 'objects.address'))).rejects.toThrow('ENOENT');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it.each([
  ['where the system lets nobody make a folder', () => '/proc/nowhere/data'],
  ['where a file is', (folder: string) => join(folder, 'file')],
  ['below a file', (folder: string) => join(folder, 'file', 'data')],
])('says at once that it cannot be %s', async (_, placeIn) => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-instance-'));
  try {
    await writeFile(join(folder, 'file'), 'of somebody else');
    await expect(startInstance(placeIn(folder))).rejects.toThrow(
      / cannot be a folder that this user writes to .*DATA_DIR/,
    );
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('of somebody else');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
