import type { Daybook, SearchHit, SearchRequest } from '@daybook/sdk';

/** All hits of a search, over all pages. */
export async function everyHit(daybook: Daybook, request: SearchRequest): Promise<SearchHit[]> {
  const hits: SearchHit[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await daybook.search({ ...request, ...(cursor && { cursor }) });
    hits.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return hits;
}
