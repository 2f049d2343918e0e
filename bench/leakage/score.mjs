import { yearOf } from './draws.mjs';

/** What is counted of an attack: words said and right, occurrences of the right ones, and occurrences of all words. */
const nothing = { said: 0, right: 0, read: 0, all: 0 };

/**
 * Compares what entries are said to have with what they have. A word that is rightly said of an entry counts as often as
 * it stands there.
 * @returns counts over all entries that are not known, and over those of the years of known ones
 */
export function score(entries, known, said) {
  const years = new Set([...known.keys()].map((n) => yearOf(entries[n])));
  const scopes = { others: { ...nothing }, year: { ...nothing } };
  entries.forEach((entry, n) => {
    if (known.has(n)) return;
    const counts = countsOf(entry.places, said.get(n) ?? []);
    for (const scope of years.has(yearOf(entry)) ? ['others', 'year'] : ['others'])
      for (const name of Object.keys(nothing)) scopes[scope][name] += counts[name];
  });
  return scopes;
}

function countsOf(places, said) {
  const counts = { ...nothing };
  for (const positions of places.values()) counts.all += positions.length;
  for (const stem of said) {
    counts.said += 1;
    counts.right += places.has(stem) ? 1 : 0;
    counts.read += places.get(stem)?.length ?? 0;
  }
  return counts;
}
