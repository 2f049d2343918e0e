import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  concatBytes,
  encodeContext,
  envelopeHash,
  hkdf,
  Kind,
  labels,
  ObjectType,
  openContent,
  openEnvelope,
  parseHeader,
  randomBytes,
  ready,
  sealContent,
  sealEnvelope,
  sha256,
  toBase64url,
  uuidToBytes,
  utf8,
} from '../../src/crypto/index.js';
import * as primitives from '../../src/crypto/primitives.js';
import { refusal } from './examples.js';
import { ada, contentExample, everyExample, slotExample, thing, type Example } from './sealed-examples.js';

const changed = (bytes: Uint8Array, at: number, mask: number) => bytes.with(at, (bytes[at] ?? 0) ^ mask);

describe('an envelope', () => {
  let examples: readonly Example[];
  beforeAll(async () => {
    await ready();
    examples = everyExample();
  });

  it('of every kind opens for what it was sealed for', () => {
    expect(examples.map((example) => example.kind)).toEqual([1, 2, 3, 5, 6, 7, 8]);
    for (const { open, sealed, plain } of examples) expect(open(sealed)).toEqual(plain);
  });

  it('of every kind is refused when any one of its bytes is changed', () => {
    const mask = fc.integer({ min: 1, max: 255 });
    fc.assert(
      fc.property(fc.constantFrom(...examples), mask, ({ sealed, open }, flipped) => {
        const accepted = Array.from(sealed.keys(), (at) => refusal(() => open(changed(sealed, at, flipped))));
        expect(accepted).not.toContain('accepted');
      }),
      { numRuns: 30 },
    );
  });

  it('of every kind is refused when bytes are missing or too many', () => {
    for (const { sealed, open } of examples) {
      for (let n = 0; n < sealed.length; n++) expect(refusal(() => open(sealed.subarray(0, n)))).not.toBe('accepted');
      expect(refusal(() => open(concatBytes(sealed, new Uint8Array(1))))).not.toBe('accepted');
    }
  });

  it('of every kind is refused when any one thing that is expected is another', () => {
    for (const { name, sealed, swapped } of examples) {
      for (const [what, open] of Object.entries(swapped)) {
        expect([name, what, refusal(() => open(sealed))]).not.toContain('accepted');
      }
    }
  });

  it('is refused by the rule that was broken', () => {
    const rulesOf = ({ swapped, sealed }: Example) =>
      Object.fromEntries(Object.entries(swapped).map(([what, open]) => [what, refusal(() => open(sealed))]));
    const [content, wrap, box, slot] = examples;
    expect(content && rulesOf(content)).toEqual({
      tier: 'tier',
      key: 'authentication',
      'key id': 'key-id',
      user: 'authentication',
      type: 'authentication',
      id: 'authentication',
      version: 'authentication',
      field: 'authentication',
      'previous hash': 'authentication',
    });
    expect(wrap && rulesOf(wrap)).toMatchObject({ tier: 'tier', key: 'authentication', 'key id': 'key-id' });
    expect(box && rulesOf(box)).toMatchObject({ user: 'authentication', key: 'authentication', 'key id': 'key-id' });
    expect(slot && rulesOf(slot)).toEqual({
      tier: 'tier',
      key: 'commitment',
      user: 'authentication',
      'id and key id': 'key-id',
      'kdf memory': 'authentication',
      'kdf passes': 'authentication',
    });
  });

  it('never repeats a nonce', () => {
    const nonces = Array.from({ length: 50 }, () => toBase64url(parseHeader(contentExample().sealed).nonce));
    expect(new Set(nonces).size).toBe(50);
  });

  it('says in no error what it holds', () => {
    const { sealed, open } = contentExample();
    expect(() => open(changed(sealed, 60, 1))).toThrow(
      /^The envelope was not sealed with this key for this context, or was changed$/,
    );
  });

  it('hashes as a whole', () => {
    const { sealed } = contentExample();
    expect(envelopeHash(sealed)).toEqual(sha256(sealed));
  });
});

