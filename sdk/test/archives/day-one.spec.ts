import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readDayOneText } from '../../src/archives/day-one-text.js';
import { found } from './in-memory.js';
import { dayOneEntry } from './making.js';

const UUID = '6F30404AB159433D8C9AF57052E4F3B6';
const entry = (more: object = {}) => dayOneEntry(UUID, '2026-03-01T23:30:00Z', 'Snow', more);
const journal = (...entries: unknown[]) => ({ 'Journal.json': { metadata: { version: '1.0' }, entries } });

describe('text from Day One', () => {
  it('loses the backslashes that Markdown has put in', () => {
    const { content } = readDayOneText(String.raw`It was 3\.5 \- or 4\!  \(really\) \\ \#1 \*not\* C:\Users \d`);
    expect(content).toBe(String.raw`It was 3.5 - or 4!  (really) \ #1 *not* C:\Users \d`);
  });

  it('keeps those in code', () => {
    const text = 'a\\. `b\\.` ``c\\.`d`` e\\.\n```\nf\\.\n```\ng\\. \\`h\\.\\`';
    expect(readDayOneText(text).content).toBe('a. `b\\.` ``c\\.`d`` e.\n```\nf\\.\n```\ng. `h.`');
  });

  it('has back what was escaped', () => {
    const plain = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\u200B') && !text.includes('\r'));
    fc.assert(
      fc.property(plain, (text) => {
        const { title, content } = readDayOneText(`x${text.replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`)}x`);
        expect({ title, content }).toEqual({ title: undefined, content: `x${text}x` });
      }),
    );
  });

  it('tells which files it shows, and shows none', () => {
    const text =
      '![](dayone-moment://aaaa)\n\nBefore\n\n![](dayone-moment:/video/BBBB)\n![a picture](dayone-moment:/pdfAttachment/CC-CC) after\n\n\nend ![](https://example.org/x.png)';
    expect(readDayOneText(text)).toEqual({
      content: 'Before\n\nafter\n\n\nend ![](https://example.org/x.png)',
      moments: ['AAAA', 'BBBB', 'CC-CC'],
    });
  });

  it('has a title when it begins with a heading', () => {
    expect(readDayOneText('# First snow\\!\n\nIt fell.')).toMatchObject({ title: 'First snow!', content: 'It fell.' });
    expect(readDayOneText('## Smaller\nIt fell.').title).toBeUndefined();
    expect(readDayOneText('#tag It fell.').title).toBeUndefined();
  });

  it.each(['`', '``a', '\\', '![', '![](dayone-moment:', '![](dayone-moment:/', '`a``', '\n# '])(
    'is read however often it has %j',
    // Whoever looks from each of them to the end of the text does not come back from this.
    (part) => expect(readDayOneText(`x${part.repeat(1_000_000)}x`).moments).toEqual([]),
  );
});

describe('entries from Day One', () => {
  it('have the day of their own time zone', async () => {
    const day = async (timeZone: unknown) =>
      (await found('day-one', journal(entry({ timeZone })))).entries[0]?.draft.entry_date;
    expect(await day('Europe/Vienna')).toBe('2026-03-02');
    expect(await day('America/New_York')).toBe('2026-03-01');
    expect(await day('Pacific/Kiritimati')).toBe('2026-03-02');
    for (const unknown of ['Middle/Earth', '', 7, undefined]) expect(await day(unknown)).toBe('2026-03-01');
  });

  it('may be older than any computer', async () => {
    const old = [
      dayOneEntry(UUID, '1890-06-30T22:30:00Z', 'Old'),
      dayOneEntry(`${UUID}1`, '0001-01-02T00:00:00Z', 'Older'),
    ];
    const { entries } = await found('day-one', journal(...old));
    expect(entries.map(({ draft }) => draft.entry_date)).toEqual(['1890-06-30', '0001-01-02']);
  });

  it('keep tags, the star, the place and the weather', async () => {
    const { entries } = await found(
      'day-one',
      journal(
        entry({
          starred: true,
          tags: ['garden', '', ' ', 'x'.repeat(101), 5],
          location: {
            placeName: 'Graben 1',
            localityName: 'Wien',
            country: 'Austria',
            latitude: 48.2,
            longitude: 16.37,
          },
          weather: { conditionsDescription: 'Mostly Cloudy', temperatureCelsius: -1.6 },
        }),
      ),
    );
    expect(entries[0]).toMatchObject({
      name: `entry ${UUID}`,
      draft: {
        content: 'Snow\n\nMostly Cloudy, -2 °C',
        tags: ['Starred', 'garden'],
        location: { name: 'Graben 1, Wien, Austria', latitude: 48.2, longitude: 16.37 },
      },
    });
  });

  it('have their files: first those of the text in its order, then the others', async () => {
    const photo = (identifier: string, md5: string, more: object = {}) => ({ identifier, md5, type: 'jpeg', ...more });
    const { entries, skipped } = await found('day-one', {
      'Export/Reise.json': {
        entries: [
          entry({
            text: '![](dayone-moment://P2)\nSnow ![](dayone-moment:/video/V1)',
            photos: [photo('P3', 'd3', { orderInEntry: 2 }), photo('P1', 'd1', { orderInEntry: 1 }), photo('P2', 'd2')],
            videos: [{ identifier: 'V1', md5: 'e1', type: 'mov', duration: 1.5, width: 4, height: 3 }],
            audios: [
              { identifier: 'A1', md5: 'f1', format: 'aac' },
              { identifier: 'A2', md5: 'f2' },
            ],
            pdfAttachments: [{ identifier: 'F1', md5: 'a1', pdfName: 'x' }],
          }),
        ],
      },
      'Export/photos/d1.jpeg': '1',
      'Export/photos/D2.jpeg': '2',
      'Export/photos/P3.png': '3',
      // Of one that is there by both its names, the MD5 tells.
      'Export/photos/P1.png': 'another',
      'Export/videos/e1.mov': 'v',
      'Export/audios/f1.m4a': 'a',
      'Export/audios/f2.xyz': 'a',
    });
    expect(entries[0]?.media.map(({ name, contentType }) => [name, contentType])).toEqual([
      ['file P2', 'image/jpeg'],
      ['file V1', 'video/quicktime'],
      ['file P1', 'image/jpeg'],
      ['file P3', 'image/png'],
      ['file A1', 'audio/mp4'],
    ]);
    expect(entries[0]?.media[1]?.facts).toEqual({ file_name: 'e1.mov', duration_ms: 1500, width: 4, height: 3 });
    expect(skipped).toEqual([
      { place: 'Export/audios/f2.xyz', reason: 'type-not-allowed' },
      { place: 'Export/Reise.json#/entries/0/pdfAttachments/0', reason: 'not-in-archive' },
    ]);
  });

  it('are skipped by their place when they are bad, and the others are not', async () => {
    const { entries, skipped } = await found('day-one', {
      ...journal(
        7,
        { text: 'secret' },
        dayOneEntry('../../x', '2026-03-01T23:30:00Z', 'secret'),
        dayOneEntry('A'.repeat(32), 'yesterday', 'secret'),
        dayOneEntry('B'.repeat(32), '2026-03-01T23:30:00Z', ''),
        dayOneEntry('C'.repeat(32), '2026-03-01T23:30:00Z', 'é'.repeat(150_000)),
        entry({ photos: 'x', tags: 'x', location: [], weather: 3 }),
        entry({ text: 'secret' }),
        dayOneEntry('D'.repeat(32), '2026-03-01T23:30:00Z', `# ${'long '.repeat(200)}\nand \ud800 so on`),
      ),
      'Other.json': '{',
    });
    expect(entries.map(({ draft }) => draft.content.slice(-9))).toEqual(['Snow', 'd \ufffd so on']);
    expect(entries[1]?.draft.title).toBeUndefined();
    const at = (index: number) => `Journal.json#/entries/${index}`;
    expect(skipped).toEqual([
      ...[0, 1, 2].map((index) => ({ place: at(index), reason: 'not-an-entry' })),
      { place: at(3), reason: 'no-time' },
      { place: at(4), reason: 'empty' },
      { place: at(5), reason: 'text-too-large' },
      { place: at(7), reason: 'twice' },
      { place: 'Other.json', reason: 'not-json' },
    ]);
    expect(JSON.stringify(skipped)).not.toContain('secret');
  });

  it('are read whatever JSON there is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), async (entries) => {
        await found('day-one', {
          ...journal(
            ...entries.map((one) => entry({ photos: one, location: one, weather: one, tags: one, text: one })),
          ),
        });
        await found('day-one', journal(...entries));
      }),
    );
  });
});
