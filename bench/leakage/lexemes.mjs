/**
 * Reads keyed lexemes with positions: in a known entry the lexeme at a position is the stem at that position.
 * @param rows the database: for each entry a map from lexeme to positions
 * @param known the places of the known entries: number of the entry → map from stem to positions
 * @returns as `readExactly`
 */
export function readLexemes(rows, known) {
  const stemOf = new Map();
  for (const [row, places] of known) {
    const lexemeAt = new Map([...rows[row]].flatMap(([lexeme, positions]) => positions.map((at) => [at, lexeme])));
    for (const [stem, [at]] of places) stemOf.set(lexemeAt.get(at), stem);
  }
  const others = [...rows.keys()].filter((row) => !known.has(row));
  const stemsOf = (row) =>
    [...rows[row].keys()].map((lexeme) => stemOf.get(lexeme)).filter((stem) => stem !== undefined);
  return new Map(others.map((row) => [row, new Set(stemsOf(row))]));
}
