import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sodium from 'libsodium-wrappers-sumo';
import {
  concatBytes,
  createDeviceKeys,
  createId,
  createIdentity,
  labels,
  readStatement,
  ready,
  sha256,
  signDeviceStatement,
  signIdentityStatement,
  signRevocationStatement,
  utf8,
  uuidToBytes,
  verifyKeyLog,
  verifyStatement,
  type Identity,
} from '../../src/crypto/index.js';
import { refusal } from './examples.js';
import { ada, eve, other, thing } from './sealed-examples.js';

const zeros = new Uint8Array(32);

/** A key log as its owner writes it: every statement signed by the identity in force and linked to the one before. */
class Log {
  readonly statements: Uint8Array[] = [];

  constructor(public identity: Identity = createIdentity()) {
    this.rotate(identity);
  }

  get last(): Uint8Array {
    return this.statements.at(-1) ?? zeros;
  }

  /** Where the next statement stands, and who signs it. */
  next(signer = this.identity.ed25519) {
    const n = this.statements.length + 1;
    return { signer, userId: ada, n, atMs: 1_800_000_000_000, prev: n === 1 ? zeros : sha256(this.last) };
  }

  rotate(identity: Identity): this {
    const { ed25519, x25519 } = identity;
    const body = { ed25519: ed25519.publicKey, x25519: x25519.publicKey, tier: 'e2e', minSuite: 2 } as const;
    this.statements.push(signIdentityStatement({ ...this.next(), body }));
    this.identity = identity;
    return this;
  }

  add(deviceId: string, x25519 = createDeviceKeys().publicKey): this {
    this.statements.push(signDeviceStatement({ ...this.next(), body: { deviceId, x25519 } }));
    return this;
  }

  revoke(deviceId: string): this {
    this.statements.push(signRevocationStatement({ ...this.next(), body: { deviceId } }));
    return this;
  }

  rule(...more: Uint8Array[]): string {
    return refusal(() => verifyKeyLog([...this.statements, ...more], ada));
  }

  get devices() {
    return verifyKeyLog(this.statements, ada).devices;
  }
}

