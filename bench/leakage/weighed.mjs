import { Likelihoods } from './likelihoods.mjs';
import { byPeriod, patternOf } from './periods.mjs';

const ROUNDS = 30;
/** Guesses that are less probable are of no use to anybody who wants to be right half of the time. */
const PROBABILITY_MIN = 0.05;

/**
 * Reads signatures by weighing all that speaks for a bit: which known entries set it, and how often it is set in the other
 * entries of the period, beside how often the stem occurs in all known entries, those of other periods too. A bit is shared
 * out among the stems that ask for it, with room for stems that nobody knows (Sinkhorn's iteration).
 * @param rows, known as for `readExactly`
 * @returns guesses: `{ row, stems, probability }`, that an entry has each of these stems
 */
export function weigh(rows, known) {
  const frequencies = frequenciesOf(known, rows[0].isSet.length / 2);
  return byPeriod(rows, known).flatMap((period) => {
    const { kinds, noise } = kindsOfBits(rows, period);
    const groups = groupsOf(frequencies, { known, period, kinds, noise });
    shareOut(groups, kinds.length);
    return period.unknown.flatMap((row) => guessesOf(row, rows[row].isSet, { groups, kinds }));
  });
}

/** In how many known entries a stem is: of those that are in more than one the most frequent, `count` at most. */
function frequenciesOf(known, count) {
  const frequencies = new Map();
  for (const stems of known.values()) for (const stem of stems) frequencies.set(stem, (frequencies.get(stem) ?? 0) + 1);
  return [...frequencies]
    .filter(([, entries]) => entries > 1)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, count);
}

/** The bits of a period by all that is seen of them: which known entries set them, and how many of the others. */
function kindsOfBits(rows, { known, unknown }) {
  const bits = rows[0].isSet.length;
  const kinds = new Map();
  let all = 0;
  for (let bit = 0; bit < bits; bit++) {
    const setIn = patternOf(rows, known, bit);
    const count = unknown.reduce((sum, row) => sum + rows[row].isSet[bit], 0);
    all += setIn.length + count;
    const name = `${count} ${setIn.join()}`;
    if (!kinds.has(name)) kinds.set(name, { bits: [], count, setIn: new Set(setIn) });
    kinds.get(name).bits.push(bit);
  }
  return { kinds: [...kinds.values()], noise: all / (bits * (known.length + unknown.length)) };
}

/** Stems that nothing tells apart (as frequent, in the same known entries of the period), with the bits that may be theirs. */
function groupsOf(frequencies, { known, period, kinds, noise }) {
  const likelihoods = new Likelihoods({ known: known.size, unknown: period.unknown.length, noise });
  const groups = new Map();
  for (const [stem, entries] of frequencies) {
    const having = period.known.filter((row) => known.get(row).has(stem));
    const name = `${entries} ${having.join()}`;
    if (!groups.has(name)) groups.set(name, { stems: [], entries, having });
    groups.get(name).stems.push(stem);
  }
  return [...groups.values()].flatMap(({ stems, entries, having }) => {
    const candidates = kinds.flatMap(({ bits, count, setIn }, kind) =>
      having.every((row) => setIn.has(row)) ? [{ kind, size: bits.length, ...likelihoods.of(entries, count) }] : [],
    );
    const most = candidates.reduce((most, { log }) => Math.max(most, log), -Infinity);
    for (const candidate of candidates) candidate.weight = Math.exp(candidate.log - most);
    return candidates.length === 0 ? [] : [{ stems, candidates }];
  });
}

/** Sets each candidate's `share`: how probably one bit of that kind is a stem's own. Over all bits 1, over all stems 1 at most. */
function shareOut(groups, kinds) {
  const free = new Float64Array(kinds).fill(1);
  for (let round = 0; round <= ROUNDS; round++) {
    const asked = new Float64Array(kinds).fill(1);
    for (const { stems, candidates } of groups) {
      let sum = 0;
      for (const { kind, size, weight } of candidates) sum += size * weight * free[kind];
      for (const candidate of candidates) {
        candidate.share = (candidate.weight * free[candidate.kind]) / sum;
        asked[candidate.kind] += (stems.length * candidate.weight) / sum;
      }
    }
    asked.forEach((times, kind) => (free[kind] = 1 / times));
  }
}

function guessesOf(row, isSet, { groups, kinds }) {
  const set = kinds.map(({ bits }) => bits.reduce((sum, bit) => sum + isSet[bit], 0));
  return groups.flatMap(({ stems, candidates }) => {
    let probability = 0;
    for (const { kind, share, presence } of candidates) probability += set[kind] * share * presence;
    return probability < PROBABILITY_MIN ? [] : [{ row, stems, probability }];
  });
}

/**
 * What somebody says who wants to be right so often: the most probable guesses, as many as have that probability on the mean.
 * @param sureness from 0 to 1
 * @returns as `readExactly`
 */
export function saidOf(guesses, sureness) {
  const sorted = guesses.toSorted((a, b) => b.probability - a.probability);
  const said = new Map();
  let count = 0;
  let sum = 0;
  for (const { row, stems, probability } of sorted) {
    count += stems.length;
    sum += stems.length * probability;
    if (sum < sureness * count) break;
    if (!said.has(row)) said.set(row, new Set());
    for (const stem of stems) said.get(row).add(stem);
  }
  return said;
}

/** Guesses of somebody who has no database, by how often stems are in the known entries. */
export function guessWithout(entries, known) {
  const others = Array.from({ length: entries }, (_, row) => row).filter((row) => !known.has(row));
  return frequenciesOf(known, Infinity).flatMap(([stem, having]) => {
    const probability = having / known.size;
    return probability < PROBABILITY_MIN ? [] : others.map((row) => ({ row, stems: [stem], probability }));
  });
}
