import {
  ConnectionFailed,
  Daybook,
  type Fetch,
  MemorySessionStore,
  newDeviceKeys,
  SignedOut,
  type Tier,
} from '@daybook/sdk';
import { fromBase64url } from '@daybook/sdk/crypto';
import { describe, expect, it } from '@jest/globals';
import { nativeArgon2, PASSWORD, useApi, weakestKdf } from '../harness/api.js';
import { meddling } from './meddling.js';

const tiers: readonly Tier[] = ['uce', 'e2e'];

describe('the SDK, on a device with a key', () => {
  const api = useApi();
  const credentials = (tier: Tier, email: string) => {
    const native = { kdf: weakestKdf, argon2: nativeArgon2 };
    return { url: api.origin, tier, email, password: PASSWORD, ...native };
  };
  const newDevice = async () => {
    const { public_key } = await newDeviceKeys();
    return { device_name: 'Phone', device_type: 'mobile', platform: 'ios', public_key } as const;
  };
  /** A new account on a device of its own. */
  const signUp = async (tier: Tier) => {
    const [email, device] = [api.newEmail(), await newDevice()];
    const { daybook } = await Daybook.signUp({ ...credentials(tier, email), device });
    return { email, device, daybook };
  };
  const isPostOfStatement = (url: string, init: RequestInit) => url.endsWith('/keys/log') && init.method === 'POST';

  it.each(tiers)('has the key in the log after signing up and in: %s', async (tier) => {
    const { email, device, daybook } = await signUp(tier);
    const second = await newDevice();
    const again = await Daybook.signIn({ ...credentials(tier, email), device: second });
    const { devices } = await daybook.devices.keyLog();
    expect(devices).toEqual([
      { deviceId: daybook.deviceId, x25519: fromBase64url(device.public_key), n: 2 },
      { deviceId: again.deviceId, x25519: fromBase64url(second.public_key), n: 3 },
    ]);
    const list = await again.devices.list();
    expect(list.map(({ id, key_statement }) => [id, key_statement])).toEqual([
      [again.deviceId, 3],
      [daybook.deviceId, 2],
    ]);
    expect(again.keyLogHead?.n).toBe(tier === 'e2e' ? 3 : undefined);
    expect(daybook.keyLogHead?.n).toBe(3);
  });

  it.each(tiers)('forgets another device, and nothing is to be sealed for that any more: %s', async (tier) => {
    const { email, daybook } = await signUp(tier);
    const other = await Daybook.signIn({ ...credentials(tier, email), device: await newDevice() });
    const id = other.deviceId ?? '';
    await daybook.devices.forget(id);
    await expect(other.me()).rejects.toThrow(SignedOut);
    const { devices, head } = await daybook.devices.keyLog();
    expect(devices.map(({ deviceId }) => deviceId)).toEqual([daybook.deviceId]);
    expect(head.n).toBe(4);
    await expect(daybook.devices.forget(id)).rejects.toMatchObject({ type: 'auth/device-not-found' });
  });

  it.each(tiers)('refuses a log that lacks what it has seen: %s', async (tier) => {
    const { email, daybook } = await signUp(tier);
    const pinned = (await daybook.devices.keyLog(), daybook.keyLogHead);
    const cut = meddling((body, url) => (url.endsWith('/keys/log') ? { ...body, data: body.data.slice(0, 1) } : body));
    const store = new MemorySessionStore();
    const signIn = Daybook.signIn({ ...credentials(tier, email), store, fetch: cut.fetch, ...(pinned && { pinned }) });
    if (tier === 'e2e') await expect(signIn).rejects.toMatchObject({ rule: 'statement-pin' });
    const record = await storeOf(daybook, email, tier);
    const later = await Daybook.resume({ url: api.origin, store: record, fetch: cut.fetch });
    await expect(later.devices.keyLog()).rejects.toMatchObject({ name: 'EnvelopeRefused', rule: 'statement-pin' });
  });

  /** The session of a client that has read the whole log. */
  async function storeOf({ keyLogHead }: Daybook, email: string, tier: Tier) {
    const store = new MemorySessionStore();
    const client = await Daybook.signIn({
      ...credentials(tier, email),
      store,
      ...(keyLogHead && { pinned: keyLogHead }),
    });
    await client.devices.keyLog();
    await client.keepMasterKey();
    return store;
  }

  it('signs again behind another client that was quicker', async () => {
    const { email } = await signUp('e2e');
    let isFirst = true;
    const fetch: Fetch = async (url, init) => {
      if (isFirst && isPostOfStatement(url, init)) {
        isFirst = false;
        await Daybook.signIn({ ...credentials('e2e', email), device: await newDevice() });
      }
      return globalThis.fetch(url, init);
    };
    const daybook = await Daybook.signIn({ ...credentials('e2e', email), device: await newDevice(), fetch });
    const { devices } = await daybook.devices.keyLog();
    expect(devices.map(({ n }) => n)).toEqual([2, 3, 4]);
    expect(devices.at(-1)?.deviceId).toBe(daybook.deviceId);
  });

  it('is signed in though its key could not be signed, and signs it later, after a restart too', async () => {
    const { email } = await signUp('e2e');
    const store = new MemorySessionStore();
    const fetch: Fetch = (url, init) =>
      isPostOfStatement(url, init) ? Promise.reject(new TypeError('fetch failed')) : globalThis.fetch(url, init);
    const options = { ...credentials('e2e', email), device: await newDevice(), store, retry: { triesMax: 1 } };
    const daybook = await Daybook.signIn({ ...options, fetch });
    expect((await daybook.devices.keyLog()).devices).toHaveLength(1);
    await expect(daybook.devices.signKey()).rejects.toThrow(ConnectionFailed);
    await daybook.keepMasterKey();

    const resumed = await Daybook.resume({ url: api.origin, store });
    await resumed.devices.signKey();
    await resumed.devices.signKey();
    const { devices } = await resumed.devices.keyLog();
    expect(devices.map(({ deviceId }) => deviceId)).toContain(daybook.deviceId);
    expect(devices).toHaveLength(2);
  });

  it('revokes a device that was forgotten while the connection broke', async () => {
    const { email, daybook } = await signUp('e2e');
    const other = await Daybook.signIn({ ...credentials('e2e', email), device: await newDevice() });
    await daybook.api.DELETE('/api/v1/auth/devices/{id}', { params: { path: { id: other.deviceId ?? '' } } });
    expect((await daybook.devices.keyLog()).devices).toHaveLength(2);
    await daybook.devices.forget(other.deviceId ?? '');
    expect((await daybook.devices.keyLog()).devices).toHaveLength(1);
  });

  it('signs the key that it has, not one that the server puts in its place', async () => {
    const { email } = await signUp('e2e');
    const theirs = (await newDeviceKeys()).public_key;
    const { fetch, sent } = meddling((body) =>
      body.device ? { ...body, device: { ...body.device, public_key: theirs } } : body,
    );
    const device = await newDevice();
    const daybook = await Daybook.signIn({ ...credentials('e2e', email), device, fetch });
    const mine = (await daybook.devices.keyLog()).devices.find(({ deviceId }) => deviceId === daybook.deviceId);
    expect(mine?.x25519).toEqual(fromBase64url(device.public_key));
    expect(sent.some(({ body }) => body.includes(theirs))).toBe(false);
  });
});
