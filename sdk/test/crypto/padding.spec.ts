import { describe, expect, it, beforeAll } from '@jest/globals';
import fc from 'fast-check';
import {
  createContentKey,
  isPaddedLength,
  Kind,
  ObjectType,
  openContent,
  paddedLength,
  ready,
  sealContent,
  sealEnvelope,
} from '../../src/crypto/index.js';
import { pad, unpad } from '../../src/crypto/padding.js';
import { refusal } from './examples.js';
import { ada, thing } from './sealed-examples.js';

/** Padmé as it is defined, over bits of n = length + 1. */
function padme(n: bigint): bigint {
  const e = BigInt(n.toString(2).length - 1);
  const s = BigInt(e.toString(2).length - 1) + 1n;
  const mask = (1n << (e - s)) - 1n;
  return (n + mask) & ~mask;
}

describe('padding', () => {
  beforeAll(ready);

  it('goes up in steps of 256 to 4,096 and by Padmé above', () => {
    const pairs = [0, 1, 254, 255, 256, 511, 4094, 4095, 4096, 4351, 4352, 10_000, 65_535, 262_144].map((length) => [
      length,
      paddedLength(length),
    ]);
    expect(pairs).toEqual([
      [0, 256],
      [1, 256],
      [254, 256],
      [255, 256],
      [256, 512],
      [511, 512],
      [4094, 4096],
      [4095, 4096],
      [4096, 4352],
      [4351, 4352],
      [4352, 4608],
      [10_000, 10_240],
      [65_535, 65_536],
      [262_144, 270_336],
    ]);
  });

  it('follows the definition of Padmé, costs at most 12 %, and its lengths are the legal ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4096, max: 2 ** 30 - 1 }), (length) => {
        const padded = paddedLength(length);
        expect(BigInt(padded)).toBe(padme(BigInt(length + 1)));
        expect(padded / (length + 1)).toBeLessThan(1.12);
        expect(isPaddedLength(padded)).toBe(true);
      }),
    );
    for (const n of [0, 1, 255, 257, 300, 4095, 4097, 4353, 10_241, -256, 256.5, 2 ** 31]) {
      expect([n, isPaddedLength(n)]).toEqual([n, false]);
    }
    const steps = Array.from({ length: 16 }, (_, i) => 256 * (i + 1));
    expect(Array.from({ length: 4097 }, (_, n) => n).filter(isPaddedLength)).toEqual(steps);
    expect(() => paddedLength(-1)).toThrow(RangeError);
    expect(() => paddedLength(2 ** 30)).toThrow(RangeError);
  });

  it('comes off again, whatever the content ends with', () => {
    const ending = fc.uint8Array({ maxLength: 6000 }).map((bytes) => Uint8Array.from([...bytes, 0x80, 0, 0]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 6000 }), ending), (bytes) => {
        expect(unpad(pad(bytes))).toEqual(bytes);
      }),
      { numRuns: 50 },
    );
  });

  it('is refused in any other form', () => {
    const padded = pad(Uint8Array.of(1, 2, 3));
    expect(unpad(padded)).toEqual(Uint8Array.of(1, 2, 3));
    expect(refusal(() => unpad(new Uint8Array(256)))).toBe('padding');
    expect(refusal(() => unpad(padded.with(3, 0x81)))).toBe('padding');
    expect(refusal(() => unpad(padded.with(255, 1)))).toBe('padding');
    expect(refusal(() => unpad(new Uint8Array(512).with(3, 0x80)))).toBe('padding');
    expect(refusal(() => unpad(new Uint8Array(0)))).toBe('padding');
  });

  it('is part of what opening content checks', () => {
    const contentKey = createContentKey();
    const context = { userId: ada, objectType: ObjectType.entry, objectId: thing, version: 1 };
    const place = { tier: 'uce', contentKey, context } as const;
    const raw = (plaintext: Uint8Array) =>
      sealEnvelope({ kind: Kind.content, tier: 'uce', keyId: contentKey.id, key: contentKey.key, context, plaintext });
    expect(sealContent({ ...place, plaintext: new Uint8Array(0) })).toHaveLength(48 + 256 + 16);
    expect(refusal(() => openContent({ ...place, sealed: raw(new Uint8Array(10)) }))).toBe('length');
    expect(refusal(() => openContent({ ...place, sealed: raw(new Uint8Array(256)) }))).toBe('padding');
    expect(refusal(() => openContent({ ...place, sealed: raw(new Uint8Array(512).with(9, 0x80)) }))).toBe('padding');
  });
});
