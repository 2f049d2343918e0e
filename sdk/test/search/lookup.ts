import {
  hasMask,
  type HitOrder,
  masksFor,
  match,
  pageOf,
  parseQuery,
  periodOf,
  PreparedQuery,
  rank,
  signatureOf,
  stemsOf,
  statisticsOf,
  type Hit,
} from '../../src/search/index.js';
import type { Indexed } from './diaries.js';

export const searchKey = Uint8Array.from({ length: 32 }, (_, i) => i);

/** A diary with the signatures that a database would hold. */
export function withSignatures(diary: readonly Indexed[]) {
  return diary.map((one) => {
    const period = periodOf(one.entry.date, false);
    return { ...one, period, signature: signatureOf(stemsOf(one.card), searchKey, period) };
  });
}

/** The ids that a search finds, over all pages of `limit`, as a server does it: masks, then cards, then rank. */
export function find(text: string, diary: ReturnType<typeof withSignatures>, order: HitOrder, limit = 7): string[] {
  const query = new PreparedQuery(parseQuery(text).query);
  const [periods, languages] = [new Set(diary.map((one) => one.period)), new Set(diary.map((one) => one.language))];
  const masks = masksFor(query, searchKey, periods, languages);
  const found = diary
    .filter(({ period, signature }) => masks.get(period)?.some((mask) => hasMask(signature, mask)))
    .filter(({ card }) => match(query, card));
  const statistics = statisticsOf(
    query,
    found.map(({ card }) => card),
    diary.length,
  );
  const hits = found.map(({ id, card }) => ({ id, date: card.date, score: rank(query, card, statistics) }));
  const ids: string[] = [];
  for (let after: Hit | null = null; ;) {
    const { page, next }: ReturnType<typeof pageOf> = pageOf(hits, order, after, limit);
    ids.push(...page.map(({ id }) => id));
    if (!next) return ids;
    after = next;
  }
}
