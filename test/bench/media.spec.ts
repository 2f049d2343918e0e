import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';

describe('the benchmark of media', () => {
  it('passes as many bytes as it was told to, sealed and opened, and sends them through a server', async () => {
    const args = ['media', '--through', '8', '--transfer', '17', '--size', '1', '--rounds', '1', '--json'];
    const child = spawn(process.execPath, ['bench/run.mjs', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      ways: ['the cipher, sealing', 'the SDK, sealing', 'the cipher, opening', 'the SDK, opening'],
      passed: { bytes: 8 * 2 ** 20, sealedBytes: 8 * 2 ** 20 + 48 + 128 * 17 },
      moved: { bytes: 17 * 2 ** 20, sealedBytes: 17 * 2 ** 20 + 48 + 272 * 17 },
    });
  });
});
