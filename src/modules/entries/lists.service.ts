import type { EntryContent } from '@daybook/sdk/crypto';
import { tagForm, toBase64url } from '@daybook/sdk/crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database, type Tx } from '../../platform/database/database.js';
import { Cursors } from '../../platform/http/cursors.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import { Day } from '../../platform/http/wire.js';
import type { Caller } from '../auth/caller.js';
import { Vault } from '../vault/vault.js';
import { EntriesRepository, type EntryFilter, type ListPlace } from './entries.repository.js';
import { EntryId, type EntryPageView } from './entries.schema.js';
import type { EntryEntity } from './entry.entity.js';
import { EntryReading } from './entry-reading.js';
import type { EntryIds, EntryListQuery, EntryQuery, EntrySetView } from './lists.schema.js';
import { RemainsRepository } from './remains.repository.js';
import { Tagging } from './tags/tagging.js';

const Cursor = z.tuple([Day, EntryId]).transform(([listedOn, id]): ListPlace => ({ listedOn, id }));

/** How many entries one page may open to find those that a filter on content wants. */
const OPENED_MAX = 1_000;
const SLICE = 200;

/** What of a query only the opened content tells; always true where it asks for nothing. */
type ContentFilter = (content: EntryContent) => boolean;

/** A part of a list; `last` is where the next one goes on, null where there is none. */
interface Slice {
  readonly rows: readonly EntryEntity[];
  readonly last: ListPlace | null;
}

/** Lists of entries. What content alone tells is looked at after decryption, never asked of the database. */
@Injectable()
export class ListsService {
  constructor(
    private readonly db: Database,
    private readonly entries: EntriesRepository,
    private readonly remains: RemainsRepository,
    private readonly reading: EntryReading,
    private readonly tagging: Tagging,
    private readonly vault: Vault,
    private readonly cursors: Cursors,
  ) {}

  /** One page, newest day first. */
  list(caller: Caller, query: EntryListQuery): Promise<EntryPageView> {
    return this.page(caller, query, '#/query/cursor');
  }

  /** The same, also by what content alone tells; a page may then have fewer than `limit`, or none, and a next one. */
  query(caller: Caller, query: EntryQuery): Promise<EntryPageView> {
    return this.page(caller, query, '#/cursor');
  }
  /** Entries by their ids. */
  async get(caller: Caller, { ids }: EntryIds): Promise<EntrySetView> {
    this.vault.assertUnlocked(caller);
    return this.db.asUser(caller, async (tx) => {
      const found = await this.entries.findAll(tx, caller.userId, ids);
      const erased = new Set(await this.remains.listErased(tx, caller.userId, ids));
      const byId = new Map(found.map((entry) => [entry.id, entry]));
      const distinct = [...new Set(ids)];
      return {
        data: await this.reading.views(
          tx,
          caller,
          distinct.flatMap((id) => byId.get(id) ?? []),
        ),
        erased: distinct.filter((id) => erased.has(id)),
        missing: distinct.filter((id) => !byId.has(id) && !erased.has(id)),
      };
    });
  }

  private async page(caller: Caller, query: EntryQuery, pointer: string): Promise<EntryPageView> {
    this.vault.assertUnlocked(caller);
    assertOfTier(caller, query);
    const of = { list: `entries ${JSON.stringify(filtersOf(query))}`, pointer };
    const after = query.cursor === undefined ? undefined : this.cursors.read(caller, query.cursor, Cursor, of);
    const wanted = contentFilter(query);
    return this.db.asUser(caller, async (tx) => {
      const filter = await this.filterOf(tx, caller, query);
      if (!filter) return { data: [], next_cursor: null };
      const { rows, last } = wanted
        ? await this.open(tx, caller, filter, wanted, query.limit, after)
        : await this.take(tx, caller, filter, query.limit, after);
      const next_cursor = last && this.cursors.write(caller, [last.listedOn, last.id], of);
      return { data: await this.reading.views(tx, caller, rows), next_cursor };
    });
  }

