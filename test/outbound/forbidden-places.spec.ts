import { afterAll, describe, expect, it } from '@jest/globals';
import { Clock } from '../../src/platform/clock.js';
import { Outbound, type OutboundOptions } from '../../src/platform/outbound/outbound.js';
import { OutboundFailed } from '../../src/platform/outbound/outbound-failed.js';
import { isPublicAddress } from '../../src/platform/outbound/public-address.js';
import { Canary, useCanary } from '../harness/canary.js';

const HOSTILE = [
  'http://127.0.0.1',
  'https://127.0.0.1',
  'http://localhost',
  'https://localhost',
  'http://[::1]',
  'https://[::1]',
  'https://[::ffff:127.0.0.1]',
  'https://[::ffff:7f00:1]',
  'https://[64:ff9b::7f00:1]',
  'https://[fe80::1]',
  'https://[fd00::1]',
  'https://0x7f.1',
  'https://2130706433',
  'https://127.1',
  'https://0177.0.0.1',
  'https://0',
  'https://169.254.169.254',
  'https://10.0.0.1',
  'https://100.64.0.1',
  'https://１２７.０.０.１',
  'https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  'https://LOCALHOST',
  'https://localhost.',
];

const NOT_PUBLIC = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.1.1.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '100::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '2002:7f00:1::',
  '2001::1',
  '2001:db8::1',
  '3fff::1',
  'localhost',
  '127.1',
  '0x7f.1',
  '2130706433',
  '',
];
const PUBLIC = [
  '8.8.8.8',
  '1.1.1.1',
  '157.240.1.35',
  '100.128.0.1',
  '172.32.0.1',
  '2a03:2880:f12f:83::1',
  '2606:4700::1111',
];

describe('an address', () => {
  it.each(NOT_PUBLIC)('is not public: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(PUBLIC)('is public: %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('a request to a place that is not meant to be asked', () => {
  const canary = useCanary();
  const made: Outbound[] = [];
  const outbound = (allowed: string[] = [], options: OutboundOptions = {}) => {
    const values = { OUTBOUND_ALLOWED_PRIVATE: allowed } as never;
    const one = new Outbound({ values }, new Clock(), { timeoutMs: 2_000, ...options });
    made.push(one);
    return one;
  };
  const attempt = (client: Outbound, url: string, origins = [url]) =>
    client.request(origins, { method: 'GET', url: new URL(url) }).then(
      () => 'answered',
      (error: unknown) => (error instanceof OutboundFailed ? error.reason : error),
    );
  afterAll(() => Promise.all(made.map((one) => one.onApplicationShutdown())));

  it.each(HOSTILE)('reaches nobody, even if it is listed as an origin: %s', async (origin) => {
    canary.forget();
    const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    expect(await attempt(outbound([], { resolve }), `${origin}:${canary.port}/`)).toBe('refused');
    expect(canary.connections).toBe(0);
  });

  it.each(['file:///etc/passwd', 'ftp://127.0.0.1/', 'gopher://127.0.0.1/', 'data:text/plain,x', 'ws://127.0.0.1/'])(
    'is refused for its scheme: %s',
    async (url) => {
      expect(await attempt(outbound(), url)).toBe('refused');
    },
  );

  it('is refused for whatever is not exactly a listed origin', async () => {
    canary.forget();
    const place = `127.0.0.1:${canary.port}`;
    const [client, origins] = [outbound([place]), [`http://${place}`]];
    expect(await attempt(client, `http://${place}/`, origins)).toBe('answered');
    canary.forget();
    for (const url of [
      `http://user:secret@${place}/`,
      `http://user@${place}/`,
      `https://${place}/`,
      `http://127.0.0.1:${canary.port + 1}/`,
      `http://localhost:${canary.port}/`,
      `http://127.0.0.1.example.com:${canary.port}/`,
      `http://graph.facebook.com@${place}/`,
    ])
      expect([url, await attempt(client, url, origins)]).toEqual([url, 'refused']);
    expect(canary.connections).toBe(0);
  });

  it.each([
    'https://graph.facebook.com.evil.example/',
    'https://evil-graph.facebook.com/',
    'https://evil.graph.facebook.com/',
    'https://graph.facebook.com:8443/',
    'https://facebook.com/',
    'http://graph.facebook.com/',
  ])('is refused for an origin that is only like a listed one, before its name is looked up: %s', async (url) => {
    const asked: string[] = [];
    const resolve = (hostname: string) => {
      asked.push(hostname);
      return Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    };
    const client = outbound([], { resolve });
    expect(await attempt(client, url, ['https://graph.facebook.com'])).toBe('refused');
    expect(asked).toEqual([]);
  });

  it('is refused without TLS, even if it is listed so, and on every port of a private place but its own', async () => {
    canary.forget();
    const asked: string[] = [];
    const resolve = (hostname: string) => {
      asked.push(hostname);
      return Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    };
    const client = outbound([`127.0.0.1:${canary.port + 1}`], { resolve });
    expect(await attempt(client, 'http://graph.facebook.com/')).toBe('refused');
    expect(asked).toEqual([]);
    expect(await attempt(client, `https://127.0.0.1:${canary.port}/`)).toBe('refused');
    expect(canary.connections).toBe(0);
  });

  it('is refused when one of the addresses of a name is private', async () => {
    canary.forget();
    const resolve = () => Promise.resolve(['8.8.8.8', '127.0.0.1'].map((address) => ({ address, family: 4 })));
    expect(await attempt(outbound([], { resolve }), `https://rebind.example:${canary.port}/`)).toBe('refused');
    expect(canary.connections).toBe(0);
  });

  it('does not follow a name that points elsewhere the second time it is asked', async () => {
    // Another address of loopback stands for a public one.
    const other = await new Canary((_request, response) => {
      response.setHeader('connection', 'close').end('{}');
    }).start(canary.port, '127.0.0.2');
    canary.forget();
    const answers = ['127.0.0.2', '127.0.0.1', '127.0.0.1', '127.0.0.1'];
    const asked: string[] = [];
    const resolve = (hostname: string) => {
      asked.push(hostname);
      return Promise.resolve([{ address: answers.shift() ?? '127.0.0.1', family: 4 }]);
    };
    const client = outbound([], { resolve, isPublic: (address) => address === '127.0.0.2' });
    // Without TLS there: what counts is who is connected to.
    expect(await attempt(client, `https://rebind.example:${canary.port}/`)).toBe('unreachable');
    expect(asked).toHaveLength(1);
    expect(other.connections).toBe(1);
    expect(await attempt(client, `https://rebind.example:${canary.port}/`)).toBe('refused');
    expect(canary.connections).toBe(0);
    await other.stop();
  });

  it('is not sent through a proxy of the environment', async () => {
    const proxy = await new Canary().start();
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = name.startsWith('NODE') ? '1' : `http://127.0.0.1:${proxy.port}`;
    try {
      const place = `127.0.0.1:${canary.port}`;
      expect(await attempt(outbound([place]), `http://${place}/`)).toBe('answered');
      expect(proxy.connections).toBe(0);
    } finally {
      for (const [n, name] of names.entries()) {
        if (before[n] === undefined) delete process.env[name];
        else process.env[name] = before[n];
      }
      await proxy.stop();
    }
  });
});
