import { toBase64url } from '@daybook/sdk/crypto';
import type { PageTurn } from '@daybook/sdk/search';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Cursors } from '../../platform/http/cursors.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import type { OpenCaller } from '../auth/caller.js';
import { EntryId } from '../entries/entries.schema.js';
import type { IndexPosition } from '../entries/index/index-position.js';
import { Vault } from '../vault/vault.js';
import type { SearchQuery } from './search.schema.js';

const POINTER = '#/cursor';
const CURSOR_OF = { list: 'search', pointer: POINTER };

const Position = z.tuple([z.iso.date().nullable(), EntryId]).transform(([date, id]): IndexPosition => ({ date, id }));
const Count = z.number().nonnegative();

/** Where a page begins: behind `hit`, among the entries behind `after`, up to and with `until`. */
const State = z.object({
  after: Position.nullable(),
  until: Position.nullable(),
  behind: z
    .object({
      hit: z.object({ id: EntryId, date: z.string().nullable(), score: Count }),
      statistics: z.object({ entries: Count, wordsMean: Count, having: z.array(Count) }),
    })
    .nullable(),
});

/** A place in what a search finds. */
export interface SearchPlace {
  /** The entries that are looked at are older than this one. */
  readonly after: IndexPosition | null;
  /** The last of them; null where there is no bound, or none was set yet. */
  readonly until: IndexPosition | null;
  readonly behind: PageTurn['behind'];
}

export const BEGINNING: SearchPlace = { after: null, until: null, behind: null };

const pair = (position: IndexPosition | null) => position && [position.date, position.id];

/**
 * Places in searches, as texts for the client: days, ids and counts. What was searched for is not in them, but for a
 * fingerprint under the user's own key, so that a cursor fits no other search.
 */
@Injectable()
export class SearchCursors {
  constructor(
    private readonly cursors: Cursors,
    private readonly vault: Vault,
  ) {}

  write(open: OpenCaller, search: SearchQuery, { after, until, behind }: SearchPlace): string {
    const state = JSON.stringify({ after: pair(after), until: pair(until), behind });
    return this.cursors.write(open, [this.fingerprint(open, search), state], CURSOR_OF);
  }

  /** @throws InvalidRequest for a cursor of another search */
  read(open: OpenCaller, search: SearchQuery): SearchPlace {
    if (search.cursor === undefined) return BEGINNING;
    const Key = z.tuple([
      z.string(),
      z
        .string()
        .transform((json): unknown => JSON.parse(json))
        .pipe(State),
    ]);
    const [fingerprint, place] = this.cursors.read(open, search.cursor, Key, CURSOR_OF);
    if (fingerprint !== this.fingerprint(open, search))
      throw invalidRequest([{ pointer: POINTER, detail: 'belongs to another search' }]);
    return place;
  }

  private fingerprint(open: OpenCaller, { query, tags, mood, from, to, sort }: SearchQuery): string {
    return toBase64url(this.vault.searchFingerprint(open, JSON.stringify([query, tags, mood, from, to, sort])));
  }
}
