import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import sodium from 'libsodium-wrappers-sumo';
import { concatBytes, hmacSha256, ready } from '../../src/crypto/index.js';
import * as primitives from '../../src/crypto/primitives.js';
import { fromHex, opened } from './examples.js';

const folder = new URL('../../../../shared/data/wycheproof/', import.meta.url);

type Case = Readonly<Record<string, string>> & { readonly tcId: number; readonly flags: readonly string[] };
interface Group {
  readonly publicKey?: { readonly pk: string };
  readonly tests: readonly (Case & { readonly size?: number })[];
}

/** The groups of one file of Project Wycheproof (C2SP/wycheproof). */
function groupsOf(name: string): readonly Group[] {
  const file: { testGroups: Group[] } = JSON.parse(
    gunzipSync(readFileSync(new URL(`${name}_test.json.gz`, folder))).toString(),
  );
  return file.testGroups;
}

/** What the primitive says of every case, beside what it should say. */
function judged(name: string, isAccepted: (test: Group['tests'][number], group: Group) => boolean) {
  const cases = groupsOf(name).flatMap((group) => group.tests.map((test) => ({ group, test })));
  const wrong = cases.filter(({ group, test }) => isAccepted(test, group) !== shouldBeAccepted(test));
  return { count: cases.length, wrong: wrong.map(({ test }) => `${String(test.tcId)} ${test['comment'] ?? ''}`) };
}

/** "Acceptable" in the X25519 file: keys on the twist or not reduced, which RFC 7748 accepts, and those of low order. */
function shouldBeAccepted(test: Case): boolean {
  if (test.flags.includes('ZeroSharedSecret') || test.flags.includes('LowOrderPublic')) return false;
  return test['result'] !== 'invalid';
}

const bytes = (hex: string | undefined) => fromHex(hex ?? '');
const same = (a: Uint8Array | undefined, b: Uint8Array) => a !== undefined && sodium.to_hex(a) === sodium.to_hex(b);

if (existsSync(folder)) {
  describe('the primitives agree with Project Wycheproof', () => {
    beforeAll(ready);

    it('about XChaCha20-Poly1305, sealing and opening', () => {
      const { count, wrong } = judged('xchacha20_poly1305', (test) => {
        const [key, iv, aad, msg] = [bytes(test['key']), bytes(test['iv']), bytes(test['aad']), bytes(test['msg'])];
        const sealed = concatBytes(bytes(test['ct']), bytes(test['tag']));
        const isOpened = same(
          opened(() => primitives.aeadOpen(key, iv, aad, sealed)),
          msg,
        );
        const isSealed = same(
          opened(() => primitives.aeadSeal(key, iv, aad, msg)),
          sealed,
        );
        expect(isSealed).toBe(isOpened);
        return isOpened;
      });
      expect(wrong).toEqual([]);
      expect(count).toBe(315);
    });

    it('about X25519, alone and inside the sealed boxes; zero results are refused', () => {
      const { count, wrong } = judged('x25519', (test) => {
        const [theirs, mine, shared] = [bytes(test['public']), bytes(test['private']), bytes(test['shared'])];
        const isAgreed = same(
          opened(() => primitives.x25519(mine, theirs)),
          shared,
        );
        expect(isOpenedAsBox(theirs, mine, shared)).toBe(isAgreed);
        return isAgreed;
      });
      expect(wrong).toEqual([]);
      expect(count).toBe(518);
    });

    it('about Ed25519: every invalid signature is refused', () => {
      const { count, wrong } = judged('ed25519', (test, group) =>
        primitives.ed25519Verify(bytes(group.publicKey?.pk), bytes(test['msg']), bytes(test['sig'])),
      );
      expect(wrong).toEqual([]);
      expect(count).toBe(151);
    });

    it('about HKDF-SHA-256', () => {
      const { count, wrong } = judged('hkdf_sha256', (test) => {
        const [ikm, info, salt] = [bytes(test['ikm']), bytes(test['info']), bytes(test['salt'])];
        return same(
          opened(() => primitives.hkdfBytes(ikm, info, salt, test.size ?? 0)),
          bytes(test['okm']),
        );
      });
      expect(wrong).toEqual([]);
      expect(count).toBe(86);
    });

    it('about HMAC-SHA-256', () => {
      const { count, wrong } = judged('hmac_sha256', (test) => {
        const tag = bytes(test['tag']);
        return same(hmacSha256(bytes(test['key']), bytes(test['msg'])).slice(0, tag.length), tag);
      });
      expect(wrong).toEqual([]);
      expect(count).toBe(174);
    });
  });
} else {
  it.todo('Wycheproof vectors were not run: ../shared/data/wycheproof is missing');
}

/**
 * Whether the box that a sender with this public key and shared secret makes is opened by the private key: the sealed
 * box by its definition (ephemeral key ‖ secretbox under HSalsa20(shared), nonce BLAKE2b-24 of both public keys).
 */
function isOpenedAsBox(ephemeral: Uint8Array, privateKey: Uint8Array, shared: Uint8Array): boolean {
  const publicKey = primitives.x25519PublicKey(privateKey);
  const key = sodium.crypto_core_hsalsa20(new Uint8Array(16), shared, null);
  const nonce = sodium.crypto_generichash(24, concatBytes(ephemeral, publicKey), null);
  const boxed = concatBytes(ephemeral, sodium.crypto_box_easy_afternm(new Uint8Array(5), nonce, key));
  return same(
    opened(() => primitives.boxOpen(publicKey, privateKey, boxed)),
    new Uint8Array(5),
  );
}