describe('the header of an envelope', () => {
  let sealed: Uint8Array;
  beforeAll(async () => {
    await ready();
    sealed = contentExample().sealed;
  });
  const withByte = (at: number, value: number) => refusal(() => parseHeader(sealed.with(at, value)));

  it('names kind, suite, tier, key and nonce', () => {
    expect(parseHeader(sealed)).toEqual({
      format: 1,
      kind: Kind.content,
      suite: 1,
      tier: 'e2e',
      keyId: sealed.slice(8, 24),
      nonce: sealed.slice(24, 48),
    });
  });

  it('is refused rule by rule', () => {
    expect(refusal(() => parseHeader(sealed.subarray(0, 47)))).toBe('length');
    expect([withByte(0, 0x64), withByte(1, 0x62)]).toEqual(['magic', 'magic']);
    expect([withByte(2, 0), withByte(2, 2)]).toEqual(['format', 'format']);
    expect([withByte(3, 0), withByte(3, 9)]).toEqual(['kind', 'kind']);
    expect([withByte(4, 0), withByte(4, 0x12)]).toEqual(['suite', 'suite']);
    expect(withByte(5, 2)).toBe('tier');
    expect([withByte(6, 1), withByte(7, 0x80)]).toEqual(['reserved-bytes', 'reserved-bytes']);
  });

  it('is refused when its suite is not the one of its kind', () => {
    const accepted = [];
    for (let kind = 1; kind <= 8; kind++) {
      for (const suite of [1, 2, 3, 0x12]) {
        const header = sealed.with(3, kind).with(4, suite).fill(0, 24, 48);
        if (refusal(() => parseHeader(header)) === 'accepted') accepted.push([kind, suite]);
      }
    }
    const aead = [1, 2, 5, 6, 7, 8].map((kind) => [kind, 1]);
    expect(accepted).toEqual([...aead, [3, 2], [4, 3]].sort(([a = 0], [b = 0]) => a - b));
  });

  it('is refused with a nonce where there is none', () => {
    expect(refusal(() => parseHeader(sealed.with(3, 3).with(4, 2)))).toBe('nonce');
  });
});

describe('the associated data', () => {
  beforeAll(ready);
  const previousHash = new Uint8Array(32).fill(7);
  const context = { userId: ada, objectType: ObjectType.entry, objectId: thing, version: 258, previousHash };

  it('is the first 24 bytes and the 88 bytes of the context, in the published order', () => {
    const [key, keyId] = [randomBytes(32), randomBytes(16)];
    const sealed = sealEnvelope({ kind: Kind.content, tier: 'uce', keyId, key, context, plaintext: utf8('x') });
    const encoded = concatBytes(
      uuidToBytes(ada),
      Uint8Array.of(0, 1),
      uuidToBytes(thing),
      Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 2),
      new Uint8Array(2 + 4 + 8),
      previousHash,
    );
    expect(encodeContext(context)).toEqual(encoded);
    const associated = concatBytes(sealed.subarray(0, 24), encoded);
    expect(primitives.aeadOpen(key, sealed.subarray(24, 48), associated, sealed.subarray(48))).toEqual(utf8('x'));
  });

  it('cannot be built for what a kind does not have', () => {
    const contentKey = { id: randomBytes(16), key: randomBytes(32) };
    const seal = (change: object) => () =>
      sealContent({ tier: 'uce', contentKey, context: { ...context, ...change }, plaintext: utf8('x') });
    expect(seal({})).not.toThrow();
    expect(seal({ version: 0 })).toThrow(RangeError);
    expect(seal({ version: 1 })).toThrow(RangeError);
    expect(seal({ version: 2 ** 53 })).toThrow(RangeError);
    expect(seal({ previousHash: undefined })).toThrow(RangeError);
    expect(seal({ previousHash: new Uint8Array(31) })).toThrow(RangeError);
    expect(seal({ objectType: ObjectType.slot })).toThrow(RangeError);
    expect(seal({ field: 2 })).toThrow(RangeError);
    expect(seal({ kdf: { alg: 'argon2id', mKib: 65536, t: 3, p: 1 } })).toThrow(RangeError);
    expect(refusal(seal({ userId: 'nobody' }))).toBe('uuid');
  });

  it('lets an index card be sealed beside the content, under the same key', () => {
    const contentKey = { id: randomBytes(16), key: randomBytes(32) };
    const card = { userId: ada, objectType: ObjectType.entry, objectId: thing, version: 2, field: 1 };
    const place = { tier: 'uce', contentKey, context: card } as const;
    expect(openContent({ ...place, sealed: sealContent({ ...place, plaintext: utf8('card') }) })).toEqual(utf8('card'));
  });
});

describe('the commitment of a slot', () => {
  beforeAll(ready);

  it('is derived from key and nonce, and is compared before anything is decrypted', () => {
    const [key, keyId] = [randomBytes(32), uuidToBytes(thing)];
    const context = { userId: ada, objectType: ObjectType.slot, objectId: thing, field: 2 };
    const expected = { kind: Kind.otherSlot, tier: 'uce', keyId, key, context } as const;
    const sealed = sealEnvelope({ ...expected, plaintext: new Uint8Array(48) });
    expect(sealed.slice(48, 80)).toEqual(hkdf(key, labels.commit, sealed.slice(24, 48)));
    expect(openEnvelope(expected, sealed)).toEqual(new Uint8Array(48));
    expect(refusal(() => openEnvelope(expected, changed(sealed, 48, 1)))).toBe('commitment');
    expect(refusal(() => openEnvelope(expected, changed(changed(sealed, 79, 1), 100, 1)))).toBe('commitment');
    expect(refusal(() => openEnvelope({ ...expected, key: randomBytes(32) }, sealed))).toBe('commitment');
  });

  it('makes a slot refuse a ciphertext that would open under two keys', () => {
    const { sealed, open } = slotExample(1);
    expect(refusal(() => open(concatBytes(sealed.subarray(0, 48), randomBytes(32), sealed.subarray(80))))).toBe(
      'commitment',
    );
  });
});
