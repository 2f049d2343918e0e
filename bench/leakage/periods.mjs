/** The entries of each period by number, ascending, those that are known apart from the others. */
export function byPeriod(rows, known) {
  const periods = Map.groupBy(rows.keys(), (row) => rows[row].period);
  return [...periods.values()].map((numbers) => ({
    known: numbers.filter((row) => known.has(row)),
    unknown: numbers.filter((row) => !known.has(row)),
  }));
}

/** Those of some entries, by number, that have a bit set. */
export function patternOf(rows, numbers, bit) {
  return numbers.filter((row) => rows[row].isSet[bit] === 1);
}
