import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  concatBytes,
  createContentKey,
  createStreamHeader,
  EnvelopeRefused,
  equalBytes,
  MasterKey,
  mediaChunkBytes,
  type MediaPlace,
  openedMediaBytes,
  openMedia,
  openMediaMetadata,
  randomBytes,
  ready,
  sealContent,
  sealedMediaBytes,
  sealMedia,
  sealMediaMetadata,
  streamOfPortions,
  unwrapMediaKey,
  utf8,
  wrapMediaKey,
} from '../../src/crypto/index.js';
import { ChunkTag, SecretStream } from '../../src/crypto/secret-stream.js';
import { refusal } from './examples.js';
import { ada, eve, other, thing } from './sealed-examples.js';

const chunk = mediaChunkBytes;
const sealedChunk = chunk + 17;
const sizes = [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 7];

/** Bytes that look random, of any size. */
const file = (length: number): Uint8Array =>
  concatBytes(...Array.from({ length: Math.ceil(length / chunk) }, () => randomBytes(chunk))).subarray(0, length);

async function whole(portions: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all = [];
  for await (const portion of portions) all.push(portion);
  return concatBytes(...all);
}

/** The bytes in portions of these sizes, again and again. */
function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const length = lengths[n % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/** The rule by which opening is refused; `'accepted'` when it is not. */
async function rule(place: MediaPlace, sealed: Uint8Array): Promise<string> {
  try {
    await whole(openMedia(place, [sealed]));
  } catch (error) {
    if (error instanceof EnvelopeRefused) return error.rule;
    throw error;
  }
  return 'accepted';
}

describe('a sealed file', () => {
  let place: MediaPlace;
  beforeAll(async () => {
    await ready();
    place = { tier: 'e2e', contentKey: createContentKey(), userId: ada, mediaId: thing };
  });
  const seal = (plain: Uint8Array) => whole(sealMedia(place, [plain]));
  /** The chunk `n` of a sealed file. */
  const at = (sealed: Uint8Array, n: number) => sealed.subarray(48 + n * sealedChunk, 48 + (n + 1) * sealedChunk);

  it('opens to the same bytes, and has the size that was foretold', async () => {
    for (const size of sizes) {
      const plain = file(size);
      const sealed = await seal(plain);
      expect(sealed).toHaveLength(sealedMediaBytes(size));
      expect(openedMediaBytes(sealed.length)).toBe(size);
      expect(equalBytes(await whole(openMedia(place, [sealed])), plain)).toBe(true);
    }
  });

  it('is the same however its bytes come in', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 2 * chunk }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 3 * chunk }), lengths, lengths, async (size, one, two) => {
        const plain = file(size);
        const header = createStreamHeader();
        const sealed = await whole(sealMedia(place, cut(plain, one), header));
        expect(equalBytes(sealed, await whole(sealMedia(place, [plain], header)))).toBe(true);
        expect(equalBytes(await whole(openMedia(place, cut(sealed, two))), plain)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('goes through web streams as well, and lets go of them when it is not wanted any more', async () => {
    const plain = file(2 * chunk + 5);
    const sealed = streamOfPortions(sealMedia(place, new Blob([plain]).stream()));
    expect(equalBytes(await whole(openMedia(place, sealed)), plain)).toBe(true);

    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1000)),
      cancel: () => void (isCancelled = true),
    });
    const reader = streamOfPortions(sealMedia(place, endless)).getReader();
    await reader.read();
    await reader.read();
    await reader.cancel();
    expect(isCancelled).toBe(true);
  });

  it('is other bytes every time', async () => {
    const plain = file(100);
    expect(equalBytes(await seal(plain), await seal(plain))).toBe(false);
  });

  it('is refused when any one of its bytes is changed', async () => {
    const sealed = await seal(file(10));
    for (const n of sealed.keys()) {
      expect([n, await rule(place, sealed.with(n, (sealed[n] ?? 0) ^ 0x10))]).not.toContain('accepted');
    }
    const long = await seal(file(2 * chunk + 9));
    const places = fc.integer({ min: 0, max: long.length - 1 });
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async (n, mask) => {
        expect(await rule(place, long.with(n, (long[n] ?? 0) ^ mask))).not.toBe('accepted');
      }),
      { numRuns: 50 },
    );
  });

  it('is refused when it was cut anywhere', async () => {
    const sealed = await seal(file(chunk + 10));
    for (const length of [0, 1, 47]) expect(await rule(place, sealed.subarray(0, length))).toBe('length');
    for (const length of [48, 64, 48 + sealedChunk + 16]) {
      expect(await rule(place, sealed.subarray(0, length))).toBe('length');
    }
    expect(await rule(place, sealed.subarray(0, 48 + sealedChunk))).toBe('chunk-tag');
    expect(await rule(place, sealed.subarray(0, sealed.length - 1))).toBe('authentication');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: sealed.length - 1 }), async (length) => {
        expect(await rule(place, sealed.subarray(0, length))).not.toBe('accepted');
      }),
      { numRuns: 50 },
    );
  });

  it('is refused when something comes behind its end', async () => {
    for (const size of [0, 5, chunk]) {
      const sealed = await seal(file(size));
      for (const more of [new Uint8Array(1), new Uint8Array(chunk), sealed.subarray(48), sealed]) {
        expect(await rule(place, concatBytes(sealed, more))).not.toBe('accepted');
      }
    }
    expect(await rule(place, concatBytes(await seal(file(chunk)), new Uint8Array(1)))).toBe('chunk-tag');
  });

  it('is refused when chunks are left out, repeated, in another order, or of another file', async () => {
    const sealed = await seal(file(4 * chunk));
    const foreign = await seal(file(4 * chunk));
    const [zero, one, two, last] = [0, 1, 2, 3].map((n) => at(sealed, n)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const header = sealed.subarray(0, 48);
    expect(await rule(place, concatBytes(header, zero, one, two, last))).toBe('accepted');
    for (const chunks of [
      [zero, one, last],
      [one, two, last],
      [zero, zero, one, two, last],
      [zero, two, one, last],
      [zero, one, two, last, last],
      [zero, at(foreign, 1), two, last],
      [zero, one, two, at(foreign, 3)],
      [last],
      [last, one, two, zero],
    ])
      expect(await rule(place, concatBytes(header, ...chunks))).not.toBe('accepted');
    expect(await rule(place, concatBytes(foreign.subarray(0, 48), zero, one, two, last))).toBe('authentication');
  });

  it('is refused for another user, file, tier, key or key id', async () => {
    const sealed = await seal(file(10));
    const { contentKey } = place;
    expect(await rule({ ...place, userId: eve }, sealed)).toBe('authentication');
    expect(await rule({ ...place, mediaId: other }, sealed)).toBe('authentication');
    expect(await rule({ ...place, tier: 'uce' }, sealed)).toBe('tier');
    expect(await rule({ ...place, tier: 'uce' }, sealed.with(5, 1))).toBe('authentication');
    expect(await rule({ ...place, contentKey: { ...contentKey, key: randomBytes(32) } }, sealed)).toBe(
      'authentication',
    );
    expect(await rule({ ...place, contentKey: { ...contentKey, id: randomBytes(16) } }, sealed)).toBe('key-id');
  });

  it('is refused when another kind of envelope stands in its place', async () => {
    const { tier, contentKey } = place;
    const context = { userId: ada, objectType: 2, objectId: thing, version: 1 };
    const content = sealContent({ tier, contentKey, context, plaintext: file(10) });
    expect(await rule(place, content)).toBe('kind');
  });

  it('may end with an empty chunk, but with no other tag than the last one', async () => {
    const header = (await seal(file(0))).subarray(0, 48);
    const associated = concatBytes(header.subarray(0, 24), contextOf());
    const made = (tags: readonly number[]) => {
      const stream = new SecretStream(place.contentKey.key, header.subarray(24));
      const chunks = tags.map((tag, n) => {
        const plain = new Uint8Array(n === tags.length - 1 ? 0 : chunk);
        return stream.seal(plain, associated, tag as ChunkTag);
      });
      stream.end();
      return concatBytes(header, ...chunks);
    };
    expect(await rule(place, made([0, 3]))).toBe('accepted');
    expect(await rule(place, made([0, 0]))).toBe('chunk-tag');
    expect(await rule(place, made([0, 1]))).toBe('chunk-tag');
    expect(await rule(place, made([2, 3]))).toBe('chunk-tag');
    expect(await rule(place, made([3, 3]))).toBe('chunk-tag');
  });

  /** The 88 bytes that docs/crypto.md says, written a second time. */
  function contextOf(): Uint8Array {
    const uuid = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex');
    return concatBytes(uuid(ada), Uint8Array.of(0, 2), uuid(thing), new Uint8Array(8).with(7, 1), new Uint8Array(46));
  }

  it('cannot have a size that no file has', () => {
    for (const size of [-1, 0.5, Number.NaN, Infinity]) expect(() => sealedMediaBytes(size)).toThrow(RangeError);
    for (const size of [0, 48, 64, 48 + sealedChunk + 16]) expect(refusal(() => openedMediaBytes(size))).toBe('length');
  });
});

