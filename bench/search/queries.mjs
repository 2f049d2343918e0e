import { PreparedQuery, readQuery, stopWordNotes } from '@daybook/sdk/search';

const WORD = /^[a-z]{3,}$/;

/**
 * One query of each kind, chosen by how many of the texts have a word, so that any corpus will do: about one in a thousand
 * for a rare word, half of them or the most there is for a common one, a fifth for each of three.
 * @returns `{ kind, query }` each
 */
export function chooseQueries(texts) {
  const counts = countTexts(texts);
  const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).filter(([word]) => says(word));
  const nearest = (share) =>
    ranked.toSorted(([, n], [, m]) => Math.abs(n - share * texts.length) - Math.abs(m - share * texts.length));
  const [rare] = nearest(0.001)[0];
  const [common] = nearest(0.5)[0];
  const three = nearest(0.2).slice(0, 3);
  return [
    { kind: 'a rare word', query: rare },
    { kind: 'a common word', query: common },
    { kind: 'a phrase', query: `"${phraseWith(texts, three[0][0])}"` },
    { kind: 'three words', query: three.map(([word]) => word).join(' ') },
  ];
}

const wordsOf = (text) => text.toLowerCase().split(/[^a-z]+/);

function countTexts(texts) {
  const counts = new Map();
  for (const text of texts)
    for (const word of new Set(wordsOf(text))) if (WORD.test(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

const says = (word) => stopWordNotes(new PreparedQuery(readQuery(word).query), ['en']).length === 0;

/** Three words that follow each other in a text, the middle one given. */
function phraseWith(texts, word) {
  for (const text of texts) {
    const [, phrase] = new RegExp(`\\b([a-z]{3,} ${word} [a-z]{3,})\\b`).exec(text) ?? [];
    if (phrase !== undefined) return phrase;
  }
  return word;
}
