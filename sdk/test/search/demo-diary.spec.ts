import { describe, expect, it } from '@jest/globals';
import { stemsOf } from '../../src/search/index.js';
import { cardOf, demoDiary, type Indexed } from './diaries.js';
import { find, withSignatures } from './lookup.js';
import { scan } from './scan.js';

/** Entries for what the demonstration has little of: tags, German compounds, Japanese in other spellings. */
const more: Indexed[] = [
  { text: 'Die Kaffee-Tasse steht im Gästehaus, Klara’s Schlüssel daneben.', tags: ['Zu Hause'], mood: 'ruhig' },
  { text: 'Wir gingen durch die Straßen der Häuser, schon müde, aber die Stadt war schön.', tags: ['Reise', 'Wien'] },
  { text: '今日は東京で友だちと映画を見た。ガッコウのとなりの店でケーキを食べた。', title: '映画の日', tags: ['東京'] },
  { text: '雨が降っていたので、家で本を読んだ。夜は静かだった。', mood: '静か' },
].map((entry, n) => {
  const language = n < 2 ? 'de' : 'ja';
  const dated = { date: `2027-0${n + 1}-03`, ...entry };
  return { id: `9000${n}`, entry: dated, language, card: cardOf(dated, language) };
});

const queries: readonly (readonly [string, number])[] = [
  ['bread', 1],
  ['Brötchen', 1],
  ['pain', 1],
  ['хлеб', 1],
  ['面包店', 1],
  ['映画', 1],
  ['雨', 2],
  ['น้ำ', 0],
  ['แม่', 2],
  ['חלה', 1],
  ['سمير', 1],
  ['cellos', 1],
  ['flour salt', 1],
  ['chimneys Bristol', 1],
  ['Klara Cello Ärztin', 1],
  ['"nichts mehr zu sehen"', 1],
  ['"pieds nus sur un quai"', 2],
  ['"four o’clock"', 1],
  ['"in the morning"', 1],
  ['"rang at midnight from Freiburg"', 1],
  ['"kaffee tasse"', 1],
  ['Kaffee-Tasse', 1],
  ['"雨の日"', 1],
  ['"東京で友だち"', 1],
  ['bread -flour', 1],
  ['Klara -Cello', 1],
  ['Klara -"Das Wort"', 1],
  ['-bread -Brot -pain -pane -pan -pão -brood', 1],
  ['bak*', 1],
  ['Freib*', 1],
  ['"in Freib*"', 1],
  ['ärzt*', 1],
  ['the*', 1],
  ['bread or snow', 1],
  ['bread or Brot or pain', 1],
  ['rain or snow chimney', 1],
  ['tag:wien', 1],
  ['tag:"zu hause" Tasse', 1],
  ['-tag:wien Stadt', 0],
  ['mood:still', 1],
  ['mood:静か', 2],
  ['Klara before:2019-04', 1],
  ['Klara after:2025', 1],
  ['after:2019-03-08 before:2019-03-10', 1],
  ['Klara after:2019 before:2021', 1],
  ['Klara after:2020 before:2021', 0],
  ['the and of', 0],
  ['"to be or not to be"', 0],
  ['ecole', 0],
  ['cerise', 1],
  ['don’t', 0],
  ['father’s', 1],
  ['aujourd’hui', 1],
  ['Straße', 1],
  ['STRASSE', 1],
  ['schön', 1],
  ['Haus', 1],
  ['nowhereatall', 0],
];

describe('a search of the demonstration', () => {
  const diary = withSignatures([...demoDiary(), ...more]);

  it.each(queries)('for %s finds what reading every entry finds, on all pages', (query, atLeast) => {
    const expected = scan(query, diary);
    expect(expected.length).toBeGreaterThanOrEqual(atLeast);
    expect(find(query, diary, 'date').sort()).toEqual(expected);
    expect(find(query, diary, 'relevance', 3).sort()).toEqual(expected);
  });

  it('finds each entry by any of the words that it is about', () => {
    const missed = diary.flatMap(({ id, entry, card }) => {
      const word = (entry.text.match(/[\p{L}]{5,}/gu) ?? []).at(-1);
      if (word === undefined || stemsOf(card).length < 5) return [];
      return scan(word, diary).includes(id) === find(word, diary, 'date').includes(id) ? [] : [`${id} ${word}`];
    });
    expect(missed).toEqual([]);
  });
});