  /** What of a query the database can tell; null where it names a tag that there is not. */
  private async filterOf(tx: Tx, caller: Caller, query: EntryQuery): Promise<EntryFilter | null> {
    const { source, kind, from, to, has_media: hasMedia, deleted: isDeleted, tag_id: tagId } = query;
    const tagIds = await this.tagging.idsOf(tx, caller, this.tokensOf(caller, query));
    if (!tagIds) return null;
    return { source, kind, from, to, hasMedia, isDeleted, tagIds: [...tagIds, ...(tagId ? [tagId] : [])] };
  }

  private tokensOf(caller: Caller, { tags = [], tag_tokens: tokens = [] }: EntryQuery): readonly Uint8Array[] {
    if (caller.tier === 'e2e') return tokens;
    const open = this.vault.opened(caller);
    return tags.map((name) => this.vault.tagToken(open, name));
  }

  private async take(
    tx: Tx,
    { userId }: Caller,
    filter: EntryFilter,
    limit: number,
    after?: ListPlace,
  ): Promise<Slice> {
    const found = await this.entries.list(tx, userId, filter, limit + 1, after);
    const rows = found.slice(0, limit);
    return { rows, last: found.length > limit ? (rows.at(-1) ?? null) : null };
  }

  /** Opens entries until a page is full, or as many were opened as one page may. */
  private async open(
    tx: Tx,
    caller: Caller,
    filter: EntryFilter,
    wanted: ContentFilter,
    limit: number,
    after: ListPlace | undefined,
  ): Promise<Slice> {
    if (caller.tier !== 'uce') throw new Error('content that the server cannot open');
    const rows: EntryEntity[] = [];
    let place = after;
    for (let opened = 0; opened < OPENED_MAX; opened += SLICE) {
      const slice = await this.entries.list(tx, caller.userId, filter, SLICE, place);
      for (const entry of slice) {
        place = entry;
        if (wanted(this.reading.open(caller, entry))) rows.push(entry);
        if (rows.length === limit) return { rows, last: entry };
      }
      if (slice.length < SLICE) return { rows, last: null };
      if (opened + SLICE >= OPENED_MAX) return { rows, last: slice.at(-1) ?? null };
    }
    return { rows, last: null };
  }
}

/** @throws InvalidRequest for filters that the other tier has */
function assertOfTier({ tier }: Caller, query: EntryQuery): void {
  const foreign =
    tier === 'uce'
      ? { tag_tokens: 'is for e2e accounts: send tags' }
      : {
          tags: 'is for uce accounts: send tag_tokens',
          mood: 'is for uce accounts: only your client knows it',
          location: 'is for uce accounts: only your client knows it',
        };
  const faults = Object.entries(foreign).filter(([field]) => field in query);
  if (faults.length > 0) throw invalidRequest(faults.map(([field, detail]) => ({ pointer: `#/${field}`, detail })));
}

/** All of a query but the place in its list, in an order of its own. */
function filtersOf({ source, kind, tag_id, from, to, deleted, tags, mood, location, tag_tokens }: EntryQuery) {
  return [source, kind, tag_id, from, to, deleted, tags, mood, location, tag_tokens?.map(toBase64url)];
}

function contentFilter({ mood, location }: EntryQuery): ContentFilter | null {
  if (mood === undefined && location === undefined) return null;
  return (content) => isOfMood(content, mood) && isAt(content, location);
}

const isOfMood = (content: EntryContent, mood: string | undefined) =>
  mood === undefined || (content.mood !== undefined && tagForm(content.mood) === tagForm(mood));

function isAt({ location }: EntryContent, place: string | undefined): boolean {
  if (place === undefined) return true;
  const { name } = (location ?? {}) as { name?: string };
  return name !== undefined && tagForm(name).includes(tagForm(place));
}
