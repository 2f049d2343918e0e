import { createHash } from 'node:crypto';

const hashOf = (text) => createHash('sha256').update(text).digest();

/** The search key of a draw: the same in every run. */
export const searchKeyOf = (draw) => hashOf(`search key ${draw}`);

/**
 * Which entries are known, by number, ascending: the first when all that may be are ordered by SHA-256 of the draw and
 * their number.
 * @param choice `spread` over the years, or `clustered` in one year that has more entries than that
 * @param share of all entries, from 0 to 1; at least one entry, and where no year has so many, all of the fullest but one
 */
export function knownEntries(entries, { choice, share, draw }) {
  const count = Math.max(1, Math.round(entries.length * share));
  if (choice === 'spread') return first([...entries.keys()], count, draw);
  const years = [...Map.groupBy(entries.keys(), (n) => yearOf(entries[n])).values()];
  const most = Math.max(...years.map((numbers) => numbers.length));
  const eligible = years.filter((numbers) => numbers.length > Math.min(count, most - 1));
  const [year] = first([...eligible.keys()], 1, draw);
  return first(eligible[year], Math.min(count, most - 1), draw);
}

export const yearOf = ({ date }) => date.slice(0, 4);

function first(numbers, count, draw) {
  const keyed = numbers.map((number) => ({ number, key: hashOf(`${draw} ${number}`).toString('hex') }));
  const chosen = keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, count);
  return chosen.map(({ number }) => number).sort((a, b) => a - b);
}
