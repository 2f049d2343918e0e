import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { loadOrCreateSecrets } from '../../src/platform/embedded/secrets.js';
import { removeFolder } from './keeper.js';

const Secrets = z.strictObject({ pepper: z.base64url().min(8), keys: z.array(z.string()) });

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-secrets-'));
  file = join(folder, 'data', 'secrets.json');
});

afterEach(() => removeFolder(folder));

const create = (pepper = 'c2VjcmV0LXBlcHBlcg') => loadOrCreateSecrets(file, Secrets, () => ({ pepper, keys: ['k1'] }));

describe('the secrets of an embedded Daybook', () => {
  it('are made on the first start and are the same on every later one', async () => {
    const first = create();
    expect(create('YW5vdGhlci1wZXBwZXI')).toEqual(first);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(first);
  });

  it('can be read by their owner only, and leave no other trace', async () => {
    create();
    expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
    expect(((await stat(join(folder, 'data'))).mode & 0o777).toString(8)).toBe('700');
    expect(await readdir(join(folder, 'data'))).toEqual(['secrets.json']);
  });

  it.each(['604', '640', '620', '644'])('are refused when others may open them (mode %s)', async (mode) => {
    create();
    await chmod(file, Number.parseInt(mode, 8));
    expect(() => create()).toThrow(/others on this machine may open it.*chmod 600/);
  });

  it.each([
    ['cut off', '{"pepper":"c2VjcmV0LXBl', /is not JSON.*Restore it from a backup/],
    ['empty', '', /is not JSON/],
    ['without a field', '{"keys":["k1"]}', /look at: pepper/],
    ['with a field too many', '{"pepper":"c2VjcmV0LXBlcHBlcg","keys":[],"x":1}', /look at: the whole file/],
  ])('are refused and kept when the file is %s, and the error shows none of them', async (_, text, message) => {
    create();
    await writeFile(file, text);
    expect(() => create()).toThrow(message);
    expect(() => create()).not.toThrow(/c2VjcmV0/);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('are not written when they could not be read back', async () => {
    expect(() => create('short')).toThrow(/look at: pepper/);
    await expect(stat(file)).rejects.toThrow(/ENOENT/);
  });

  it('that another process wrote first are taken over, not replaced', () => {
    const secrets = loadOrCreateSecrets(file, Secrets, () => {
      create('dGhlLWZpcnN0LW9uZQ');
      return { pepper: 'dGhlLXNlY29uZC1vbmU', keys: [] };
    });
    expect(secrets).toEqual({ pepper: 'dGhlLWZpcnN0LW9uZQ', keys: ['k1'] });
  });
});
