import { describe, expect, it } from '@jest/globals';
import { Config } from '../../src/platform/config/config.js';
import { networkOf } from '../../src/platform/limits/network.js';
import { type TestApi, useApi } from '../harness/api.js';
import { at, left } from './tries.js';

/** A try that counts for the client address. */
const tryFrom = async (api: TestApi, forwarded: string) => {
  const body = { recovery_token: 'dbv_made-up', new_password: 'a rainy sunday with cocoa' };
  return left(await api.http.post('/auth/reset-password', body, at(forwarded)), 'reset-address');
};

describe('X-Forwarded-For', () => {
  const direct = useApi({ environment: { LIMITS: 'on' } });
  const byHops = useApi({ sharing: direct, environment: { LIMITS: 'on', TRUST_PROXY: '1' } });
  const byRange = useApi({ sharing: direct, environment: { LIMITS: 'on', TRUST_PROXY: 'loopback, 10.0.0.0/8' } });
  const elsewhere = useApi({ sharing: direct, environment: { LIMITS: 'on', TRUST_PROXY: '10.0.0.0/8' } });

  it('is not believed where no proxy is trusted', async () => {
    expect(await tryFrom(direct, '198.51.100.1')).toBe(19);
    expect(await tryFrom(direct, '198.51.100.2')).toBe(18);
  });

  it('is not believed from whom is not a trusted proxy', async () => {
    expect(await tryFrom(elsewhere, '198.51.100.1')).toBe(19);
    expect(await tryFrom(elsewhere, '198.51.100.2')).toBe(18);
  });

  it('says who the client is, as far as the trusted hops go: what a client puts before is not believed', async () => {
    expect(await tryFrom(byHops, '203.0.113.1, 198.51.100.1')).toBe(19);
    expect(await tryFrom(byHops, '203.0.113.2, 198.51.100.1')).toBe(18);
    expect(await tryFrom(byHops, '198.51.100.2')).toBe(19);
  });

  it('says who the client is, beyond the trusted ranges', async () => {
    expect(await tryFrom(byRange, '203.0.113.1, 198.51.100.1, 10.1.2.3')).toBe(19);
    expect(await tryFrom(byRange, '203.0.113.2, 198.51.100.1, 10.4.5.6')).toBe(18);
    expect(await tryFrom(byRange, '198.51.100.1, 203.0.113.2, 10.4.5.6')).toBe(19);
  });

  it('of IPv6 is counted by its first 64 bits', async () => {
    expect(await tryFrom(byHops, '2001:db8:0:1::1')).toBe(19);
    expect(await tryFrom(byHops, '2001:db8:0:1:ffff:ffff:ffff:ffff')).toBe(18);
    expect(await tryFrom(byHops, '2001:db8:0:2::1')).toBe(19);
  });
});

describe('a client address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:5000', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['[2001:db8::1]:5000', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['no address', 'no address'],
  ])('%s is counted as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('the setting', () => {
  const key = `k1:${Buffer.alloc(32, 1).toString('base64url')}`;
  const environment = {
    DATABASE_URL: 'postgres://none',
    REDIS_URL: 'redis://none',
    TOKEN_KEYS: key,
    PASSWORD_PEPPERS: key,
    SESSION_PEPPERS: key,
    MAIL_DIR: 'none',
    S3_BUCKET: 'none',
  };
  const read = (more: Record<string, string>) => Config.from({ ...environment, ...more }).values;

  it('TRUST_PROXY names proxies by number or by range', () => {
    expect(read({}).TRUST_PROXY).toBeUndefined();
    expect(read({ TRUST_PROXY: '2' }).TRUST_PROXY).toBe(2);
    expect(read({ TRUST_PROXY: 'loopback,10.0.0.0/8, 2001:db8::/32' }).TRUST_PROXY).toEqual([
      'loopback',
      '10.0.0.0/8',
      '2001:db8::/32',
    ]);
  });

  it.each([
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '0'],
    ['TRUST_PROXY', '99'],
    ['TRUST_PROXY', '1,10.0.0.0/8'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', 'proxy.example.com'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['LIMITS', 'yes'],
    ['LIMITS_FACTOR', '0'],
    ['LIMITS_FACTOR', 'many'],
  ])('%s=%s stops the start', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(`  ${name}:`);
  });
});
