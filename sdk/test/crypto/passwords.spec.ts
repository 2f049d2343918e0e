import { hashRaw } from '@node-rs/argon2';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  assertKdfAllowed,
  encodeKdf,
  fromWireKdf,
  hkdf,
  kdfDefaults,
  labels,
  normalizePassword,
  passwordAuthKey,
  passwordKek,
  passwordRoot,
  randomBytes,
  ready,
  toWireKdf,
  utf8,
  type Argon2id,
  type KdfParameters,
} from '../../src/crypto/index.js';
import { refusal } from './examples.js';

const salt = new Uint8Array(16).fill(5);
const allowed = kdfDefaults.server;

describe('a password', () => {
  it('is normalized, not trimmed, and counted in bytes', () => {
    expect(normalizePassword(' ﬁancé ')).toEqual(utf8(' fiancé '));
    expect(normalizePassword('fiance\u0301')).toEqual(normalizePassword('fiancé'));
    expect(normalizePassword('x'.repeat(1024))).toHaveLength(1024);
    expect(normalizePassword('😀'.repeat(256))).toHaveLength(1024);
    for (const refused of [
      '',
      'x'.repeat(1025),
      '😀'.repeat(257),
      'a\ud800',
      '\udc00b',
      '\udc00\ud800',
      '\ufdfa'.repeat(99),
    ]) {
      expect(refusal(() => normalizePassword(refused))).toBe('password');
    }
  });
});

describe('key derivation parameters', () => {
  const changed = (change: object): KdfParameters => ({ ...allowed, ...change });

  it('are refused outside of floor and ceiling', () => {
    const refused = [
      { mKib: 64 * 1024 - 1 },
      { mKib: 1024 * 1024 + 1 },
      { mKib: 65536.5 },
      { mKib: '65536' },
      { mKib: Number.NaN },
      { t: 2 },
      { t: 17 },
      { t: undefined },
      { p: 2 },
      { p: 0 },
      { alg: 'argon2i' },
    ];
    for (const change of refused) {
      expect([change, refusal(() => assertKdfAllowed(changed(change)))]).toEqual([change, 'kdf']);
      expect(refusal(() => encodeKdf(changed(change)))).toBe('kdf');
    }
    for (const change of [{}, { mKib: 1024 * 1024, t: 16 }, { mKib: 64 * 1024, t: 3 }]) {
      expect(refusal(() => assertKdfAllowed(changed(change)))).toBe('accepted');
    }
  });

  it('are refused before any work', async () => {
    const argon2 = jest.fn<Argon2id>();
    await expect(passwordRoot('secret', salt, changed({ t: 2 }), argon2)).rejects.toMatchObject({ rule: 'kdf' });
    await expect(passwordRoot('', salt, allowed, argon2)).rejects.toMatchObject({ rule: 'password' });
    await expect(passwordRoot('secret', new Uint8Array(15), allowed, argon2)).rejects.toThrow(RangeError);
    expect(argon2).not.toHaveBeenCalled();
  });

  it('are 8 bytes in the context of a password slot', () => {
    expect(encodeKdf(kdfDefaults.client)).toEqual(Uint8Array.of(1, 0, 4, 0, 0, 0, 3, 1));
    expect(encodeKdf(kdfDefaults.server)).toEqual(Uint8Array.of(1, 0, 1, 0, 0, 0, 3, 1));
  });

  it('travel with their salt, and are refused on arrival too', () => {
    expect(fromWireKdf(toWireKdf(allowed, salt))).toEqual({ kdf: allowed, salt });
    expect(toWireKdf(allowed, salt)).toEqual({
      alg: 'argon2id',
      m_kib: 65536,
      t: 3,
      p: 1,
      salt: 'BQUFBQUFBQUFBQUFBQUFBQ',
    });
    expect(refusal(() => fromWireKdf({ ...toWireKdf(allowed, salt), m_kib: 8 }))).toBe('kdf');
    expect(refusal(() => fromWireKdf(toWireKdf(allowed, new Uint8Array(15))))).toBe('kdf');
  });
});

describe('a password root', () => {
  beforeAll(ready);

  it('is Argon2id v1.3 of the normalized password, as another implementation computes it', async () => {
    const theirs: Argon2id = (password, itsSalt, { mKib, t, p }) =>
      hashRaw(password, {
        salt: itsSalt,
        memoryCost: mKib,
        timeCost: t,
        parallelism: p,
        outputLen: 32,
      });
    const ours = await passwordRoot('ﬁancé', salt, allowed);
    expect(ours).toHaveLength(32);
    expect(Buffer.from(await passwordRoot('fiance\u0301', salt, allowed, theirs))).toEqual(Buffer.from(ours));
  });

  it('is asked for with the bytes, salt and parameters given, once', async () => {
    const argon2 = jest.fn<Argon2id>(() => Promise.resolve(new Uint8Array(32)));
    await passwordRoot(utf8('bytes'), salt, allowed, argon2);
    expect(argon2.mock.calls).toEqual([[utf8('bytes'), salt, allowed]]);
    await expect(passwordRoot('x', salt, allowed, async () => new Uint8Array(31))).rejects.toThrow(RangeError);
  });

  it('gives an auth key and a key-encryption key that tell nothing of each other', () => {
    const root = randomBytes(32);
    expect(passwordAuthKey(root)).toEqual(hkdf(root, labels.auth));
    expect(passwordKek(root)).toEqual(hkdf(root, labels.kek));
    expect(passwordKek(root, salt)).toEqual(hkdf(root, labels.kek, salt));
    expect(() => passwordKek(new Uint8Array(31))).toThrow(RangeError);
  });
});
