import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import sodium from 'libsodium-wrappers-sumo';
import { vectorFiles } from '../../scripts/vectors/files.mjs';
import * as crypto from '../../src/crypto/index.js';
import * as search from '../../src/search/index.js';

const folder = new URL('../../vectors/', import.meta.url);

interface EnvelopeVector {
  readonly name: string;
  readonly in: {
    readonly tier: 'e2e' | 'uce';
    readonly key_id: string;
    readonly key: string;
    readonly context: Readonly<Record<string, string | number>> & { readonly kdf?: { m_kib: number; t: number } };
    readonly nonce: string;
    readonly plaintext: string;
  };
  readonly out: { readonly associated_data: string; readonly commitment?: string; readonly envelope: string };
}

interface MediaVector {
  readonly in: Omit<EnvelopeVector['in'], 'context' | 'plaintext' | 'nonce'> & {
    readonly user_id: string;
    readonly media_id: string;
    readonly stream_header: string;
    readonly repeated: string;
    readonly plain_bytes: number;
  };
  readonly out: {
    readonly associated_data: string;
    readonly sealed_bytes: number;
    readonly sha256: string;
    readonly sealed?: string;
  };
}

interface HistoryVector {
  readonly in: { readonly user_id: string; readonly events: readonly Readonly<Record<string, string | number>>[] };
  readonly out: { readonly hashes: readonly string[] };
}

interface ImportVector {
  readonly in: {
    readonly master_key?: string;
    readonly user_id?: string;
    readonly text: string;
    readonly at_ms?: number;
  };
  readonly out: { readonly id: string };
}

const none = '00000000-0000-0000-0000-000000000000';

/** One committed vector file. */
function read(name: string): object {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
}

/** Bytes of a base64url text, by other means than the package's. */
const bytes = (text: unknown) => Buffer.from(String(text), 'base64url');
const uuid = (id: unknown) => Buffer.from(String(id).replaceAll('-', ''), 'hex');
const number = (value: unknown, width: number) =>
  Buffer.from(
    Number(value)
      .toString(16)
      .padStart(2 * width, '0'),
    'hex',
  );

/** The associated data as docs/crypto.md says it, written a second time. */
function associatedData(
  kind: number,
  { tier, key_id: keyId, context }: Pick<EnvelopeVector['in'], 'tier' | 'key_id' | 'context'>,
): Buffer {
  const { kdf, previous_hash: previous } = context;
  return Buffer.concat([
    Buffer.from([0x44, 0x42, 1, kind, 1, tier === 'e2e' ? 0 : 1, 0, 0]),
    bytes(keyId),
    uuid(context['user_id']),
    number(context['object_type'], 2),
    uuid(context['object_id']),
    number(context['version'], 8),
    number(context['field'], 2),
    number(0, 4),
    kdf ? Buffer.concat([number(1, 1), number(kdf.m_kib, 4), number(kdf.t, 2), number(1, 1)]) : Buffer.alloc(8),
    previous === undefined ? Buffer.alloc(32) : bytes(previous),
  ]);
}

