import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isByteEscaped, repaired } from '../../src/archives/facebook-text.js';
import { found } from './in-memory.js';
import { byteEscaped, FACEBOOK_POSTS, facebookPost } from './making.js';

const asBytes = (text: string) => Buffer.from(text).toString('latin1');
const posts = (...items: unknown[]) => found('facebook', { [FACEBOOK_POSTS]: byteEscaped(items) });
const drafts = async (...items: unknown[]) => (await posts(...items)).entries.map(({ draft }) => draft);

describe('text from Facebook', () => {
  it('is repaired', () => {
    expect(repaired('caf\u00c3\u00a9')).toBe('café');
    expect(repaired('\u00f0\u009f\u0098\u0081 \u00e2\u0080\u0093')).toBe('😁 –');
  });

  it('comes back whatever it was', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(fc.property(text, (meant) => repaired(asBytes(meant)) === meant.toWellFormed()));
  });

  it('is left as it is where it is no UTF-8', () => {
    for (const text of ['café', 'Ångström', 'naïve', '日本', 'é 日本', '\u00c3\u00a9 日', 'a\u00c3', '']) {
      expect(repaired(text)).toBe(text);
    }
    const beyond = fc.tuple(fc.string({ unit: 'binary' }), fc.integer({ min: 0x100, max: 0xd7ff }));
    fc.assert(
      fc.property(
        beyond,
        ([text, code]) => repaired(text + String.fromCharCode(code)) === text + String.fromCharCode(code),
      ),
    );
  });

  it('is only repaired in a file of which all is escaped byte by byte', async () => {
    fc.assert(fc.property(fc.json({ stringUnit: 'binary' }), (json) => isByteEscaped(byteEscaped(JSON.parse(json)))));
    expect(isByteEscaped('["\\u00c3\\u00a9"]')).toBe(true);
    expect(isByteEscaped('["\\\\u1234"]')).toBe(true);
    for (const json of ['["é"]', '["\\u2019"]', '["\\\\\\u2019"]', '["\\u00c3\\u00a9","\\ud83d\\ude01"]']) {
      expect(isByteEscaped(json)).toBe(false);
    }
    // Somebody wrote about broken text, in an archive that is whole.
    const written = ['It showed Ã© for é, and “”.', 'It showed Ã©.'];
    const whole = written.map((text, second) => facebookPost(1_600_000_000 + second, text));
    const { entries } = await found('facebook', { [FACEBOOK_POSTS]: whole });
    expect(entries.map(({ draft }) => draft.content)).toEqual(written);
  });
});

