import { candidatesOf } from './exact.mjs';
import { byPeriod } from './periods.mjs';

/**
 * Reads signatures by likeness: an entry is said to have the stems of the known entry of its period whose signature is
 * nearest, those of them with a candidate bit that is set. Takes and returns what `readExactly` does.
 */
export function readNearest(rows, known) {
  const said = new Map();
  const setBits = new Map([...known.keys()].map((row) => [row, setBitsOf(rows[row].isSet)]));
  for (const { known: knownHere, unknown } of byPeriod(rows, known)) {
    const candidates = candidatesOf(rows, known, knownHere);
    for (const row of unknown) {
      const { isSet } = rows[row];
      const size = setBitsOf(isSet).length;
      const likenesses = knownHere.map((other) => likeness({ isSet, size }, setBits.get(other)));
      const nearest = knownHere[likenesses.indexOf(Math.max(...likenesses))];
      const stems = nearest === undefined ? [] : [...known.get(nearest)];
      said.set(row, new Set(stems.filter((stem) => candidates.get(stem).some((bit) => isSet[bit] === 1))));
    }
  }
  return said;
}

const setBitsOf = (isSet) => [...isSet.keys()].filter((bit) => isSet[bit] === 1);

/** Jaccard's index: the bits that both signatures have, of all that either has. */
function likeness({ isSet, size }, others) {
  const both = others.reduce((sum, bit) => sum + isSet[bit], 0);
  return both / Math.max(1, size + others.length - both);
}
