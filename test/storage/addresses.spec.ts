import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { bytesOf } from '../harness/store.js';
import { StoreWorld } from './store-world.js';

const at = (environment: Record<string, string>) =>
  new StoreWorld({ S3_BUCKET: 'media', S3_ACCESS_KEY_ID: 'a', S3_SECRET_ACCESS_KEY: 'b', ...environment });

/** Host and path of the addresses that clients get. */
async function addresses(environment: Record<string, string>): Promise<string[]> {
  const world = at(environment);
  const requests = [await world.presignPut('a/b', bytesOf(1)), await world.store.presignGet('a/b')];
  world.close();
  const [put = '', get = ''] = requests.map(({ url }) => url.replace(/\?.*/, ''));
  expect(get).toBe(put);
  return [put];
}

describe('the addresses that clients get', () => {
  it.each<[string, Record<string, string>, string]>([
    ['AWS', { S3_REGION: 'eu-central-1' }, 'https://media.s3.eu-central-1.amazonaws.com/a/b'],
    ['a store by host', { S3_ENDPOINT: 'https://objects.example.com' }, 'https://media.objects.example.com/a/b'],
    [
      'a store by path',
      { S3_ENDPOINT: 'https://objects.example.com:8443', S3_FORCE_PATH_STYLE: 'true' },
      'https://objects.example.com:8443/media/a/b',
    ],
    [
      'a store that clients reach elsewhere',
      {
        S3_ENDPOINT: 'http://10.0.0.7:9000',
        S3_PUBLIC_ENDPOINT: 'https://objects.example.com',
        S3_FORCE_PATH_STYLE: 'true',
      },
      'https://objects.example.com/media/a/b',
    ],
  ])('are those of %s', async (_which, environment, address) => {
    expect(await addresses(environment)).toEqual([address]);
  });

  it('bind length, type and checksum of what is uploaded', async () => {
    const world = at({});
    const { url, headers } = await world.presignPut('a/b', bytesOf(1));
    world.close();
    expect(new URL(url).searchParams.get('X-Amz-SignedHeaders')).toBe(
      'content-length;content-type;host;x-amz-checksum-sha256',
    );
    expect(Object.keys(headers)).toEqual(['content-type', 'x-amz-checksum-sha256']);
  });
});

describe('a store that does not answer', () => {
  it.each(['is not there', 'says nothing'])('because it %s is a passing trouble', async (why) => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = why === 'is not there' ? 9 : typeof address === 'object' && address ? address.port : 0;
    const world = at({ S3_ENDPOINT: `http://127.0.0.1:${port}`, S3_FORCE_PATH_STYLE: 'true' });
    try {
      await expect(world.store.find('a')).rejects.toMatchObject({ type: 'server/unavailable', status: 503 });
    } finally {
      world.close();
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });
});
