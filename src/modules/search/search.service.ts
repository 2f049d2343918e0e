import {
  type FoundEntry,
  type Highlight,
  highlightsOf,
  type HitOrder,
  type Language,
  narrowed,
  PreparedQuery,
  type Query,
  readQuery,
  saysNothing,
  searchCards,
  stopWordsNote,
} from '@daybook/sdk/search';
import { Injectable } from '@nestjs/common';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import type { OpenCaller, UceCaller } from '../auth/caller.js';
import { EntryId, type EntryView } from '../entries/entries.schema.js';
import { type CandidateEntry, SearchedEntries } from '../entries/index/searched-entries.js';
import { Vault } from '../vault/vault.js';
import type { SearchPageView, SearchQuery } from './search.schema.js';
import { SearchCursors, type SearchPlace } from './search-cursor.js';
import { inTurns } from './turns.js';

/** How many cards one page reads at most. */
const CARDS_MAX = 1_000;
/** How many more a later page of the same entries may read: some may have been written between them since. */
const SLACK = 1_000;

const orders: Readonly<Record<SearchQuery['sort'], HitOrder>> = { relevance: 'relevance', newest: 'date' };

/** What is looked for, in the forms that it takes on the way. */
interface Sought {
  /** With the filters beside it. */
  readonly query: Query;
  readonly prepared: PreparedQuery;
  /** Without. */
  readonly typed: PreparedQuery;
  readonly notes: readonly string[];
}

/** What a page looks at, and whether there is something behind it. */
interface Looked {
  readonly candidates: readonly CandidateEntry[];
  readonly entries: number;
  readonly languages: readonly Language[];
  /** The last that is looked at, where older ones are not. */
  readonly until: SearchPlace['until'];
}

/** Private search (docs/search.md): blurred words in the database, cards in memory, content for the page that is shown. */
@Injectable()
export class SearchService {
  constructor(
    private readonly entries: SearchedEntries,
    private readonly cursors: SearchCursors,
    private readonly vault: Vault,
  ) {}

  /** One page of what a query finds. @throws Locked, InvalidRequest where the query or the cursor cannot be read */
  async search(caller: UceCaller, search: SearchQuery): Promise<SearchPageView> {
    const open = this.vault.opened(caller);
    const place = this.cursors.read(open, search);
    const sought = soughtOf(search);
    const looked = await this.look(open, sought, place);
    const { page, next } = await inTurns(
      searchCards(sought.prepared, withCards(looked.candidates), {
        order: orders[search.sort],
        limit: search.limit,
        entries: looked.entries,
        behind: place.behind,
      }),
    );
    const goesOn = nextPlace(place, looked, next);
    return {
      data: await this.shown(open, sought.prepared, page),
      next_cursor: goesOn && this.cursors.write(open, search, goesOn),
      complete: looked.until === null,
      notes: [...sought.notes, ...(saysNothing(sought.typed, looked.languages) ? [stopWordsNote] : [])],
    };
  }

  /** The entries that the query may find, as many as one page may look at. */
  private async look(
    open: OpenCaller,
    { query, prepared }: Sought,
    { after, until, behind }: SearchPlace,
  ): Promise<Looked> {
    const limit = CARDS_MAX + 1 + (behind ? SLACK : 0);
    const found = await this.entries.candidates(open, query, prepared, { after, limit });
    const known = until ? found.candidates.findIndex((candidate) => isBehind(candidate, until)) : -1;
    if (until && known >= 0) return { ...found, candidates: found.candidates.slice(0, known), until };
    if (found.candidates.length < limit) return { ...found, until };
    const candidates = found.candidates.slice(0, limit - 1);
    return { ...found, candidates, until: candidates.at(-1) ?? null };
  }

  private async shown(open: OpenCaller, query: PreparedQuery, page: readonly FoundEntry[]) {
    const entries = await this.entries.read(
      open,
      page.map(({ id }) => EntryId.parse(id)),
    );
    const hits = page.flatMap(({ id, score, language }) => {
      const entry = entries.get(EntryId.parse(id));
      // It may have been put into the trash since its card was read.
      return entry?.tier === 'uce' ? [{ entry, score, language }] : [];
    });
    return inTurns(highlighted(query, hits));
  }
}

type OpenEntry = Extract<EntryView, { tier: 'uce' }>;

function* highlighted(
  query: PreparedQuery,
  hits: readonly { readonly entry: OpenEntry; readonly score: number; readonly language: Language }[],
): Generator<undefined, SearchPageView['data']> {
  const shown: SearchPageView['data'] = [];
  for (const { entry, score, language } of hits) {
    shown.push({ entry, score, highlights: highlightsOf(query, entry, language).map(toHighlightView) });
    yield;
  }
  return shown;
}

const toHighlightView = ({ field, text, ranges }: Highlight) => ({ field, text, ranges: [...ranges] });

/** @throws InvalidRequest naming each place where it cannot be read */
function soughtOf({ query: text, ...filters }: SearchQuery): Sought {
  const { query, refusals, notes } = readQuery(text);
  if (refusals.length > 0) throw invalidRequest(refusals.map((detail) => ({ pointer: '#/query', detail })));
  const whole = narrowed(query, filters);
  return { query: whole, prepared: new PreparedQuery(whole), typed: new PreparedQuery(query), notes };
}

const withCards = (candidates: readonly CandidateEntry[]) =>
  candidates.flatMap(({ id, card }) => (card ? [{ id, card }] : []));

/** Whether an entry is older than the one at a position. */
const isBehind = ({ date, id }: CandidateEntry, until: NonNullable<SearchPlace['until']>) =>
  (date ?? '') === (until.date ?? '') ? id < until.id : (date ?? '') < (until.date ?? '');

/** Where the next page begins: behind the last hit, or at entries that were not looked at yet. */
function nextPlace({ after }: SearchPlace, { until }: Looked, behind: SearchPlace['behind']): SearchPlace | null {
  if (behind) return { after, until, behind };
  return until && { after: until, until: null, behind: null };
}
