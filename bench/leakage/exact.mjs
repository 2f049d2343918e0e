import { byPeriod, patternOf } from './periods.mjs';

/**
 * Reads signatures by exact bits. A stem's bit is among those that are set in all known entries of the period that have
 * the stem and in none of the others; where no bit is, since others have the same one, those set in all that have the
 * stem are taken. An entry is said to have a stem when all of its candidates are set.
 * @param rows the database: `{ period, isSet }` for each entry
 * @param known which stems the known entries have: number of the entry → set of stems
 * @returns for each other entry, by its number, the stems that it is said to have
 */
export function readExactly(rows, known) {
  const said = new Map();
  for (const { known: knownHere, unknown } of byPeriod(rows, known)) {
    const candidates = candidatesOf(rows, known, knownHere);
    for (const row of unknown) {
      const { isSet } = rows[row];
      const stems = [...candidates].filter(([, bits]) => bits.every((bit) => isSet[bit] === 1));
      said.set(row, new Set(stems.map(([stem]) => stem)));
    }
  }
  return said;
}

/** For each stem of the known entries of one period, the bits that may be its own; at least one. */
export function candidatesOf(rows, known, knownHere) {
  const bits = bitsByPattern(rows, knownHere);
  const candidates = new Map();
  for (const [stem, having] of entriesOfStems(known, knownHere)) {
    candidates.set(stem, bits.get(having.join()) ?? inEveryOf(having.map((row) => rows[row].isSet)));
  }
  return candidates;
}

function entriesOfStems(known, knownHere) {
  const entries = new Map();
  for (const row of knownHere) {
    for (const stem of known.get(row)) {
      if (!entries.has(stem)) entries.set(stem, []);
      entries.get(stem).push(row);
    }
  }
  return entries;
}

function bitsByPattern(rows, knownHere) {
  const bits = knownHere.length === 0 ? [] : [...rows[knownHere[0]].isSet.keys()];
  return Map.groupBy(bits, (bit) => patternOf(rows, knownHere, bit).join());
}

function inEveryOf([first, ...others]) {
  return [...first.keys()].filter((bit) => first[bit] === 1 && others.every((isSet) => isSet[bit] === 1));
}
