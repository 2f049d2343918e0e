import { mkdtemp, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { startInstance } from '../../src/platform/embedded/instance.js';

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
