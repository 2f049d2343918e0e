import { describe, expect, it } from '@jest/globals';
import { stemsOf } from '../../src/search/index.js';
import { demoDiary } from './diaries.js';
import { more, queries } from './demo-queries.js';
import { find, withSignatures } from './lookup.js';
import { scan } from './scan.js';

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
