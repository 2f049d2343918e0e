import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { hasPepys, pepysDiary } from './diaries.js';
import { find, withSignatures } from './lookup.js';
import { scan } from './scan.js';

interface Queries {
  readonly queries: readonly { readonly query: string; readonly kind: string; readonly entries: number }[];
}

const { queries }: Queries = JSON.parse(readFileSync(new URL('pepys-queries.json', import.meta.url), 'utf8'));

describe("a search of Pepys' diary", () => {
  if (!hasPepys) {
    it.todo('the 60 queries were not run: ../shared/data/pepys.jsonl.gz is missing');
    return;
  }
  const diary = withSignatures(pepysDiary());

  it('knows all of it as English', () => {
    expect(diary.filter(({ language }) => language !== 'en')).toEqual([]);
  });

  it.each(queries)(
    'for $query finds the $entries entries that reading every one finds',
    ({ query, entries }) => {
      const expected = scan(query, diary);
      expect(expected).toHaveLength(entries);
      expect(find(query, diary, 'relevance', 100).sort()).toEqual(expected);
      expect(find(query, diary, 'date', 100).sort()).toEqual(expected);
    },
    120_000,
  );
});
