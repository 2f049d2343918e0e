import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type CardDraft,
  CardRefused,
  cardVersion,
  decodeCard,
  encodeCard,
  fieldGap,
  languages,
  makeCard,
} from '../../src/search/index.js';

const draft: CardDraft = {
  title: 'Running late',
  text: 'We ran, we run, I was running in the rain.',
  tags: ['Running', 'Rainy day', ' running '],
  mood: ' Tired ',
  date: '2026-11-21',
  language: 'en',
};

const anyDraft = (): fc.Arbitrary<CardDraft> =>
  fc.record({
    title: fc.option(fc.string({ unit: 'grapheme' }), { nil: null }),
    text: fc
      .array(fc.oneof(fc.constantFrom('run', 'running', 'rain', 'of', '東京都'), fc.string()))
      .map((w) => w.join(' ')),
    tags: fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }),
    mood: fc.option(fc.string({ unit: 'grapheme' }), { nil: null }),
    date: fc.option(
      fc
        .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10)),
      { nil: null },
    ),
    language: fc.constantFrom(...languages),
  });

/** What decoding answers: a card, or the refusal; anything else is thrown. */
function decoded(bytes: Uint8Array): unknown {
  try {
    return decodeCard(bytes);
  } catch (error) {
    if (error instanceof CardRefused) return error.fault;
    throw error;
  }
}

describe('an index card', () => {
  it('has every stem with what was written for it, and where', () => {
    const card = makeCard(draft);
    const title = 10 + fieldGap;
    const tags = title + 2 + fieldGap;
    expect(card).toEqual({
      language: 'en',
      date: '2026-11-21',
      mood: 'tired',
      tags: ['running', 'rainy day'],
      textWords: 10,
      titleWords: 2,
      tagWords: 3,
      stems: ['dai', 'late', 'rain', 'raini', 'ran', 'run'].join('\n'),
      formStarts: [0, 1, 2, 3, 4, 5, 7],
      forms: ['day', '', '', 'rainy', '', '', '+ning'].join('\n'),
      positionStarts: [0, 1, 2, 3, 4, 5, 6, 9],
      positions: [tags + 1 + fieldGap + 1, title + 1, 9, tags + 1 + fieldGap, 1, 3, 6, title, tags],
    });
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(anyDraft(), (draft) => {
        const card = makeCard(draft);
        expect(decodeCard(encodeCard(card))).toEqual(card);
      }),
      { numRuns: 300 },
    );
  });

  it('of an empty entry is read back too', () => {
    const card = makeCard({ text: '', language: 'und' });
    expect(decodeCard(encodeCard(card))).toEqual(card);
    expect(encodeCard(card)).toHaveLength(13);
  });

  it('of another version is refused by its first byte', () => {
    const bytes = encodeCard(makeCard(draft));
    for (const version of [0, cardVersion + 1, 255]) {
      bytes[0] = version;
      expect(decoded(bytes)).toBe('version');
    }
    expect(decoded(new Uint8Array())).toBe('version');
  });

  it('that was cut short, lengthened or changed is a card or a refusal, never anything else', () => {
    const bytes = encodeCard(makeCard(draft));
    for (let length = 0; length < bytes.length; length++) expect(typeof decoded(bytes.slice(0, length))).toBe('string');
    expect(decoded(Uint8Array.of(...bytes, 0))).toBe('form');
    for (let at = 1; at < bytes.length; at++) {
      for (const value of [0, 1, 0x0a, 0x7f, 0x80, 0xff]) decoded(bytes.with(at, value));
    }
  });

  it('made of any bytes is a card or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decoded(Uint8Array.of(cardVersion, 1, ...bytes))),
      { numRuns: 2000 },
    );
  });

  it('that promises more than it has is refused before room is made for it', () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    const before = [cardVersion, 1, 0, 0, 0, 0];
    expect(decoded(Uint8Array.of(...before, ...huge))).toBe('length');
    expect(decoded(Uint8Array.of(...before, 0, 0, ...huge, 0, 0))).toBe('length');
    expect(decoded(Uint8Array.of(...before, 0, 0, 0, 0, ...huge))).toBe('length');
    expect(decoded(Uint8Array.of(...before, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01))).toBe('length');
  });

  it('with too few stems or too many forms, an impossible date, two moods or no UTF-8 is refused', () => {
    const card = makeCard(draft);
    expect(decoded(encodeCard({ ...card, stems: card.stems.replace('\n', ' ') }))).toBe('form');
    expect(decoded(encodeCard({ ...card, forms: `${card.forms}\n` }))).toBe('form');
    expect(decoded(Uint8Array.of(cardVersion, 1, 0xff, 0xff, 0xff, 0x7f))).toBe('date');
    expect(decoded(Uint8Array.of(cardVersion, 99))).toBe('language');
    expect(decoded(Uint8Array.of(cardVersion, 1, 0, 0, 0, 0, 2, 1, 0x61, 1, 0x62))).toBe('mood');
    expect(decoded(Uint8Array.of(cardVersion, 1, 0, 0, 0, 0, 1, 1, 0xff))).toBe('text');
  });

  it('whose numbers of forms and positions do not add up is refused', () => {
    const bytes = encodeCard(makeCard({ text: 'rain', language: 'en' }));
    const [forms, positions] = [bytes.length - 3, bytes.length - 2];
    expect([...bytes.subarray(forms)]).toEqual([1, 1, 0]);
    for (const at of [forms, positions]) {
      for (const count of [0, 2, 0x7f])
        expect([at, count, decoded(bytes.with(at, count))]).toEqual([at, count, 'form']);
    }
  });

  it('is not written with a date that is none', () => {
    for (const date of ['2026', '2026-13-01', '2026-00-01', '2026-01-32', '2026-01-00', 'yesterday']) {
      expect(() => encodeCard(makeCard({ ...draft, date }))).toThrow(RangeError);
    }
  });

  it('says nothing of the entry when it is refused', () => {
    const bytes = encodeCard(makeCard({ text: 'marker', language: 'en' }));
    expect(() => decodeCard(bytes.subarray(0, -1))).toThrow(
      'The index card ends too early or has a number that is too large',
    );
  });
});
