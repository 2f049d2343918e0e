import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type Language, languages, tokenize, wordLengthMax, wordsOf } from '../../src/search/index.js';
import { NormalText } from '../../src/search/normalize.js';

const stems = (text: string, language: Language) => tokenize(text, language).map(({ stem }) => stem);
const marked = (text: string, language: Language) =>
  tokenize(text, language).map(({ start, end }) => text.slice(start, end));
const same = (language: Language, ...texts: string[]) =>
  expect(new Set(texts.map((text) => stems(text, language).join(' '))).size).toBe(1);

describe('words', () => {
  it.each<[Language, string, string]>([
    ['en', 'Running from the mornings of happiness', 'run morn happi'],
    ['de', 'Die Häuser stehen an den Straßen', 'haus steh strass'],
    ['fr', 'Les écoles étudiées pendant les matinées', 'ecol etudi matin'],
    ['es', 'Las canciones de los niños cantando', 'cancion niñ cant'],
    ['it', 'Mangiando con le ragazze della città', 'mang ragazz citt'],
    ['pt', 'Os corações das meninas cantavam', 'coraco menin cant'],
    ['nl', 'De huizen en de fietsen', 'huiz fiets'],
    ['sv', 'Flickorna på ängarna', 'flick äng'],
    ['ru', 'Книгами и дождливыми вечерами', 'книг дождлив вечер'],
    ['zh', '我今天在北京大学看书', '今天 北京 大学 看书'],
    ['ja', '今日は東京で映画を見た', '今日 東京 映画 見'],
    ['th', 'วันนี้ฝนตก', 'วัน ฝน ตก'],
    ['und', 'Na koncu smo peli', 'na koncu smo peli'],
  ])('in %s are stemmed or taken from a dictionary, without stop words', (language, text, expected) => {
    expect(stems(text, language).join(' ')).toBe(expected);
  });

  it('keep their numbers when stop words between them are dropped', () => {
    expect(tokenize('the lord of the rings', 'en').map(({ stem, position }) => [stem, position])).toEqual([
      ['lord', 1],
      ['ring', 4],
    ]);
  });

  it('are the same however they are spelled', () => {
    same('en', 'fine', 'ﬁne', 'FINE', 'ｆｉｎｅ', 'fi\u00adne');
    same('fr', 'école', 'e\u0301cole', 'ECOLE', 'l’école', "l'école");
    same('fr', 'cœur', 'coeur', 'CŒUR');
    same('de', 'Straße', 'STRASSE', 'strasse');
    same('ru', 'ёлка', 'елка');
    same('en', 'Istanbul', 'İstanbul', 'ISTANBUL');
    same('ja', 'ガッコウ', 'ｶﾞｯｺｳ', 'カ\u3099ッコウ');
    same('und', 'كَتَبَ', 'كتب');
  });

  it('that differ by a letter of their language stay apart', () => {
    expect(stems('ano año', 'es')).toEqual(['ano', 'año']);
    expect(stems('alg älg', 'sv')).toEqual(['alg', 'älg']);
    expect(stems('мои мой йод иод', 'ru').slice(-2)).toEqual(['йод', 'иод']);
    expect(stems('schon schön', 'de')).toEqual(['schon']);
  });

  it('end at apostrophes and hyphens as readers take them', () => {
    expect(marked("my father’s I'll he'd don't can’t o'clock O’Brien", 'en')).toEqual([
      'father',
      'o',
      'clock',
      'O',
      'Brien',
    ]);
    expect(marked("l’école d'un ami aujourd'hui qu’elle", 'fr')).toEqual(['école', 'ami', 'aujourd', 'hui']);
    expect(marked("dell'acqua, un'amica", 'it')).toEqual(['acqua', 'amica']);
    expect(marked('Klaras Kaffee-Tasse, Klara’s', 'de')).toEqual(['Klaras', 'Kaffee', 'Tasse', 'Klara']);
    expect(marked('14 3.50 2nd 5㎏', 'en')).toEqual(['14', '3', '50', '2nd', '5㎏']);
  });

  it('are no emoji, no symbols and no punctuation', () => {
    expect(tokenize('👩🏻‍🍳🥖 1️⃣ ™ ㊗️ © … -- ½', 'en').map(({ stem }) => stem)).toEqual(['1', '2']);
    expect(tokenize('', 'en')).toEqual([]);
  });

  it('are found at their place in the original, whatever normalizing did before them', () => {
    expect(marked('… ½ ﬁne e\u0301te\u0301 𝐛𝐨𝐥𝐝 👩‍👩‍👧 ｗｉｄｅ ㎏ end', 'und').slice(2)).toEqual([
      'ﬁne',
      'e\u0301te\u0301',
      '𝐛𝐨𝐥𝐝',
      'ｗｉｄｅ',
      '㎏',
      'end',
    ]);
  });

  it('that are very long are cut, in the middle of no character', () => {
    const [word] = wordsOf('x'.repeat(5000), 'en');
    expect(word).toMatchObject({ form: 'x'.repeat(wordLengthMax), start: 0, end: 5000 });
    expect(wordsOf(`x${'𝒳𐐨'.repeat(100)}`, 'und')[0]?.form.isWellFormed()).toBe(true);
  });

  it('come in order, from places that exist, in any text and language', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), awkward());
    fc.assert(
      fc.property(text, fc.constantFrom(...languages), (text, language) => {
        let before = { start: 0, end: 0, position: -1 };
        for (const { start, end, position, stem, form } of wordsOf(text, language)) {
          expect(position).toBe(before.position + 1);
          expect(start).toBeGreaterThanOrEqual(before.start);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(`${form}${stem ?? ''}`).not.toMatch(/[\s+]/u);
          expect(form).not.toBe('');
          before = { start, end, position };
        }
      }),
      { numRuns: 400 },
    );
  });

  it('are those of the normal form, for text that is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const normal = NormalText.of(text).text;
        const again = NormalText.of(normal).text;
        expect(again).toBe(normal);
      }),
      { numRuns: 300 },
    );
  });

  it('are those of the normal form, for every character there is', () => {
    const changed = [];
    for (let code = 0; code <= 0x10_ff_ff; code++) {
      const normal = NormalText.of(String.fromCodePoint(code)).text;
      if (NormalText.of(normal).text !== normal) changed.push(code);
    }
    expect(changed).toEqual([]);
  });

  it('cost a normalization of at most 31 characters each, however many marks a text has', () => {
    const lengths: number[] = [];
    const normalize = String.prototype.normalize;
    const spy = jest.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, form?: string) {
      lengths.push(this.length);
      return normalize.call(this, form);
    });
    try {
      wordsOf(`a${'\u0316\u0301'.repeat(60_000)}`, 'en');
      wordsOf('\ufdfa'.repeat(20_000), 'und');
    } finally {
      spy.mockRestore();
    }
    expect(Math.max(...lengths)).toBeLessThanOrEqual(wordLengthMax);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(3 * 140_000);
  });

  it.each([
    ['one letter', 'x'],
    ['words of one letter', 'a '],
    ['apostrophes', "a'"],
    ['characters of many', '\ufdfa'],
    ['Hangul in pieces', '\u1100\u1161'],
    ['keycaps', '1\ufe0f\u20e3'],
    ['Han', '日本語東京'],
    ['Thai', 'ก'],
    ['half-width kana', 'ｶﾞ'],
  ])('are no more than the characters, in 256 KiB of %s', (_, unit) => {
    const text = unit.repeat(Math.floor(262_144 / Buffer.byteLength(unit)));
    expect(wordsOf(text, 'en').length).toBeLessThanOrEqual(text.length);
  });
});

/** Pieces that normalizing, lower case and apostrophes treat specially, in any order. */
function awkward(): fc.Arbitrary<string> {
  const pieces = [
    'ﬁ',
    'İ',
    'ß',
    'e\u0301',
    '\u0301',
    "'",
    '’',
    'ʼ',
    '\u00ad',
    '\u200d',
    '½',
    '㎏',
    '\ufdfa',
    '𝐛',
    '👩‍👧',
    '1️⃣',
  ];
  const more = ['ｶ', 'ﾞ', '東', 'ก็', 'น้ำ', '\u1100', '\u1161', '\ud83d', 'n', 't', 's', 'l', '-', ' ', '…', 'Ǆ', '™'];
  return fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 40 }).map((parts) => parts.join(''));
}
