import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sodium from 'libsodium-wrappers-sumo';
import {
  concatBytes,
  createIdentity,
  labels,
  readStatement,
  ready,
  sha256,
  signIdentityStatement,
  utf8,
  verifyKeyLog,
  type Identity,
} from '../../src/crypto/index.js';
import { ed25519Verify } from '../../src/crypto/primitives.js';
import { fromHex, refusal } from './examples.js';
import { ada, eve } from './sealed-examples.js';

const zeros = new Uint8Array(32);
type Statement = Parameters<typeof signIdentityStatement>[0];

/** A statement about `identity`, the first one unless `change` says otherwise. */
function stated(
  identity: Identity,
  change: Partial<Statement> & { readonly body?: never } = {},
  body = {},
): Uint8Array {
  return signIdentityStatement({
    signer: identity.ed25519,
    userId: ada,
    n: 1,
    atMs: 1_800_000_000_000,
    prev: zeros,
    ...change,
    body: {
      ed25519: identity.ed25519.publicKey,
      x25519: identity.x25519.publicKey,
      tier: 'e2e',
      minSuite: 2,
      ...body,
    },
  });
}

/** Three statements: made, keys changed, changed again. */
function log(): { readonly identities: readonly [Identity, Identity, Identity]; readonly statements: Uint8Array[] } {
  const identities = [createIdentity(), createIdentity(), createIdentity()] as const;
  const first = stated(identities[0]);
  const second = stated(identities[1], { signer: identities[0].ed25519, n: 2, prev: sha256(first) });
  const third = stated(identities[2], { signer: identities[1].ed25519, n: 3, prev: sha256(second) });
  return { identities, statements: [first, second, third] };
}

describe('a key log', () => {
  beforeAll(ready);

  it('tells the keys that hold now, and the head to keep', () => {
    const { identities, statements } = log();
    const [, , last] = identities;
    expect(verifyKeyLog(statements, ada)).toEqual({
      identity: { ed25519: last.ed25519.publicKey, x25519: last.x25519.publicKey, tier: 'e2e', minSuite: 2 },
      devices: [],
      head: { n: 3, hash: sha256(statements[2] ?? zeros) },
    });
    expect(verifyKeyLog(statements.slice(0, 1), ada).head.n).toBe(1);
  });

  it('has statements in the published form', () => {
    const identity = createIdentity();
    const bytes = stated(identity);
    expect(bytes).toHaveLength(218);
    expect(bytes.subarray(0, 4)).toEqual(Uint8Array.of(0x44, 0x53, 1, 1));
    const message = concatBytes(utf8(labels.statement), bytes.subarray(0, 154));
    expect(sodium.crypto_sign_verify_detached(bytes.subarray(154), message, identity.ed25519.publicKey)).toBe(true);
    expect(readStatement(bytes)).toMatchObject({ n: 1, atMs: 1_800_000_000_000, userId: ada, prev: zeros });
  });

  it('is refused when any one byte of any statement is changed', () => {
    const { statements } = log();
    const positions = fc.record({
      which: fc.integer({ min: 0, max: 2 }),
      at: fc.integer({ min: 0, max: 217 }),
      mask: fc.integer({ min: 1, max: 255 }),
    });
    fc.assert(
      fc.property(positions, ({ which, at, mask }) => {
        const tampered = statements.map((bytes, i) => (i === which ? bytes.with(at, (bytes[at] ?? 0) ^ mask) : bytes));
        expect(refusal(() => verifyKeyLog(tampered, ada))).not.toBe('accepted');
      }),
      { numRuns: 300 },
    );
  });

  it('is refused when statements are missing, doubled, swapped, or of another user', () => {
    const [first = zeros, second = zeros, third = zeros] = log().statements;
    const rule = (...statements: Uint8Array[]) => refusal(() => verifyKeyLog(statements, ada));
    expect(rule()).toBe('statement-order');
    expect(rule(second)).toBe('statement-order');
    expect(rule(first, third)).toBe('statement-order');
    expect(rule(first, first)).toBe('statement-order');
    expect(rule(second, first)).toBe('statement-order');
    expect(refusal(() => verifyKeyLog([first, second, third], eve))).toBe('statement-user');
  });

  it('is refused when a statement is not signed by the key before', () => {
    const { identities, statements } = log();
    const [first = zeros] = statements;
    const [mine, next] = identities;
    const later = { n: 2, prev: sha256(first) };
    const rule = (second: Uint8Array) => refusal(() => verifyKeyLog([first, second], ada));
    expect(rule(stated(next, later))).toBe('statement-signer');
    expect(rule(stated(next, { ...later, signer: mine.ed25519, prev: zeros }))).toBe('statement-previous');
    expect(rule(stated(next, { ...later, signer: mine.ed25519, n: 3 }))).toBe('statement-order');
    expect(rule(stated(next, { ...later, signer: mine.ed25519 }))).toBe('accepted');
    expect(refusal(() => verifyKeyLog([stated(next, { signer: mine.ed25519 })], ada))).toBe('statement-signer');
  });

  it('never changes the tier and never lowers the least suite', () => {
    const identity = createIdentity();
    const first = stated(identity);
    const later = { n: 2, prev: sha256(first) };
    const rule = (body: object) => refusal(() => verifyKeyLog([first, stated(identity, later, body)], ada));
    expect(rule({})).toBe('accepted');
    expect(rule({ tier: 'uce' })).toBe('tier');
    expect(rule({ minSuite: 1 })).toBe('suite');
    expect(rule({ minSuite: 0x12 })).toBe('suite');
  });

  it('contains the statement that was kept, or is refused', () => {
    const { statements } = log();
    const kept = verifyKeyLog(statements.slice(0, 2), ada).head;
    expect(verifyKeyLog(statements, ada, kept).head.n).toBe(3);
    expect(refusal(() => verifyKeyLog(log().statements, ada, kept))).toBe('statement-pin');
    expect(refusal(() => verifyKeyLog(statements.slice(0, 1), ada, kept))).toBe('statement-pin');
  });

  it('is refused by its form', () => {
    const [bytes = zeros] = log().statements;
    const rule = (changed: Uint8Array) => refusal(() => readStatement(changed));
    expect(rule(bytes.with(0, 0))).toBe('statement-format');
    expect(rule(bytes.with(2, 2))).toBe('statement-format');
    expect(rule(bytes.subarray(0, 217))).toBe('statement-format');
    expect(rule(concatBytes(bytes, Uint8Array.of(0)))).toBe('statement-format');
    expect(rule(bytes.with(87, 65))).toBe('statement-format');
    expect(rule(bytes.with(36, 1))).toBe('statement-format');
    for (const type of [0, 4, 5, 6, 255]) expect(rule(bytes.with(3, type))).toBe('statement-type');
    for (const type of [2, 3]) expect(rule(bytes.with(3, type))).toBe('statement-format');
    expect(rule(bytes.with(152, 2))).toBe('tier');
    expect(rule(bytes.with(153, 0))).toBe('suite');
  });

  it('is not signed with a seed of another key, which would give the seed away', () => {
    const [mine, other] = [createIdentity(), createIdentity()];
    const signer = { seed: mine.ed25519.seed, publicKey: other.ed25519.publicKey };
    expect(() => stated(mine, { signer })).toThrow(RangeError);
  });
});

