import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createContentKey,
  createId,
  decodeEntryContent,
  encodeEntryContent,
  envelopeHash,
  MasterKey,
  openEntry,
  parseHeader,
  ready,
  sealEntry,
  utf8,
  type EntryContent,
} from '../../src/crypto/index.js';
import { refusal } from './examples.js';
import { ada, eve, other, thing } from './sealed-examples.js';

describe('an entry', () => {
  let master: MasterKey;
  beforeAll(async () => {
    await ready();
    master = MasterKey.create();
  });
  const first = () => ({ tier: 'e2e', master, userId: ada, entryId: thing, version: 1 }) as const;

  it('comes back as it was written, with fields that this client does not know', () => {
    const text = fc.string({ unit: 'binary' });
    const contents = fc.record(
      { v: fc.constant(1 as const), content: text, title: text, mood: text, tags: fc.array(text), weather: fc.json() },
      { requiredKeys: ['v', 'content'] },
    );
    fc.assert(
      fc.property(contents, (content) => {
        expect(openEntry({ ...first(), ...sealEntry({ ...first(), content }) })).toEqual(content);
      }),
      { numRuns: 50 },
    );
  });

  it('opens as the version that it is, of its entry, of its owner, and as nothing else', () => {
    const content: EntryContent = { v: 1, content: 'dear diary' };
    const one = sealEntry({ ...first(), content });
    const second = { ...first(), version: 2, previousHash: envelopeHash(one.sealed) };
    const two = sealEntry({ ...second, content });
    expect(openEntry({ ...second, ...two })).toEqual(content);
    const rule = (change: object) => refusal(() => openEntry({ ...second, ...two, ...change }));
    expect(rule({ previousHash: envelopeHash(two.sealed) })).toBe('authentication');
    expect(rule({ version: 3 })).toBe('authentication');
    expect(rule({ userId: eve })).toBe('authentication');
    expect(rule({ entryId: other })).toBe('authentication');
    expect(rule({ tier: 'uce' })).toBe('tier');
    expect(rule({ sealed: one.sealed })).toBe('key-id');
    expect(rule({ wrappedKey: one.wrappedKey })).toBe('key-id');
    expect(rule({ master: MasterKey.create() })).toBe('key-id');
  });

  it('names its content key, a new one or the one that was given', () => {
    const content: EntryContent = { v: 1, content: '' };
    const contentKey = createContentKey();
    const again = sealEntry({ ...first(), content, contentKey });
    expect(again.contentKeyId).toEqual(contentKey.id);
    expect(parseHeader(again.sealed).keyId).toEqual(contentKey.id);
    expect(contentKey.key.some((byte) => byte !== 0)).toBe(true);
    const fresh = [sealEntry({ ...first(), content }), sealEntry({ ...first(), content })];
    expect(fresh[0]?.contentKeyId).not.toEqual(fresh[1]?.contentKeyId);
  });

  it('cannot be sealed as a later version of nothing', () => {
    const content: EntryContent = { v: 1, content: '' };
    expect(() => sealEntry({ ...first(), entryId: createId(), version: 2, content })).toThrow(RangeError);
  });

  it('is refused when its content is not a JSON object of the known form', () => {
    const refused = [
      '[]',
      'null',
      '"text"',
      '1',
      '',
      '{',
      '\ufeff{"v":1,"content":""}',
      '{"content":""}',
      '{"v":2,"content":""}',
      '{"v":1}',
      '{"v":1,"content":3}',
      '{"v":1,"content":"","title":null}',
      '{"v":1,"content":"","tags":"a"}',
      '{"v":1,"content":"","tags":[1]}',
    ];
    for (const json of refused)
      expect([json, refusal(() => decodeEntryContent(utf8(json)))]).toEqual([json, 'entry-content']);
    const illFormed = encodeEntryContent({ v: 1, content: 'x' }).map((byte) => (byte === 0x78 ? 0xff : byte));
    expect(refusal(() => decodeEntryContent(illFormed))).toBe('entry-content');
    expect(decodeEntryContent(utf8('{"v":1,"content":"","new":{"a":1}}'))).toEqual({
      v: 1,
      content: '',
      new: { a: 1 },
    });
  });
});
