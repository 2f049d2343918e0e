import { guessLanguage, makeCard, stemsOf } from '@daybook/sdk/search';
import { readCorpus } from '../../scripts/demo/corpus.mjs';

/**
 * A diary, and what is true of it.
 * @returns for each entry its day and its `places`: for every stem the positions at which it stands
 */
export async function readDiary(file) {
  const drafts = await readCorpus(file);
  return drafts.map(({ entry_date: date, title, content }) => {
    const card = makeCard({ title, text: content, date, language: guessLanguage(content) });
    const places = stemsOf(card).map((stem, n) => [stem, placesOf(card, n)]);
    return { date, places: new Map(places) };
  });
}

function placesOf({ formStarts, positionStarts, positions }, stem) {
  return positions.slice(positionStarts[formStarts[stem]], positionStarts[formStarts[stem + 1]]);
}