describe('devices in a key log', () => {
  beforeAll(ready);

  it('are those that were added and not revoked, with their keys', () => {
    const [phone, laptop] = [createDeviceKeys(), createDeviceKeys()];
    const log = new Log().add(thing, phone.publicKey).add(other, laptop.publicKey).revoke(thing);
    expect(log.devices).toEqual([{ deviceId: other, x25519: laptop.publicKey, n: 3 }]);
    expect(verifyKeyLog(log.statements, ada).head).toEqual({ n: 4, hash: sha256(log.last) });
  });

  it('stay when the identity changes, and are then revoked and added by the new one', () => {
    const log = new Log().add(thing);
    const former = log.identity;
    log.rotate(createIdentity()).add(other);
    expect(log.devices.map(({ deviceId }) => deviceId)).toEqual([thing, other]);
    const forged = signRevocationStatement({ ...log.next(former.ed25519), body: { deviceId: thing } });
    expect(log.rule(forged)).toBe('statement-signer');
    expect(log.revoke(thing).devices.map(({ deviceId }) => deviceId)).toEqual([other]);
  });

  it('have statements in the published form', () => {
    const { publicKey } = createDeviceKeys();
    const log = new Log().add(thing, publicKey).revoke(thing);
    const [, added = zeros, revoked = zeros] = log.statements;
    expect([added.length, revoked.length]).toEqual([200, 168]);
    expect(added.subarray(0, 4)).toEqual(Uint8Array.of(0x44, 0x53, 1, 2));
    expect(revoked.subarray(0, 4)).toEqual(Uint8Array.of(0x44, 0x53, 1, 3));
    expect(added.subarray(84, 136)).toEqual(concatBytes(Uint8Array.of(0, 0, 0, 48), uuidToBytes(thing), publicKey));
    expect(revoked.subarray(84, 104)).toEqual(concatBytes(Uint8Array.of(0, 0, 0, 16), uuidToBytes(thing)));
    for (const bytes of [added, revoked]) {
      const message = concatBytes(utf8(labels.statement), bytes.subarray(0, -64));
      const key = log.identity.ed25519.publicKey;
      expect(sodium.crypto_sign_verify_detached(bytes.subarray(-64), message, key)).toBe(true);
    }
    expect(readStatement(added)).toMatchObject({ type: 2, n: 2, body: { deviceId: thing, x25519: publicKey } });
    expect(readStatement(revoked)).toMatchObject({ type: 3, n: 3, body: { deviceId: thing } });
  });

  it('are added once and revoked once, and an id that was revoked never comes back', () => {
    const { publicKey } = createDeviceKeys();
    expect(new Log().revoke(thing).rule()).toBe('statement-device');
    expect(new Log().add(other).revoke(thing).rule()).toBe('statement-device');
    expect(new Log().add(thing, publicKey).add(thing, publicKey).rule()).toBe('statement-device');
    expect(new Log().add(thing).add(thing).rule()).toBe('statement-device');
    expect(new Log().add(thing).revoke(thing).revoke(thing).rule()).toBe('statement-device');
    expect(new Log().add(thing).revoke(thing).add(thing).rule()).toBe('statement-device');
    // A client that signs in again with the pair it kept is another device with the same key.
    expect(new Log().add(thing, publicKey).add(other, publicKey).rule()).toBe('accepted');
  });

  it('do not come before there is an identity that could sign for them', () => {
    const log = new Log();
    const first = { ...log.next(), n: 1, prev: zeros };
    const added = signDeviceStatement({ ...first, body: { deviceId: thing, x25519: createDeviceKeys().publicKey } });
    const revoked = signRevocationStatement({ ...first, body: { deviceId: thing } });
    expect(refusal(() => verifyKeyLog([added], ada))).toBe('statement-signer');
    expect(refusal(() => verifyKeyLog([revoked], ada))).toBe('statement-signer');
  });

  it('have no key that is of low order or not reduced', () => {
    const log = new Log();
    const rule = (x25519: Uint8Array) => refusal(() => log.add(thing, x25519));
    expect(rule(zeros)).toBe('public-key');
    expect(rule(zeros.with(0, 1))).toBe('public-key');
    expect(rule(new Uint8Array(32).fill(0xff))).toBe('public-key');
    expect(rule(createDeviceKeys().publicKey.subarray(1))).toBe('public-key');
    // Bytes that were changed after signing are refused for the key before the signature is looked at.
    const { last } = log.add(thing);
    log.statements.pop();
    expect(log.rule(last.slice().fill(0, 104, 136))).toBe('public-key');
    expect(log.rule(last.with(135, (last[135] ?? 0) | 0x80))).toBe('public-key');
  });

  it('are refused by their form', () => {
    const log = new Log().add(thing).revoke(thing);
    for (const bytes of log.statements.slice(1)) {
      const rule = (changed: Uint8Array) => refusal(() => readStatement(changed));
      expect(rule(bytes.subarray(0, -1))).toBe('statement-format');
      expect(rule(concatBytes(bytes, Uint8Array.of(0)))).toBe('statement-format');
      expect(rule(bytes.with(87, 17))).toBe('statement-format');
      for (const type of [1, 2, 3].filter((type) => type !== bytes[3]))
        expect(rule(bytes.with(3, type))).toBe('statement-format');
      for (const type of [0, 4, 5, 6]) expect(rule(bytes.with(3, type))).toBe('statement-type');
    }
  });

  it('are refused when any one byte of any statement is changed', () => {
    const { statements } = new Log().add(thing).add(other).revoke(thing).rotate(createIdentity()).revoke(other);
    const positions = fc
      .nat({ max: statements.length - 1 })
      .chain((which) =>
        fc.tuple(
          fc.constant(which),
          fc.nat({ max: (statements[which]?.length ?? 1) - 1 }),
          fc.integer({ min: 1, max: 255 }),
        ),
      );
    fc.assert(
      fc.property(positions, ([which, at, mask]) => {
        const tampered = statements.map((bytes, i) => (i === which ? bytes.with(at, (bytes[at] ?? 0) ^ mask) : bytes));
        expect(refusal(() => verifyKeyLog(tampered, ada))).not.toBe('accepted');
      }),
      { numRuns: 300 },
    );
  });

  it('are refused when any statement is missing, doubled or moved', () => {
    const { statements } = new Log().add(thing).add(other).revoke(thing).rotate(createIdentity());
    const place = fc.nat({ max: statements.length - 1 });
    fc.assert(
      fc.property(place, place, (from, to) => {
        const [moved = zeros] = statements.slice(from, from + 1);
        const missing = statements.toSpliced(from, 1);
        // A log that ends earlier is whole in itself: only a client that kept the head notices.
        const isShorter = from === statements.length - 1;
        expect(refusal(() => verifyKeyLog(missing, ada)) === 'accepted').toBe(isShorter);
        if (from !== to) expect(refusal(() => verifyKeyLog(missing.toSpliced(to, 0, moved), ada))).not.toBe('accepted');
        expect(refusal(() => verifyKeyLog(statements.toSpliced(to, 0, moved), ada))).not.toBe('accepted');
      }),
      { numRuns: 60 },
    );
  });

  it('are always those that a plain list would have, whatever is added and revoked', () => {
    const ids = Array.from({ length: 4 }, () => createId());
    const steps = fc.array(fc.tuple(fc.constantFrom('add', 'revoke'), fc.constantFrom(...ids)), { maxLength: 12 });
    fc.assert(
      fc.property(steps, (taken) => {
        const log = new Log();
        const [live, seen] = [new Set<string>(), new Set<string>()];
        let isSound = true;
        for (const [step, id] of taken) {
          isSound &&= step === 'add' ? !seen.has(id) : live.has(id);
          if (step === 'add') log.add(id);
          else log.revoke(id);
          if (step === 'add') live.add(id);
          else live.delete(id);
          seen.add(id);
        }
        expect(log.rule()).toBe(isSound ? 'accepted' : 'statement-device');
        if (isSound) expect(log.devices.map(({ deviceId }) => deviceId).toSorted()).toEqual([...live].toSorted());
      }),
      { numRuns: 50 },
    );
  });

  it('are checked one by one as they are all together, by whoever keeps the head', () => {
    const log = new Log();
    const before = verifyKeyLog(log.statements, ada);
    const stranger = createIdentity().ed25519;
    const body = { deviceId: thing, x25519: createDeviceKeys().publicKey };
    const place = log.next();
    const rule = (change: object, userId = ada) =>
      refusal(() => verifyStatement(signDeviceStatement({ ...place, ...change, body }), userId, before));
    expect(rule({})).toBe('accepted');
    expect(rule({ n: 1 })).toBe('statement-order');
    expect(rule({ n: 3 })).toBe('statement-order');
    expect(rule({ prev: zeros })).toBe('statement-previous');
    expect(rule({ signer: stranger })).toBe('statement-signer');
    expect(rule({ userId: eve })).toBe('statement-user');
    expect(rule({}, eve)).toBe('statement-user');
  });
});
