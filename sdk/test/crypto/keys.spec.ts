import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import sodium from 'libsodium-wrappers-sumo';
import {
  boxContentKey,
  checkEd25519PublicKey,
  checkX25519PublicKey,
  createContentKey,
  createIdentity,
  hkdf,
  identityFrom,
  labels,
  MasterKey,
  openSlot,
  publicKeyId,
  randomBytes,
  ready,
  sealSlot,
  sha256,
  slotField,
  unwrapContentKey,
  unwrapMasterKey,
  wrapContentKey,
  wrapMasterKey,
} from '../../src/crypto/index.js';
import { fromHex, refusal } from './examples.js';
import { ada, thing } from './sealed-examples.js';

beforeAll(ready);

/** 32 little-endian bytes of a number. */
const littleEndian = (value: bigint) => fromHex(value.toString(16).padStart(64, '0')).reverse();
const p = 2n ** 255n - 19n;

describe('a master key', () => {
  it('derives one key per purpose, as a copy', () => {
    const [id, key] = [randomBytes(16), randomBytes(32)];
    const master = MasterKey.from(id, key);
    expect(master.derive(labels.wrap)).toEqual(hkdf(key, labels.wrap));
    master.derive(labels.wrap).fill(0);
    expect(master.derive(labels.wrap)).toEqual(hkdf(key, labels.wrap));
    expect(master.derive(labels.search)).toEqual(hkdf(key, labels.search));
    expect(MasterKey.create().id).not.toEqual(MasterKey.create().id);
  });

  it('keeps its own copies', () => {
    const [id, key] = [randomBytes(16), randomBytes(32)];
    const master = MasterKey.from(id, key);
    const expected = hkdf(key, labels.tag);
    key.fill(0);
    master.exportKey().fill(0);
    expect(master.derive(labels.tag)).toEqual(expected);
  });

  it('shows its bytes to no log', () => {
    const key = randomBytes(32);
    const master = MasterKey.from(randomBytes(16), key);
    master.derive(labels.wrap);
    const shown = [String(master), JSON.stringify({ master }), inspect(master), inspect({ master }, { depth: 9 })];
    expect(shown).toEqual(['[MasterKey]', '{"master":"[MasterKey]"}', '[MasterKey]', '{ master: [MasterKey] }']);
    expect(Object.keys(master)).toEqual(['id']);
    expect(JSON.stringify(Object.entries(master))).not.toContain(String(key[0]) + ',' + String(key[1]));
  });

  it('is of no use once it was wiped', () => {
    const master = MasterKey.create();
    master.derive(labels.wrap);
    master.wipe();
    expect(() => master.derive(labels.wrap)).toThrow('wiped');
    expect(() => master.exportKey()).toThrow('wiped');
    expect(() => MasterKey.from(new Uint8Array(15), new Uint8Array(32))).toThrow(RangeError);
    expect(() => MasterKey.from(new Uint8Array(16), new Uint8Array(31))).toThrow(RangeError);
  });
});

describe('a slot', () => {
  const place = { tier: 'uce', userId: ada, slotId: thing, field: slotField.access } as const;

  it('holds a master key, and names it', () => {
    const [key, master] = [randomBytes(32), MasterKey.create()];
    const wrapped = wrapMasterKey({ ...place, key, master });
    expect(wrapped).toHaveLength(144);
    const opened = unwrapMasterKey({ ...place, key, wrapped, masterKeyId: master.id });
    expect([opened.id, opened.exportKey()]).toEqual([master.id, master.exportKey()]);
    expect(refusal(() => unwrapMasterKey({ ...place, key, wrapped, masterKeyId: randomBytes(16) }))).toBe('key-id');
  });

  it('holds the next refresh secret while it is a grace slot, and no master key then', () => {
    const grace = { ...place, field: slotField.grace, key: randomBytes(32) };
    const [secretKeyId, secret] = [randomBytes(16), randomBytes(32)];
    const wrapped = sealSlot({ ...grace, secretKeyId, secret });
    expect(openSlot({ ...grace, wrapped })).toEqual({ id: secretKeyId, key: secret });
    expect(() => unwrapMasterKey({ ...grace, wrapped })).toThrow(RangeError);
  });

  it('has a kdf exactly when it is a password slot', () => {
    const secret = { secretKeyId: randomBytes(16), secret: randomBytes(32), key: randomBytes(32) };
    const kdf = { alg: 'argon2id', mKib: 65536, t: 3, p: 1 } as const;
    expect(() => sealSlot({ ...place, ...secret, kdf })).toThrow(RangeError);
    expect(() => sealSlot({ ...place, ...secret, field: slotField.password })).toThrow(RangeError);
    expect(() => sealSlot({ ...place, ...secret, field: slotField.password, kdf })).not.toThrow();
    expect(refusal(() => sealSlot({ ...place, ...secret, field: slotField.password, kdf: { ...kdf, t: 2 } }))).toBe(
      'kdf',
    );
  });
});