describe('a signature', () => {
  beforeAll(ready);
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const fromLittleEndian = (bytes: Uint8Array) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

  it('is refused with an S that is not reduced, and with points of small or mixed order', () => {
    const { publicKey, seed } = createIdentity().ed25519;
    const pair = sodium.crypto_sign_seed_keypair(seed);
    const signature = sodium.crypto_sign_detached(message, pair.privateKey);
    expect(ed25519Verify(publicKey, message, signature)).toBe(true);
    const s = fromLittleEndian(signature.subarray(32)) + order;
    const more = Uint8Array.from({ length: 32 }, (_, i) => Number((s >> BigInt(8 * i)) & 0xffn));
    expect(ed25519Verify(publicKey, message, concatBytes(signature.subarray(0, 32), more))).toBe(false);
    expect(ed25519Verify(publicKey, message, signature.subarray(0, 63))).toBe(false);
    const identityPoint = zeros.with(0, 1);
    expect(ed25519Verify(identityPoint, message, concatBytes(identityPoint, zeros))).toBe(false);
  });

  it('is refused where verifiers may disagree: with a key or an R that has a part of small order', () => {
    const { publicKey, seed } = createIdentity().ed25519;
    const mixedKey = sodium.crypto_core_ed25519_add(publicKey, ofOrderEight);
    expect(
      isVerified(
        publicKey,
        signedWith(seed, publicKey, (r) => r),
      ),
    ).toBe(true);
    const mixedR = signedWith(seed, publicKey, (r) => sodium.crypto_core_ed25519_add(r, ofOrderEight));
    expect(isVerified(publicKey, mixedR)).toBe(false);
    const underMixedKey = signedWith(seed, mixedKey, (r) => r);
    expect(sodium.crypto_sign_verify_detached(underMixedKey, message, mixedKey)).toBe(true);
    expect(isVerified(mixedKey, underMixedKey)).toBe(false);
  });

  const message = utf8('hello');
  const isVerified = (key: Uint8Array, signature: Uint8Array) => ed25519Verify(key, message, signature);
  const ofOrderEight = fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');

  /** A signature made by hand, with the hash a multiple of eight, so that a key's part of small order vanishes. */
  function signedWith(seed: Uint8Array, publicKey: Uint8Array, changeR: (r: Uint8Array) => Uint8Array): Uint8Array {
    const scalar = clamped(sodium.crypto_hash_sha512(seed).slice(0, 32));
    const a = sodium.crypto_core_ed25519_scalar_reduce(concatBytes(scalar, zeros));
    for (;;) {
      const r = sodium.crypto_core_ed25519_scalar_random();
      const point = changeR(sodium.crypto_scalarmult_ed25519_base_noclamp(r));
      const h = sodium.crypto_core_ed25519_scalar_reduce(
        sodium.crypto_hash_sha512(concatBytes(point, publicKey, message)),
      );
      if (((h[0] ?? 0) & 7) !== 0) continue;
      const s = sodium.crypto_core_ed25519_scalar_add(r, sodium.crypto_core_ed25519_scalar_mul(h, a));
      return concatBytes(point, s);
    }
  }

  function clamped(scalar: Uint8Array): Uint8Array {
    scalar[0] = (scalar[0] ?? 0) & 248;
    scalar[31] = ((scalar[31] ?? 0) & 127) | 64;
    return scalar;
  }
});
