import { describe, expect, it } from '@jest/globals';
import {
  type Language,
  languageOfEntry,
  languageOfTag,
  makeCard,
  match,
  narrowed,
  parseQuery,
  PreparedQuery,
  readQuery,
  searchableText,
  searchCards,
  stopWordNotes,
} from '../../src/search/index.js';

describe('a query that somebody waits for', () => {
  it('is refused where it cannot be read as it was meant, and noted where nothing is lost', () => {
    expect(readQuery('salt & pepper')).toMatchObject({
      query: { kind: 'all' },
      refusals: [],
      notes: ['Left out: there is no letter and no digit to look for (character 6).'],
    });
    expect(readQuery('&')).toMatchObject({ query: null, refusals: [expect.stringContaining('no letter')] });
    expect(readQuery('')).toMatchObject({ query: null, refusals: ['is empty'] });
    expect(readQuery('salt "pepper').refusals).toEqual(['this quotation has no end (character 6)']);
  });

  it('of stop words alone is told where it finds nothing: in all languages of a diary, or in some', () => {
    const notes = (text: string, ...languages: Language[]) =>
      stopWordNotes(new PreparedQuery(parseQuery(text).query), languages);
    const never = 'There are only words like "the" or "and", which no entry is found by.';
    expect([notes('die', 'de'), notes('die'), notes('die cast', 'de')]).toEqual([[never], [], []]);
    expect(notes('die', 'de', 'en', 'und')).toEqual([
      'Entries in German are not found by this: there, these are words like "the" or "and".',
    ]);
    expect(notes('in', 'de', 'und', 'en')).toEqual([expect.stringMatching(/^Entries in German and English are not/)]);
  });
});

describe('filters beside a query', () => {
  const entry = {
    title: 'Rain',
    text: '',
    tags: ['Two words'],
    mood: 'Calm',
    date: '2026-01-31',
    language: 'en',
  } as const;
  const finds = (text: string, filters: Parameters<typeof narrowed>[1]) =>
    match(new PreparedQuery(narrowed(parseQuery(text).query, filters)), makeCard(entry));

  it.each([
    [{}, true],
    [{ tags: ['two  WORDS'] }, true],
    [{ tags: ['two words', 'other'] }, false],
    [{ mood: 'CALM ' }, true],
    [{ mood: 'cal' }, false],
    [{ from: '2026-01-31', to: '2026-01-31' }, true],
    [{ from: '2026-02-01' }, false],
    [{ to: '2026-01-30' }, false],
    [{ to: '2026-02-28' }, true],
  ])('hold all at once: %j', (filters, isFound) => {
    expect(finds('rain', filters)).toBe(isFound);
    expect(finds('rain or snow -sun', filters)).toBe(isFound);
    expect(finds('snow', filters)).toBe(false);
  });
});

describe('what an entry says', () => {
  it('is its content, and every text of its answers', () => {
    const data = { went_well: ['Bread', 'Sleep'], energy: 3, learned: 'Patience', nested: { deep: ['Yes'] } };
    expect(searchableText({ content: 'Today.', data })).toBe('Today.\n\nBread\n\nSleep\n\nPatience\n\nYes');
    expect(searchableText({ content: '', data: { a: 'Only this' } })).toBe('Only this');
    expect(searchableText({ content: 'Only this' })).toBe('Only this');
  });

  it('is in the language that was set, else that of its text, its title, or what is usual', () => {
    const german = 'Der Hund schläft und die Katze ist wach.';
    expect(languageOfEntry({ content: german })).toBe('de');
    expect(languageOfEntry({ content: german, language: 'en-GB' })).toBe('en');
    expect(languageOfEntry({ content: german, language: 'cs' })).toBe('und');
    expect(languageOfEntry({ content: 'Hm.', title: german })).toBe('de');
    expect(languageOfEntry({ content: '', data: { learned: german } })).toBe('de');
    expect(languageOfEntry({ content: 'Hm.' }, 'sv')).toBe('sv');
    expect(['zh-Hant-TW', 'EN', 'xx', ''].map(languageOfTag)).toEqual(['zh', 'en', 'und', 'und']);
  });
});

describe('a page of what was found', () => {
  it('pauses after every card, and goes on behind the last hit with the same numbers', () => {
    const query = new PreparedQuery(parseQuery('rain').query);
    const candidates = ['rain', 'rain rain', 'sun', 'rain rain rain'].map((text, n) => ({
      id: String(n),
      card: () => makeCard({ text, language: 'en' }),
    }));
    const run = (behind: Parameters<typeof searchCards>[2]['behind']) => {
      const steps = searchCards(query, candidates, { order: 'relevance', limit: 2, entries: 4, behind });
      let pauses = 0;
      for (;;) {
        const { done, value } = steps.next();
        if (done === true) return { pauses, ...value };
        pauses++;
      }
    };
    const first = run(null);
    expect([first.pauses, first.page.map(({ id }) => id)]).toEqual([7, ['3', '1']]);
    const second = run(first.next);
    expect([second.page.map(({ id }) => id), second.next]).toEqual([['0'], null]);
    expect(first.next?.statistics).toMatchObject({ entries: 4, having: [3] });
  });
});