describe('a secretstream', () => {
  beforeAll(ready);

  it('is of no use once it has ended', () => {
    const stream = new SecretStream(randomBytes(32), createStreamHeader());
    stream.end();
    stream.end();
    expect(() => stream.seal(utf8('x'), utf8('y'), ChunkTag.final)).toThrow('the stream has ended');
  });

  it('takes no key and no header of another length', () => {
    expect(() => new SecretStream(randomBytes(31), createStreamHeader())).toThrow(RangeError);
    expect(() => new SecretStream(randomBytes(32), randomBytes(16))).toThrow(RangeError);
  });
});

describe('what belongs to a file', () => {
  let place: MediaPlace;
  beforeAll(async () => {
    await ready();
    place = { tier: 'e2e', contentKey: createContentKey(), userId: ada, mediaId: thing };
  });
  const metadata = {
    v: 1,
    file_name: 'snow ❄.jpg',
    width: 4032,
    height: 3024,
    preview: { content_type: 'image/webp', data: 'UklGRg' },
    taken_with: 'a field of another client',
  } as const;

  it('its key opens for this file of this user alone', () => {
    const keyPlace = { tier: 'e2e', master: MasterKey.create(), userId: ada, mediaId: thing } as const;
    const wrapped = wrapMediaKey(keyPlace, place.contentKey);
    expect(wrapped).toHaveLength(112);
    expect(unwrapMediaKey(keyPlace, wrapped)).toEqual(place.contentKey);
    expect(refusal(() => unwrapMediaKey({ ...keyPlace, mediaId: other }, wrapped))).toBe('authentication');
    expect(refusal(() => unwrapMediaKey({ ...keyPlace, userId: eve }, wrapped))).toBe('authentication');
  });

  it('its metadata comes back as it was, with fields that are not known here', () => {
    const sealed = sealMediaMetadata(place, metadata);
    expect(openMediaMetadata(place, sealed)).toEqual(metadata);
    expect(refusal(() => openMediaMetadata({ ...place, mediaId: other }, sealed))).toBe('authentication');
    expect(refusal(() => openMediaMetadata({ ...place, userId: eve }, sealed))).toBe('authentication');
    expect(refusal(() => openMediaMetadata({ ...place, tier: 'uce' }, sealed))).toBe('tier');
  });

  it('its metadata is refused when it is of another form', () => {
    const { tier, contentKey } = place;
    const context = { userId: ada, objectType: 4, objectId: thing, version: 1 };
    for (const text of [
      '{}',
      '[]',
      'null',
      '{"v":2}',
      '{"v":1,"file_name":1}',
      '{"v":1,"width":"4"}',
      '{"v":1,"preview":"x"}',
      '{"v":1,"preview":{"data":1,"content_type":"image/png"}}',
      'secret',
    ]) {
      const sealed = sealContent({ tier, contentKey, context, plaintext: utf8(text) });
      expect([text, refusal(() => openMediaMetadata(place, sealed))]).toEqual([text, 'entry-content']);
    }
  });
});