describe('a content key', () => {
  it('is the one that was expected, or refused', () => {
    const [master, contentKey] = [MasterKey.create(), createContentKey()];
    const place = { tier: 'uce', master, context: { userId: ada, objectType: 1, objectId: thing } } as const;
    const wrapped = wrapContentKey({ ...place, contentKey });
    expect(wrapped).toHaveLength(112);
    expect(unwrapContentKey({ ...place, wrapped, contentKeyId: contentKey.id })).toEqual(contentKey);
    expect(refusal(() => unwrapContentKey({ ...place, wrapped, contentKeyId: randomBytes(16) }))).toBe('key-id');
  });

  it('is wrapped for an object and not for a version, so that a later version can go on with it', () => {
    const [master, contentKey] = [MasterKey.create(), createContentKey()];
    const context = { userId: ada, objectType: 1, objectId: thing, version: 2, previousHash: randomBytes(32) };
    const wrapped = wrapContentKey({ tier: 'e2e', master, contentKey, context });
    const { version: _, previousHash: __, ...reference } = context;
    expect(unwrapContentKey({ tier: 'e2e', master, context: reference, wrapped })).toEqual(contentKey);
  });
});

describe('a public key', () => {
  it('is named by the first half of its SHA-256', () => {
    const { x25519, ed25519 } = createIdentity();
    expect(x25519.keyId).toEqual(sha256(x25519.publicKey).slice(0, 16));
    expect(publicKeyId(ed25519.publicKey)).toEqual(ed25519.keyId);
  });

  it('is derived as RFC 7748 and RFC 8032 say', () => {
    const scalar = fromHex('77076d0a7318a57d3c16c17251b26645df4c2f92ebc099ed0a7318a57d3c16c1');
    const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
    const { x25519, ed25519 } = identityFrom(scalar, seed);
    expect(ed25519.publicKey).toEqual(fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'));
    expect(x25519.publicKey).toEqual(sodium.crypto_scalarmult(scalar, littleEndian(9n)));
  });

  it('of X25519 is refused when of low order or not reduced', () => {
    const low = [
      0n,
      1n,
      325606250916557431795983626356110631294008115727848805560023387167927233504n,
      39382357235489614581723060781553021112529911719440698176882885853963445705823n,
      p - 1n,
    ];
    const notReduced = [p, p + 1n, p + 9n, 2n ** 255n - 1n, 2n ** 255n + 9n];
    for (const value of [...low, ...notReduced]) {
      expect([value, refusal(() => checkX25519PublicKey(littleEndian(value)))]).toEqual([value, 'public-key']);
    }
    expect(refusal(() => checkX25519PublicKey(littleEndian(9n)))).toBe('accepted');
    expect(refusal(() => checkX25519PublicKey(createIdentity().x25519.publicKey))).toBe('accepted');
    expect(refusal(() => checkX25519PublicKey(new Uint8Array(31).fill(9)))).toBe('public-key');
  });

  it('of Ed25519 is refused when of small or mixed order, not canonical, or not on the curve', () => {
    const { publicKey } = createIdentity().ed25519;
    const ofOrderEight = fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
    const small = [littleEndian(1n), littleEndian(p - 1n), littleEndian(0n), ofOrderEight];
    const notCanonical = [littleEndian(p), littleEndian(p + 1n), littleEndian(1n + 2n ** 255n)];
    const mixed = sodium.crypto_core_ed25519_add(publicKey, ofOrderEight);
    for (const key of [...small, ...notCanonical, mixed, littleEndian(2n), new Uint8Array(31)]) {
      expect(refusal(() => checkEd25519PublicKey(key))).toBe('public-key');
    }
    expect(refusal(() => checkEd25519PublicKey(publicKey))).toBe('accepted');
  });

  it('is refused as the recipient of a box when it is of low order', () => {
    const context = { userId: ada, objectType: 1, objectId: thing };
    const box = (recipientPublicKey: Uint8Array) =>
      boxContentKey({ tier: 'uce', recipientPublicKey, context, contentKey: createContentKey() });
    expect(refusal(() => box(littleEndian(1n)))).toBe('public-key');
    expect(box(createIdentity().x25519.publicKey)).toHaveLength(176);
  });
});