describe('posts from Facebook', () => {
  it.each([
    FACEBOOK_POSTS,
    'posts/your_posts_1.json',
    'posts/your_posts.json',
    'your_activity_across_facebook/posts/your_posts_1.json',
    'facebook-ada/your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_12.json',
  ])('are found in %s, with their files', async (name) => {
    const root = name.startsWith('facebook-ada/') ? 'facebook-ada/' : '';
    const above = name.slice(root.length, name.indexOf('posts/'));
    const uri = `${above}posts/media/Garden_1/snow.jpg`;
    const { entries, skipped } = await found('facebook', {
      [name]: byteEscaped([facebookPost(1_600_000_000, 'Schnee im Garten ❄', [uri])]),
      [root + uri]: 'bytes',
    });
    expect(skipped).toEqual([]);
    expect(entries).toMatchObject([
      {
        place: `${name}#/0`,
        at: 1_600_000_000_000,
        draft: { entry_date: '2020-09-13', content: 'Schnee im Garten ❄' },
        media: [
          { name: 'file posts/media/Garden_1/snow.jpg', contentType: 'image/jpeg', facts: { file_name: 'snow.jpg' } },
        ],
      },
    ]);
  });

  it('are of the day that it was where the writer was', async () => {
    const post = { [FACEBOOK_POSTS]: [facebookPost(1_600_041_600, 'midnight in UTC')] };
    const day = async (zone: string) => (await found('facebook', post, zone)).entries[0]?.draft.entry_date;
    expect(await day('UTC')).toBe('2020-09-14');
    expect(await day('America/New_York')).toBe('2020-09-13');
  });

  it('have what they link to, the words under pictures once, a place and a note', async () => {
    const attachments = (...data: object[]) => [{ data }];
    const [linked, placed, note, bare] = await drafts(
      {
        ...facebookPost(1, 'Look'),
        attachments: attachments(
          { external_context: { name: 'Gärten', url: 'https://example.org/' } },
          { media: { uri: 'https://example.org/x.jpg', description: 'Look' } },
          { media: { uri: 'gone.jpg', description: 'Another' } },
        ),
      },
      {
        timestamp: 2,
        attachments: attachments({
          place: { name: 'Café', address: 'Graben 1', coordinate: { latitude: 48.2, longitude: 16.37 }, url: 'x' },
        }),
      },
      { timestamp: 3, attachments: attachments({ note: { title: 'A title', text: 'A note', media: [] } }), data: [] },
      { timestamp: 4, attachments: attachments({ event: { name: 'A feast' } }) },
    );
    expect(linked?.content).toBe('Look\n\nAnother\n\nGärten\nhttps://example.org/');
    expect(placed).toMatchObject({
      content: 'Café, Graben 1',
      location: { name: 'Café, Graben 1', latitude: 48.2, longitude: 16.37 },
    });
    expect(note).toMatchObject({ title: 'A title', content: 'A note' });
    expect(bare?.content).toBe('A feast');
  });

  it('are called by their second and their place in it, and each is taken once', async () => {
    const same = facebookPost(1_600_000_000, 'One');
    const { entries, skipped } = await posts(same, facebookPost(1_600_000_000, 'Two'), same);
    expect(entries.map(({ name }) => name)).toEqual(['post 1600000000 0', 'post 1600000000 1']);
    expect(skipped).toEqual([{ place: `${FACEBOOK_POSTS}#/2`, reason: 'twice' }]);
  });

  it('are skipped by their place when they are bad, and the others are not', async () => {
    const { entries, skipped } = await posts(
      null,
      'text',
      { data: [{ post: 'secret' }] },
      { timestamp: 1e300, data: [{ post: 'secret' }] },
      { timestamp: 5, data: [{ update_timestamp: 5 }], title: 'Ada shared a link.' },
      facebookPost(6, 'x'.repeat(300_000)),
      { timestamp: 7, data: { post: 1 }, attachments: [[[]], { data: 7 }, { data: [{ media: 'x' }] }] },
      { ...facebookPost(8, 'Fine', ['a/missing.jpg', 'a/odd.exe']), tags: 5 },
    );
    expect(entries.map(({ draft }) => draft.content)).toEqual(['Fine']);
    const at = (index: number) => `${FACEBOOK_POSTS}#/${index}`;
    expect(skipped).toEqual([
      { place: at(0), reason: 'not-an-entry' },
      { place: at(1), reason: 'not-an-entry' },
      { place: at(2), reason: 'no-time' },
      { place: at(3), reason: 'no-time' },
      { place: at(4), reason: 'empty' },
      { place: at(5), reason: 'text-too-large' },
      { place: at(6), reason: 'empty' },
      { place: `${at(7)} (file 1)`, reason: 'not-in-archive' },
      { place: `${at(7)} (file 2)`, reason: 'not-in-archive' },
    ]);
    expect(JSON.stringify(skipped)).not.toContain('secret');
  });

  it('are read whatever JSON there is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (json) => {
        await found('facebook', { [FACEBOOK_POSTS]: json });
      }),
    );
    const broken = await found('facebook', {
      [FACEBOOK_POSTS]: '[{"timestamp": 1,',
      'posts/your_posts_2.json': [facebookPost(1, 'x')],
    });
    expect(broken.skipped).toEqual([{ place: FACEBOOK_POSTS, reason: 'not-json' }]);
    expect(broken.entries).toHaveLength(1);
  });
});
