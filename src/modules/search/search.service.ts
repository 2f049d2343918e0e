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
  stopWordNotes,
  WordMemory,
} from '@daybook/sdk/search';
import { Injectable } from '@nestjs/common';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import type { OpenCaller, UceCaller } from '../auth/caller.js';
import { EntryId, type EntryView } from '../entries/entries.schema.js';
import { SearchedEntries } from '../entries/index/searched-entries.js';
import { Vault } from '../vault/vault.js';
import { PageVisitor } from './page-visitor.js';
import type { SearchPageView, SearchQuery } from './search.schema.js';
import { SearchCursors, type SearchPlace } from './search-cursor.js';
import { inTurns } from './turns.js';

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
    const { visitor, ...surveyed } = await this.entries.visit(
      open,
      { ...sought, ...place },
      () => new PageVisitor(sought.prepared, place.behind, search.limit),
    );
    const turn = { order: orders[search.sort], limit: search.limit, entries: surveyed.entries };
    const { page, next } = await inTurns(visitor.found.page(turn));
    const until = visitor.until ?? place.until;
    const goesOn = nextPlace(place, until, next);
    return {
      data: await this.shown(open, sought.prepared, page),
      next_cursor: goesOn && this.cursors.write(open, search, goesOn),
      complete: until === null,
      notes: [...sought.notes, ...stopWordNotes(sought.typed, surveyed.languages)],
    };
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
  const memory = new WordMemory();
  for (const { entry, score, language } of hits) {
    shown.push({ entry, score, highlights: highlightsOf(query, entry, language, memory).map(toHighlightView) });
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

/** Where the next page begins: behind the last hit, or at entries that were not looked at yet. */
function nextPlace(
  { after }: SearchPlace,
  until: SearchPlace['until'],
  behind: SearchPlace['behind'],
): SearchPlace | null {
  if (behind) return { after, until, behind };
  return until && { after: until, until: null, behind: null };
}
