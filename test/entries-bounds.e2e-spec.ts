import { createId } from '@daybook/sdk/crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type E2eTestUser, type TestUser, useApi } from './harness/api.js';
import { ofLength, sealedDraft, withByte } from './harness/entries.js';
import { expectInvalid } from './harness/problems.js';

const KIB = 1024;
const draft = (change: object = {}) => ({ content: 'First snow.', ...change });

describe('an entry', () => {
  const api = useApi();
  let ada: TestUser;
  let eve: E2eTestUser;

  beforeAll(async () => {
    [ada, eve] = [await api.newUser(), await api.newE2eUser()];
  });

  const seqOf = async ({ id }: TestUser): Promise<number> => {
    const [head] = await api.database.look<{ seq: number }>('SELECT seq FROM ledger_heads WHERE user_id = $1', [id]);
    return Number(head?.seq);
  };

  describe('of a uce diary is refused', () => {
    it.each([
      ['without content', { content: undefined }, '#/content'],
      ['with empty content', { content: '' }, '#/content'],
      ['with content that is no text', { content: ['First snow.'] }, '#/content'],
      ['with content of 256 KiB and a byte', { content: 'x'.repeat(256 * KIB + 1) }, '#/content'],
      ['with content of 256 KiB and a byte in another script', { content: `${'雪'.repeat(87_381)}xx` }, '#/content'],
      ['with a title of 501 characters', { title: 't'.repeat(501) }, '#/title'],
      ['with an empty title', { title: '' }, '#/title'],
      ['with a mood of 51 characters', { mood: 'm'.repeat(51) }, '#/mood'],
      ['with 51 tags', { tags: Array.from({ length: 51 }, (_, n) => `tag ${n}`) }, '#/tags'],
      ['with a tag of 101 characters', { tags: ['a', 'b'.repeat(101)] }, '#/tags/1'],
      ['with an empty tag', { tags: [''] }, '#/tags/0'],
      ['with a place beyond the pole', { location: { latitude: 90.1 } }, '#/location/latitude'],
      ['with a place around the world', { location: { longitude: -181 } }, '#/location/longitude'],
      ['with a place that has a street', { location: { name: 'Home', street: 'x' } }, '#/location/street'],
      ['with a source of 51 characters', { source: 's'.repeat(51) }, '#/source'],
      ['with a kind that there is not', { kind: 'poem' }, '#/kind'],
      ['on a day that there is not', { entry_date: '2026-02-30' }, '#/entry_date'],
      ['on a day of the year zero', { entry_date: '0000-01-01' }, '#/entry_date'],
      ['on an instant in place of a day', { entry_date: '2026-11-21T00:00:00.000Z' }, '#/entry_date'],
      ['with an id that is no UUIDv7', { id: '9b2e1f7a-6f38-4f63-8d3a-2f6a1e1c2b3d' }, '#/id'],
      ['with a null where a field may be left out', { title: null }, '#/title'],
      ['with a field that there is not', { colour: 'white' }, '#/colour'],
      ['with a version of its own', { version: 7 }, '#/version'],
      ["with somebody else's user id", { user_id: createId() }, '#/user_id'],
    ])('%s, and nothing is written', async (_fault, change, pointer) => {
      const seq = await seqOf(ada);
      expectInvalid(await ada.post('/entries', draft(change)), pointer);
      expect(await seqOf(ada)).toBe(seq);
    });

    it('when it is sealed, as in the other tier', async () => {
      expectInvalid(await ada.post('/entries', sealedDraft(eve)), '#/sealed');
    });

    it('with content and sealed content at once', async () => {
      const { status } = await ada.post('/entries', { ...sealedDraft(eve), ...draft() });
      expect(status).toBe(422);
    });
  });

  it.each([
    ['256 KiB of content', { content: 'x'.repeat(256 * KIB) }],
    ['256 KiB of content in another script', { content: `${'雪'.repeat(87_381)}x` }],
    ['a title of 500 characters', { title: 't'.repeat(500) }],
    ['a title of 500 characters beyond the basic plane', { title: '🌨'.repeat(500) }],
    ['50 tags of 100 characters', { tags: Array.from({ length: 50 }, (_, n) => `${n + 10}${'🐈'.repeat(98)}`) }],
    ['every sort of character', { content: '\u0001\t\r\n"\\\u2028𐍈e\u0301\uFEFF\uFFFF</script>' }],
    ['a day long ago', { entry_date: '0001-01-01' }],
    ['a day far off', { entry_date: '9999-12-31' }],
    ['a leap day', { entry_date: '2024-02-29' }],
  ])('of a uce diary may have %s', async (_what, change) => {
    const { status, body } = await ada.post('/entries', draft(change));
    expect(status).toBe(201);
    expect((await ada.get(`/entries/${body.id}`)).body).toMatchObject(change);
  });

  describe('of an e2e diary is refused', () => {
    type Draft = ReturnType<typeof sealedDraft>;
    const wrongTier = 1;
    const faults: [string, (sound: Draft) => object, string][] = [
      ['without an id', (sound) => ({ ...sound, id: undefined }), '#/id'],
      ['without its key', (sound) => ({ ...sound, wrapped_key: undefined }), '#/wrapped_key'],
      ['with nothing sealed', (sound) => ({ ...sound, sealed: '' }), '#/sealed'],
      ['with a header alone', ({ sealed, ...rest }) => ({ ...rest, sealed: ofLength(sealed, 48) }), '#/sealed'],
      [
        'with a length that no padding has',
        ({ sealed, ...rest }) => ({ ...rest, sealed: ofLength(sealed, 48 + 257 + 16) }),
        '#/sealed',
      ],
      ['with more than 300 KiB', (sound) => ({ ...sound, sealed: ofLength(sound.sealed, 300 * KIB + 1) }), '#/sealed'],
      ['with padding in the base64url', (sound) => ({ ...sound, sealed: `${sound.sealed}=` }), '#/sealed'],
      ['in plain words', (sound) => ({ ...sound, sealed: 'First snow.' }), '#/sealed'],
      [
        'with a key of another length',
        (sound) => ({ ...sound, wrapped_key: ofLength(sound.wrapped_key, 111) }),
        '#/wrapped_key',
      ],
      [
        'with its key under another master key',
        (sound) => ({ ...sound, wrapped_key: withByte(sound.wrapped_key, 8, 0) }),
        '#/wrapped_key',
      ],
      ['with a key in place of the content', (sound) => ({ ...sound, sealed: sound.wrapped_key }), '#/sealed'],
      ['with a field that there is not', (sound) => ({ ...sound, colour: 'white' }), '#/colour'],
      ['with a title in the clear', (sound) => ({ ...sound, title: 'Winter' }), '#/title'],
    ];
    for (const field of ['sealed', 'wrapped_key'] as const)
      for (const [what, at, value] of [
        ['magic', 1, 0],
        ['format', 2, 2],
        ['kind', 3, 5],
        ['suite', 4, 3],
        ['tier', 5, wrongTier],
        ['reserved bytes', 7, 1],
      ] as const)
        faults.push([
          `with another ${what} in ${field}`,
          (sound) => ({ ...sound, [field]: withByte(sound[field], at, value) }),
          `#/${field}`,
        ]);

    it.each(faults)('%s, and nothing is written', async (_fault, broken, pointer) => {
      const seq = await seqOf(eve);
      expectInvalid(await eve.post('/entries', broken(sealedDraft(eve))), pointer);
      expect(await seqOf(eve)).toBe(seq);
    });

    it('when it is in the clear, as in the other tier, and its words are not repeated', async () => {
      const answer = await eve.post('/entries', draft({ content: 'Dear diary' }));
      expectInvalid(answer, '#/content');
      expect(answer.text).not.toContain('Dear');
    });
  });

  it('of an e2e diary may hold 256 KiB of content', async () => {
    const { status } = await eve.post('/entries', sealedDraft(eve, { content: 'x'.repeat(256 * KIB) }));
    expect(status).toBe(201);
  });
});