describe('the vectors', () => {
  beforeAll(crypto.ready);

  it('are current: every positive opens, every negative is refused, and the files say the same', async () => {
    const made = await vectorFiles(crypto, sodium, search);
    const onDisk = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect(onDisk.sort()).toEqual(Object.keys(made).sort());
    for (const name of onDisk)
      expect({ [name]: read(name) }).toEqual({ [name]: JSON.parse(JSON.stringify(made[name])) });
  });

  it.each([
    'content.json',
    'content-key-wrap.json',
    'password-slot.json',
    'other-slots.json',
    'identity-keys.json',
    'server-secrets.json',
  ])('%s can be opened with nothing but libsodium and the documentation', (file) => {
    const { kind, vectors } = read(file) as { kind: number; vectors: EnvelopeVector[] };
    expect(vectors.length).toBeGreaterThan(0);
    for (const { name, in: input, out } of vectors) {
      const envelope = bytes(out.envelope);
      const associated = associatedData(kind, input);
      expect([name, associated]).toEqual([name, bytes(out.associated_data)]);
      expect(envelope.subarray(0, 24)).toEqual(associated.subarray(0, 24));
      expect(envelope.subarray(24, 48)).toEqual(bytes(input.nonce));
      const sealedAt = out.commitment === undefined ? 48 : 80;
      expect(envelope.subarray(48, sealedAt)).toEqual(bytes(out.commitment ?? ''));
      const plaintext = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        null,
        envelope.subarray(sealedAt),
        associated,
        bytes(input.nonce),
        bytes(input.key),
      );
      const expected = bytes(input.plaintext);
      const padding = kind === 1 ? plaintext.length - expected.length : 0;
      expect(Buffer.from(plaintext)).toEqual(Buffer.concat([expected, new Uint8Array(padding).fill(0x80, 0, 1)]));
    }
  });

  it('media.json can be opened with nothing but libsodium and the documentation', () => {
    const { vectors } = read('media.json') as { vectors: MediaVector[] };
    for (const { in: input, out } of vectors) {
      const context = { user_id: input.user_id, object_type: 2, object_id: input.media_id, version: 1, field: 0 };
      const associated = associatedData(4, { ...input, context });
      associated[4] = 3;
      expect(associated).toEqual(bytes(out.associated_data));
      const plain = Buffer.alloc(input.plain_bytes, bytes(input.repeated));
      const sealed = [associated.subarray(0, 24), bytes(input.stream_header)];
      // Pulling begins with the state that pushing had for the same header.
      const state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(
        bytes(input.stream_header),
        bytes(input.key),
      );
      for (let at = 0; at === 0 || at < plain.length; at += 65_536) {
        const [chunk, tag] = [plain.subarray(at, at + 65_536), at + 65_536 >= plain.length ? 3 : 0];
        sealed.push(Buffer.from(sodium.crypto_secretstream_xchacha20poly1305_push(state, chunk, associated, tag)));
      }
      const envelope = Buffer.concat(sealed);
      expect(envelope).toHaveLength(out.sealed_bytes);
      expect(createHash('sha256').update(envelope).digest()).toEqual(bytes(out.sha256));
      expect(out.sealed === undefined || bytes(out.sealed).equals(envelope)).toBe(true);
    }
  });

  it('history.json can be hashed with nothing but SHA-256 and the documentation', () => {
    const { prefix, vectors } = read('history.json') as { prefix: string; vectors: HistoryVector[] };
    const types = (read('registry.json') as { history_types: Record<string, number> }).history_types;
    for (const { in: input, out } of vectors) {
      let before = Buffer.alloc(32);
      for (const [i, event] of input.events.entries()) {
        const hashed = Buffer.concat([
          Buffer.from(prefix),
          uuid(input.user_id),
          number(event['seq'], 8),
          number(types[String(event['type'])], 2),
          uuid(event['entry_id'] ?? none),
          number(event['version'] ?? 0, 8),
          uuid(event['device_id'] ?? none),
          uuid(event['session_id'] ?? none),
          number(event['at_ms'], 8),
          event['envelope_hash'] === undefined ? Buffer.alloc(32) : bytes(event['envelope_hash']),
          before,
        ]);
        expect(hashed).toHaveLength(173);
        before = createHash('sha256').update(hashed).digest();
        expect(before).toEqual(bytes(out.hashes[i]));
      }
    }
    const inThem = vectors.flatMap(({ in: { events } }) => events.map(({ type }) => String(type)));
    expect(inThem.toSorted()).toEqual(Object.keys(types).toSorted());
  });

  it('imports.json can be made with nothing but HKDF, HMAC and the documentation', () => {
    const { vectors } = read('imports.json') as { vectors: ImportVector[] };
    for (const { in: input, out } of vectors) {
      const key =
        input.master_key === undefined
          ? uuid(input.user_id)
          : Buffer.from(hkdfSync('sha256', bytes(input.master_key), '', 'daybook/v1/import', 32));
      const hash = createHmac('sha256', key).update(input.text).digest();
      const time = input.at_ms === undefined ? hash.subarray(10, 16) : number(Math.max(0, input.at_ms), 8).subarray(2);
      const id = Buffer.concat([time, hash.subarray(0, 10)]);
      id[6] = 0x70 | ((id[6] ?? 0) % 16);
      id[8] = 0x80 | ((id[8] ?? 0) % 64);
      expect(uuid(out.id)).toEqual(id);
    }
    expect(vectors).toHaveLength(6);
  });

  it('hold the names and numbers that the code has', () => {
    expect(read('registry.json')).toMatchObject({ labels: crypto.labels, rules: crypto.rules, kinds: crypto.Kind });
  });

  it('show at least one envelope refused by every rule that envelopes know', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    const all = files.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('');
    const seen = new Set(Array.from(all.matchAll(/"rule": "([a-z0-9-]+)"/g), ([, rule]) => rule));
    const unseen = crypto.rules.filter((rule) => !seen.has(rule));
    // A JSON that is no entry needs a valid envelope around it, and a pin belongs to one client.
    expect(unseen).toEqual(['entry-content', 'statement-pin']);
  });
});
