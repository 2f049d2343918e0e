import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  checkBoxedContentKey,
  checkContentEnvelope,
  checkContentKeyWrap,
  checkIdentityKeyWrap,
  checkPasswordSlot,
  checkSlot,
  concatBytes,
  parseHeader,
  ready,
  type Header,
} from '../../src/crypto/index.js';
import { refusal } from './examples.js';
import { everyExample, other, thing, type Example } from './sealed-examples.js';

type Check = (bytes: Uint8Array, tier: 'e2e' | 'uce', isOtherKey?: boolean) => Header;

describe('the gate', () => {
  let examples: readonly Example[];
  let checks: ReadonlyMap<number, Check>;
  beforeAll(async () => {
    await ready();
    examples = everyExample();
    const idOf = (kind: number, isOther = false) => {
      const keyId = parseHeader(sealedOf(kind)).keyId;
      return isOther ? keyId.with(0, (keyId[0] ?? 0) ^ 1) : keyId;
    };
    checks = new Map<number, Check>([
      [1, (bytes, tier, isOther) => checkContentEnvelope(bytes, { tier, contentKeyId: idOf(1, isOther) })],
      [2, (bytes, tier, isOther) => checkContentKeyWrap(bytes, { tier, masterKeyId: idOf(2, isOther) })],
      [3, (bytes, tier, isOther) => checkBoxedContentKey(bytes, { tier, recipientKeyId: idOf(3, isOther) })],
      [5, (bytes, tier, isOther) => checkPasswordSlot(bytes, { tier, slotId: isOther ? other : thing })],
      [6, (bytes, tier, isOther) => checkSlot(bytes, { tier, slotId: isOther ? other : thing })],
      [7, (bytes, tier, isOther) => checkIdentityKeyWrap(bytes, { tier, masterKeyId: idOf(7, isOther) })],
    ]);
  });
  const sealedOf = (kind: number) => examples.find((example) => example.kind === kind)?.sealed ?? new Uint8Array();

  it('lets every kind pass that a client seals, and answers its header', () => {
    for (const [kind, check] of checks) {
      const sealed = sealedOf(kind);
      expect(check(sealed, parseHeader(sealed).tier)).toEqual(parseHeader(sealed));
    }
    const sealed = sealedOf(1);
    expect(checkContentEnvelope(sealed, { tier: 'e2e' }).kind).toBe(1);
  });

  it('refuses another kind, tier, key or length, and a broken header, by name', () => {
    for (const [kind, check] of checks) {
      const sealed = sealedOf(kind);
      const { tier } = parseHeader(sealed);
      const rule = (bytes: Uint8Array) => refusal(() => check(bytes, tier));
      const others = [...checks.keys()].filter((each) => each !== kind);
      expect(others.map((each) => refusal(() => check(sealedOf(each), parseHeader(sealedOf(each)).tier)))).toEqual(
        others.map(() => 'kind'),
      );
      expect(refusal(() => check(sealed, tier === 'e2e' ? 'uce' : 'e2e'))).toBe('tier');
      expect(refusal(() => check(sealed, tier, true))).toBe('key-id');
      expect(rule(sealed.with(0, 0))).toBe('magic');
      expect(rule(sealed.with(2, 2))).toBe('format');
      expect(rule(sealed.with(4, 0x12))).toBe('suite');
      expect(rule(sealed.with(6, 1))).toBe('reserved-bytes');
      const lengthRule = kind === 1 ? 'padding' : 'length';
      expect(rule(concatBytes(sealed, new Uint8Array(1)))).toBe(lengthRule);
      expect(rule(sealed.subarray(0, sealed.length - 1))).toBe(lengthRule);
      expect(rule(sealed.subarray(0, 48))).toBe('length');
    }
  });

  it('refuses a box whose ephemeral key is of low order', () => {
    const sealed = sealedOf(3).slice().fill(0, 48, 80);
    const { tier, keyId } = parseHeader(sealed);
    expect(refusal(() => checkBoxedContentKey(sealed, { tier, recipientKeyId: keyId }))).toBe('public-key');
  });
});
